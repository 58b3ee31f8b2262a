internal import CKernels

/// How the numbers of a row are stored. Queries are float32 always.
public enum Storage: UInt8, Sendable, CaseIterable {
    /// IEEE binary32, 4 bytes a number.
    case float32 = 0
    /// IEEE binary16, 2 bytes a number.
    case float16 = 1
    /// An int8 a number and one float32 factor a row, which is kept apart.
    case int8 = 2
    /// A bit a number, which is 0 or 1: number i is bit i % 8 of byte i / 8. For the metric `hamming`, and no other.
    case binary = 3

    /// The bytes of one row's numbers, without the norm and the factor that are kept apart.
    public func bytesPerRow(dimension: Int) -> Int {
        switch self {
        case .float32: 4 * dimension
        case .float16: 2 * dimension
        case .int8: dimension
        case .binary: dimension / 8
        }
    }

    var kernelStorage: UInt8 {
        switch self {
        case .float32: UInt8(QK_FLOAT32)
        case .float16: UInt8(QK_FLOAT16)
        case .int8: UInt8(QK_INT8)
        case .binary: UInt8(QK_BINARY)
        }
    }
}
