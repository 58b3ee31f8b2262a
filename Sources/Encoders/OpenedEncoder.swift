public import Quiver

/// An encoder and what it was opened from.
public struct OpenedEncoder: Sendable {
    /// What it was opened from.
    public let description: EncoderDescription
    /// The encoder.
    public let encoder: any Encoder

    /// Opens the encoder that `description` describes.
    ///
    /// - Throws: among others `prefixOutOfRange`.
    public init(_ description: EncoderDescription) throws(EncoderError) {
        self.description = description
        encoder = try description.open()
        if let prefix = description.prefixDimension, !(1...encoder.dimension).contains(prefix) {
            throw .prefixOutOfRange(found: prefix, dimension: encoder.dimension)
        }
    }

    /// A request with the prefix of the description.
    public func request(role: EncoderRole, threadCount: Int = 1) -> EncodingRequest {
        description.request(role: role, threadCount: threadCount)
    }

    /// The identity of the rows that are asked for.
    public var identity: EncoderIdentity { encoder.identity(for: request(role: .document)) }

    /// Numbers in those rows.
    public var dimension: Int { encoder.dimension(for: request(role: .document)) }

    /// What a vector field remembers.
    public var remembered: RememberedEncoder {
        RememberedEncoder(identity: identity, location: "\(description)")
    }

    /// What texts of queries become: a row each, or as many as they have tokens.
    ///
    /// - Parameters:
    ///   - texts: what is asked.
    ///   - threadCount: threads that may work, the caller's included.
    ///   - progress: as `Encoder.encode` has it.
    /// - Throws: what `Encoder.encode` throws.
    public func queryVectors(
        of texts: [String],
        threadCount: Int = 1,
        progress: (_ textCount: Int) -> Bool
    ) throws -> [[[Float]]] {
        let request = request(role: .query, threadCount: threadCount)
        let encoded = try encoder.encode(texts, request, progress: progress)
        return texts.indices.map { text in
            let rows = encoded.rows(of: text)
            return stride(from: rows.startIndex, to: rows.endIndex, by: dimension).map {
                Array(rows[$0..<min(rows.endIndex, $0 + dimension)])
            }
        }
    }
}
