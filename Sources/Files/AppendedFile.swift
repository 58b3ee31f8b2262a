import Glibc

/// A file that grows at its end and is kept as it is when the value is dropped, so that the work can go on later.
///
/// One value at a time may have the file, in this process or another (`flock`); the system takes the lock back when the
/// process dies.
public struct AppendedFile: ~Copyable, Sendable {
    /// The file, as it was named.
    public let path: String
    /// Where the next bytes go.
    public private(set) var byteCount: Int
    private let descriptor: Int32
    private let fileSystem: FileSystem
    private let holder: pid_t

    /// Opens the file, or makes it; its bytes stay as they are.
    ///
    /// - Throws: `system`, with the operation `flock` and the code `EWOULDBLOCK` where another value has the file.
    public init(_ path: String, in fileSystem: FileSystem) throws(FileError) {
        // Without O_NONBLOCK a pipe under the file's name would be waited for.
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK
        let descriptor = fileSystem.open(path, flags, 0o644)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        let found: Int
        do throws(FileError) {
            try Self.lock(descriptor, path)
            found = try Self.byteCount(of: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        byteCount = found
        self.descriptor = descriptor
        self.fileSystem = fileSystem
        holder = getpid()
    }

    deinit {
        // A forked child shares the open file: closing ours alone would leave the lock to it, and the child's end of it must
        // not unlock.
        if getpid() == holder { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(FileError) {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR else {
                throw .system(operation: "flock", path: path, code: errno)
            }
        }
    }

    private static func byteCount(of descriptor: Int32, _ path: String) throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(operation: "fstat", path: path, code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .system(operation: "open", path: path, code: ESPIPE)
        }
        return Int(status.st_size)
    }

    /// Cuts off what is behind the first `keptByteCount` bytes, of which the file has at least as many.
    public mutating func cut(to keptByteCount: Int) throws(FileError) {
        guard keptByteCount < byteCount else { return }
        guard ftruncate(descriptor, keptByteCount) == 0 else {
            throw .system(operation: "ftruncate", path: path, code: errno)
        }
        byteCount = keptByteCount
    }

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
