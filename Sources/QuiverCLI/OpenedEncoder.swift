import Encoders
import Quiver

/// An encoder could not be had; `message` says why and what to do.
struct EncoderFailure: Error {
    var message: String
}

/// An encoder and what it was opened from.
struct OpenedEncoder {
    let description: EncoderDescription
    let encoder: any Encoder

    /// Opens the encoder that `description` describes.
    init(_ description: EncoderDescription) throws {
        self.description = description
        do {
            encoder = try description.open()
        } catch {
            throw EncoderFailure(message: "\(error)")
        }
        if let prefix = description.prefixDimension, prefix > encoder.dimension {
            throw EncoderFailure(
                message: "--prefix-dimension is \(prefix), and the encoder makes rows of "
                    + "\(encoder.dimension) numbers"
            )
        }
    }

    /// How documents are encoded.
    var request: EncodingRequest { description.request(role: .document, threadCount: threadCount) }
    /// The identity of the rows that are asked for.
    var identity: EncoderIdentity { encoder.identity(for: request) }
    /// Numbers in those rows.
    var dimension: Int { encoder.dimension(for: request) }
    /// What a vector field remembers.
    var remembered: RememberedEncoder {
        RememberedEncoder(identity: identity, location: "\(description)")
    }

    /// The vectors of a query: one, or one of each token.
    func queryVectors(of text: String) throws -> [[Float]] {
        let request = description.request(role: .query, threadCount: threadCount)
        let rows = try encoder.encode([text], request) { _ in !Signals.isInterrupted }.rows
        return stride(from: 0, to: rows.count, by: dimension).map {
            Array(rows[$0..<min(rows.count, $0 + dimension)])
        }
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
        opened = try OpenedEncoder(description)
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
