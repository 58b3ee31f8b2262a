import Glibc

/// What went wrong with a file, and with which.
public enum FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A system call failed. `operation` is its name (`open`, `pwrite`, `fsync`, …) and `code` its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// A file is shorter or longer than its own header, or the catalog, says.
    case wrongLength(path: String, expected: UInt64, found: UInt64)

    /// The path, the operation and the system's word for what went wrong.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "\(path): \(operation) failed: \(String(cString: strerror(code))) (errno \(code))"
        case .wrongLength(let path, let expected, let found):
            "\(path): \(found) bytes long, expected \(expected)"
        }
    }
}
