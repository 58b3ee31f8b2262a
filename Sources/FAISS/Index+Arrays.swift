/// The same operations for arrays.
extension Index {
    /// `train(_:threadCount:progress:)` with an array.
    public mutating func train(
        _ rows: [Float],
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        try train(rows.span, threadCount: threadCount, progress: progress)
    }

    /// `add(_:threadCount:progress:)` with an array.
    public mutating func add(
        _ rows: [Float],
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        try add(rows.span, threadCount: threadCount, progress: progress)
    }

    /// `add(_:labels:threadCount:progress:)` with arrays.
    public mutating func add(
        _ rows: [Float],
        labels: [Int64],
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        try add(rows.span, labels: labels.span, threadCount: threadCount, progress: progress)
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

    /// `rangeSearch(_:radius:parameters:threadCount:)` with an array.
    public func rangeSearch(
        _ queries: [Float],
        radius: Float,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> RangeSearchResult {
        try rangeSearch(
            queries.span,
            radius: radius,
            parameters: parameters,
            threadCount: threadCount
        )
    }

    /// `reconstruct(_:)` with an array.
    public borrowing func reconstruct(_ labels: [Int64]) throws(FAISSError) -> [Float] {
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

    /// `operatingPoints(for:truth:k:trying:threadCount:progress:)` with arrays.
    public borrowing func operatingPoints(
        for queries: [Float],
        truth: [Int64],
        k: Int,
        trying values: ParameterValues = ParameterValues(),
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> [OperatingPoint] {
        try operatingPoints(
            for: queries.span,
            truth: truth.span,
            k: k,
            trying: values,
            threadCount: threadCount,
            progress: progress
        )
    }
}
