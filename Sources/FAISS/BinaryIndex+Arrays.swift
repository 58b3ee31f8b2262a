/// The same operations for arrays.
extension BinaryIndex {
    /// `train(_:)` with an array.
    public mutating func train(_ rows: [UInt8]) throws(FAISSError) {
        try train(rows.span)
    }

    /// `add(_:)` with an array.
    public mutating func add(_ rows: [UInt8]) throws(FAISSError) {
        try add(rows.span)
    }

    /// `add(_:labels:)` with arrays.
    public mutating func add(_ rows: [UInt8], labels: [Int64]) throws(FAISSError) {
        try add(rows.span, labels: labels.span)
    }

    /// `search(_:k:parameters:)` with an array.
    public borrowing func search(
        _ queries: [UInt8],
        k: Int,
        parameters: SearchParameters = SearchParameters()
    ) throws(FAISSError) -> SearchResult {
        try search(queries.span, k: k, parameters: parameters)
    }

    /// `rangeSearch(_:radius:parameters:)` with an array.
    public borrowing func rangeSearch(
        _ queries: [UInt8],
        radius: Int,
        parameters: SearchParameters = SearchParameters()
    ) throws(FAISSError) -> RangeSearchResult {
        try rangeSearch(queries.span, radius: radius, parameters: parameters)
    }

    /// `reconstruct(_:)` with an array.
    public borrowing func reconstruct(_ labels: [Int64]) throws(FAISSError) -> [UInt8] {
        try reconstruct(labels.span)
    }

    /// `init(serialized:)` with an array.
    public init(serialized bytes: [UInt8]) throws(FAISSError) {
        try self.init(serialized: bytes.span.bytes)
    }

    /// `init(trustingFAISSBytes:)` with an array.
    public init(trustingFAISSBytes bytes: [UInt8]) throws(FAISSError) {
        try self.init(trustingFAISSBytes: bytes.span.bytes)
    }
}
