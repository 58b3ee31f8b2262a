internal import CFAISS

/// The ranges that this module accepts. Within them FAISS neither aborts nor overflows, nor takes memory or time out of
/// all proportion to the rows.
enum Limits {
    static let dimension = 1...65_536
    /// Links of a graph's row; also R of a NSG.
    static let M = 2...512
    /// Of a NSG: FAISS attaches rows that nothing links to without end when links are few.
    static let R = 16...512
    static let defaultM = 32
    static let efConstruction = 1...65_536
    static let listCount = 1...1_048_576
    /// Of each half of a multi-index: both together number up to 2^20 lists.
    static let pairBits = 1...10
    /// Of a product quantiser that stands alone; FAISS's inverted lists and graphs know up to 8.
    static let productBits = 1...12
    /// A graph over product codes keeps a table of 256 KiB a part.
    static let graphParts = 1_024
    static let additiveParts = 1...64
    static let residualSteps = 1...64
    static let residualBits = 1...10
    static let residualCentroids = 16_384
    /// Local search compares every pair of centroids and solves a system as large as their number.
    static let searchedSteps = 1...16
    static let searchedBits = 1...8
    static let searchedCentroids = 4_096
    /// Bits of a key of a binary hash.
    static let hashBits = 1...32
    static let transformCount = 4
    /// Rotations are squares of this side that take a number of steps as its cube to learn.
    static let rotatedDimension = 1...4_096
    /// FAISS's graphs number rows with 32-bit signed integers; labels elsewhere are wider, but no
    /// segment is.
    static let rowCount = Int(Int32.max)
    /// Threads that one call may start, the calling one among them.
    static let threadCount = 1...Int(CFAISS_MOST_THREADS)
    /// Numbers beyond this would overflow when they are squared and summed, which makes FAISS's k-means write past its
    /// centroids.
    static let magnitude: Float = 1e15
    /// The same for additive codes, whose squared norms are themselves squared and summed.
    static let additiveMagnitude: Float = 1e6
}
