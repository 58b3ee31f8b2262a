/// The ranges that this module accepts. Within them FAISS neither aborts nor overflows.
enum Limits {
    static let dimension = 1...65_536
    static let M = 2...512
    static let efConstruction = 1...65_536
    static let listCount = 1...1_048_576
    /// FAISS's graphs number rows with 32-bit signed integers; labels elsewhere are wider, but no
    /// segment is.
    static let rowCount = Int(Int32.max)
}
