import Glibc

/// A file that grows at its end and is kept as it is when the value is dropped, so that the work can go on later.
public struct AppendedFile: ~Copyable, Sendable {
    /// The file, as it was named.
    public let path: String
    /// Where the next bytes go.
    public private(set) var byteCount: Int
    private let descriptor: Int32
    private let fileSystem: FileSystem

    /// Opens the file, or makes it, and keeps its first bytes.
    ///
    /// - Parameter keptByteCount: what follows is cut off; at most what the file has.
    public init(
        _ path: String,
        keeping keptByteCount: Int,
        in fileSystem: FileSystem
    ) throws(FileError) {
        let descriptor = fileSystem.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        guard ftruncate(descriptor, keptByteCount) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(operation: "ftruncate", path: path, code: code)
        }
        self.path = path
        self.descriptor = descriptor
        self.fileSystem = fileSystem
        byteCount = keptByteCount
    }

    deinit { close(descriptor) }

    /// Writes all of `bytes` at the end; short writes and interruptions are continued.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = fileSystem.pwrite(descriptor, rest, byteCount)
            if written > 0 {
                done += written
                byteCount += written
            } else if written == 0 {
                throw .system(operation: "pwrite", path: path, code: ENOSPC)
            } else if errno != EINTR {
                throw .system(operation: "pwrite", path: path, code: errno)
            }
        }
    }

    /// Makes the bytes durable. The name is durable when the folder has been synced.
    public func sync() throws(FileError) {
        guard fileSystem.fsync(descriptor) == 0 else {
            throw .system(operation: "fsync", path: path, code: errno)
        }
    }
}
