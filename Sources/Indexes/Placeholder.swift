import CKernels
public enum Metric: UInt8, Sendable, CaseIterable { case l2 = 0, innerProduct, cosine
    public func score(fromDistance d: Float) -> Float { self == .l2 ? d : -d }
}
public enum Storage: UInt8, Sendable, CaseIterable { case float32 = 0, float16, int8
    public func bytesPerRow(dimension: Int) -> Int { dimension * (self == .float32 ? 4 : self == .float16 ? 2 : 1) }
}
public enum IndexError: Error, Sendable, Equatable { case cancelled }
public struct Rows {
    public init(storage: Storage, metric: Metric, dimension: Int, count: Int, values: UnsafeRawPointer, norms: UnsafePointer<Float>?, scales: UnsafePointer<Float>?) { self.count = count }
    public let count: Int
    public func decode(_ row: Int) -> [Float] { [] }
    public func distances(to query: Query, from first: Int, into out: UnsafeMutableBufferPointer<Float>) {}
}
public struct Query: Sendable { public init(_ v: [Float], metric: Metric) {} }
public struct RowSet { public init(words: UnsafeBufferPointer<UInt64>) {} }
public struct Nearest { public init(k: Int) {}; public struct Entry { public let distance: Float; public let row: UInt32 }; public func sorted() -> [Entry] { [] } }
public enum ExactIndex { public static func search(_ rows: Rows, queries: ArraySlice<Query>, excluding: RowSet?, into: inout [Nearest]) {} }
public struct GraphParameters: Sendable { public init() {} }
public struct GraphSearchScratch { public init() {} }
public struct GraphIndex: Sendable {
    public static func build(rows: Rows, parameters: GraphParameters, progress: (Int) -> Bool) throws(IndexError) -> [UInt8] { [] }
    public init(validating: UnsafeRawBufferPointer, rowCount: Int) throws(IndexError) {}
    public func search(_ rows: Rows, query: Query, efSearch: Int?, excluding: RowSet?, scratch: inout GraphSearchScratch, into: inout Nearest) {}
}
