internal import CKernels

/// How the numbers of a row are stored. Queries are float32 always.
public enum Storage: UInt8, Sendable, CaseIterable {
    /// IEEE binary32, 4 bytes a number.
    case float32 = 0
    /// IEEE binary16, 2 bytes a number.
    case float16 = 1
    /// An int8 a number and one float32 factor a row, which is kept apart.
    case int8 = 2

    /// The bytes of one number.
    public var bytesPerNumber: Int {
        switch self {
        case .float32: 4
        case .float16: 2
        case .int8: 1
        }
    }

    /// The bytes of one row's numbers, without the norm and the factor that are kept apart.
    public func bytesPerRow(dimension: Int) -> Int { bytesPerNumber * dimension }

    var kernelStorage: UInt8 {
        switch self {
        case .float32: UInt8(QK_FLOAT32)
        case .float16: UInt8(QK_FLOAT16)
        case .int8: UInt8(QK_INT8)
        }
    }
}
