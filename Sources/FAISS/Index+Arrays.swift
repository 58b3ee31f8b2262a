/// The same operations for arrays.
extension Index {
    /// `train(_:)` with an array.
    public mutating func train(_ rows: [Float]) throws(FAISSError) {
        try train(rows.span)
    }

    /// `add(_:)` with an array.
    public mutating func add(_ rows: [Float]) throws(FAISSError) {
        try add(rows.span)
    }

    /// `search(_:k:parameters:threadCount:)` with an array.
    public func search(
        _ queries: [Float],
        k: Int,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> SearchResult {
        try search(queries.span, k: k, parameters: parameters, threadCount: threadCount)
    }

    /// `init(serialized:)` with an array.
    public init(serialized bytes: [UInt8]) throws(FAISSError) {
        try self.init(serialized: bytes.span.bytes)
    }
}
