/// Turns texts into rows of a vector field.
///
/// The engine knows encoders only through this protocol; `Encoders` has the ones that run models. One may give a row a
/// text, or many: one a token, say, with ``rowColumns`` that tell which.
public protocol Encoder: Sendable {
    /// What a collection remembers, so that it can refuse vectors of another encoder. It is that of rows which are neither cut
    /// to a prefix nor made of shorter texts than the encoder takes.
    var identity: EncoderIdentity { get }

    /// Numbers in a row.
    var dimension: Int { get }

    /// How many tokens of a text are read at most, special ones included.
    var maximumTokenCount: Int { get }

    /// Whether every text becomes exactly one row.
    var givesOneRow: Bool { get }

    /// The numbers that each row has beside it.
    var rowColumns: [RowColumn] { get }

    /// The identity of rows that are made as `request` says. Only what decides them counts: not the role, nor threads.
    func identity(for request: EncodingRequest) -> EncoderIdentity

    /// Encodes `texts`.
    ///
    /// - Parameters:
    ///   - texts: any lengths, in any order; the encoder batches them as suits it.
    ///   - request: how.
    ///   - progress: called from the caller's thread with the number of texts done so far. Return `false` to
    ///     cancel; the call then throws `CancellationError`.
    func encode(
        _ texts: [String],
        _ request: EncodingRequest,
        progress: (_ textCount: Int) -> Bool
    ) throws -> EncodedTexts
}

extension Encoder {
    /// One row a text.
    public var givesOneRow: Bool { true }

    /// No columns.
    public var rowColumns: [RowColumn] { [] }

    /// The encoder's own identity, or one that follows from it and from what is cut.
    public func identity(for request: EncodingRequest) -> EncoderIdentity {
        var identity = identity
        if let count = request.maximumTokenCount, count < maximumTokenCount {
            identity = identity.changed(by: "length \(count)")
        }
        return identity.cut(to: request.prefixDimension, of: dimension)
    }

    /// Numbers in a row that is made as `request` says.
    public func dimension(for request: EncodingRequest) -> Int {
        request.prefixDimension ?? dimension
    }

    /// Encodes `texts` without telling how far it has come.
    public func encode(_ texts: [String], _ request: EncodingRequest) throws -> EncodedTexts {
        try encode(texts, request) { _ in true }
    }
}

extension EncoderIdentity {
    /// The identity of rows of which only the first numbers are left.
    public func cut(to prefixDimension: Int?, of dimension: Int) -> EncoderIdentity {
        guard let prefixDimension, prefixDimension != dimension else { return self }
        return changed(by: "prefix \(prefixDimension)")
    }
}
