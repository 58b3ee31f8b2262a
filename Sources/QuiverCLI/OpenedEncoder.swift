import Encoders
import Quiver

/// An encoder could not be had; `message` says why and what to do.
struct EncoderFailure: Error {
    var message: String
}

/// Opens the encoder in `folder`.
func openEncoder(at folder: String) throws -> SentenceEncoder {
    do {
        return try SentenceEncoder(folder: folder)
    } catch {
        throw EncoderFailure(message: "\(error)")
    }
}

/// Opens the encoder that a vector field is bound to where it was when it was bound; `nil` if it is not.
func openRememberedEncoder(
    of snapshot: Snapshot,
    _ vectorField: String
) throws -> SentenceEncoder? {
    guard let remembered = try snapshot.encoder(of: vectorField) else { return nil }
    let name = snapshot.collectionName
    let encoder: SentenceEncoder
    do {
        encoder = try SentenceEncoder(folder: remembered.location)
    } catch {
        throw EncoderFailure(
            message: "the encoder of collection \(name) cannot be opened at "
                + "\(remembered.location): \(error); say where it is now with --encoder DIR"
        )
    }
    guard encoder.identity == remembered.identity else {
        throw EncoderFailure(
            message:
                "the encoder at \(remembered.location) has changed: it is \(encoder.identity), "
                + "the vectors of collection \(name) come from \(remembered.identity); "
                + "say where that one is with --encoder DIR"
        )
    }
    return encoder
}
