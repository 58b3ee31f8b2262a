/// The same operations for arrays.
extension BinaryIndex {
    /// `train(_:threadCount:progress:)` with an array.
    public mutating func train(
        _ rows: [UInt8],
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        try train(rows.span, threadCount: threadCount, progress: progress)
    }

    /// `add(_:threadCount:progress:)` with an array.
    public mutating func add(
        _ rows: [UInt8],
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        try add(rows.span, threadCount: threadCount, progress: progress)
    }

    /// `add(_:labels:threadCount:progress:)` with arrays.
    public mutating func add(
        _ rows: [UInt8],
        labels: [Int64],
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        try add(rows.span, labels: labels.span, threadCount: threadCount, progress: progress)
    }

    /// `search(_:k:parameters:threadCount:)` with an array.
    public borrowing func search(
        _ queries: [UInt8],
        k: Int,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> SearchResult {
        try search(queries.span, k: k, parameters: parameters, threadCount: threadCount)
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
