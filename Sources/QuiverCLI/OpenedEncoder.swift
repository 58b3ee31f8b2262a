import Encoders
import Quiver

/// An encoder could not be had; `message` says why and what to do.
struct EncoderFailure: Error {
    var message: String
}

extension OpenedEncoder {
    /// Opens the encoder that `description` describes, or says in the words of the command line why that cannot be.
    init(opening description: EncoderDescription) throws {
        do throws(EncoderError) {
            try self.init(description)
        } catch .prefixOutOfRange(let found, let dimension) {
            throw EncoderFailure(
                message: "--prefix-dimension is \(found), and the encoder makes rows of "
                    + "\(dimension) numbers"
            )
        } catch {
            throw EncoderFailure(message: "\(error)")
        }
    }

    /// How documents are encoded.
    var request: EncodingRequest { request(role: .document, threadCount: threadCount) }

    /// The vectors of a query: one, or one of each token.
    func queryVectors(of text: String) throws -> [[Float]] {
        try queryVectors(of: [text], threadCount: threadCount) { _ in !Signals.isInterrupted }[0]
    }
}

/// The encoder that a vector field is bound to, if it is.
func rememberedDescription(
    of snapshot: Snapshot,
    _ vectorField: String
) throws -> EncoderDescription? {
    guard let remembered = try snapshot.encoder(of: vectorField) else { return nil }
    do {
        return try EncoderDescription(location: remembered.location)
    } catch {
        throw EncoderFailure(
            message: "the encoder of collection \(snapshot.collectionName) is not known: \(error)"
        )
    }
}

/// Opens the encoder that a vector field is bound to where it was when it was bound; `nil` if it is not.
func openRememberedEncoder(
    of snapshot: Snapshot,
    _ vectorField: String
) throws -> OpenedEncoder? {
    guard let remembered = try snapshot.encoder(of: vectorField),
        let description = try rememberedDescription(of: snapshot, vectorField)
    else { return nil }
    let name = snapshot.collectionName
    let opened: OpenedEncoder
    do {
        opened = try OpenedEncoder(opening: description)
    } catch {
        throw EncoderFailure(
            message: "the encoder of collection \(name) cannot be opened at "
                + "\(remembered.location): \(explanation(of: error) ?? "\(error)"); say where it "
                + "is now with --encoder DIR"
        )
    }
    guard opened.identity == remembered.identity else {
        throw EncoderFailure(
            message:
                "the encoder at \(remembered.location) has changed: it is \(opened.identity), "
                + "the vectors of collection \(name) come from \(remembered.identity); "
                + "say where that one is with --encoder DIR"
        )
    }
    return opened
}
