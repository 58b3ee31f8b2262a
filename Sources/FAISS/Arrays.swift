/// The same operations for arrays.
extension KMeans {
    /// `train(_:dimension:count:parameters:progress:)` with an array.
    public static func train(
        _ rows: [Float],
        dimension: Int,
        count: Int,
        parameters: Parameters = Parameters(),
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> KMeans {
        try train(
            rows.span,
            dimension: dimension,
            count: count,
            parameters: parameters,
            progress: progress
        )
    }
}

/// The same operations for arrays.
extension VectorTransform {
    /// `train(_:)` with an array.
    public mutating func train(_ rows: [Float]) throws(FAISSError) {
        try train(rows.span)
    }

    /// `apply(_:)` with an array.
    public borrowing func apply(_ rows: [Float]) throws(FAISSError) -> [Float] {
        try apply(rows.span)
    }

    /// `reverse(_:)` with an array.
    public borrowing func reverse(_ rows: [Float]) throws(FAISSError) -> [Float] {
        try reverse(rows.span)
    }
}

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

    /// `init(trustingFAISSBytes:)` with an array.
    public init(trustingFAISSBytes bytes: [UInt8]) throws(FAISSError) {
        try self.init(trustingFAISSBytes: bytes.span.bytes)
    }
}

/// The same operations for arrays.
extension Index {
    /// `init(trustingFAISSBytes:)` with an array.
    public init(trustingFAISSBytes bytes: [UInt8]) throws(FAISSError) {
        try self.init(trustingFAISSBytes: bytes.span.bytes)
    }

    /// `operatingPoints(for:truth:k:progress:)` with arrays.
    public borrowing func operatingPoints(
        for queries: [Float],
        truth: [Int64],
        k: Int,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> [OperatingPoint] {
        try operatingPoints(for: queries.span, truth: truth.span, k: k, progress: progress)
    }
}
