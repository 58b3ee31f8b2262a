import CGlibc
import Glibc

/// A new file being written with `pwrite`, at any offset.
///
/// `finish()` makes it durable; a value that is dropped before that closes and unlinks its file.
public struct OutputFile: ~Copyable, Sendable {
    /// The file, as it was named.
    public let path: String
    /// −1 once the file is finished.
    private var descriptor: Int32
    private let fileSystem: FileSystem

    /// Makes a file that must not exist yet.
    public init(creating path: String, in fileSystem: FileSystem) throws(FileError) {
        let descriptor = fileSystem.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        self.path = path
        self.descriptor = descriptor
        self.fileSystem = fileSystem
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        _ = fileSystem.unlink(path)
    }

    /// Writes all of `bytes` at `offset`; short writes and interruptions are continued.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let written = fileSystem.pwrite(
                descriptor,
                UnsafeRawBufferPointer(rebasing: bytes[done...]),
                offset + done
            )
            if written > 0 {
                done += written
            } else if written == 0 {
                throw .system(operation: "pwrite", path: path, code: ENOSPC)
            } else if errno != EINTR {
                throw .system(operation: "pwrite", path: path, code: errno)
            }
        }
    }

    /// Lets the bytes from `offset` to `end` begin to go to the disk, so that `finish()` has less to wait for.
    public func startWriteback(from offset: Int, to end: Int) {
        // A hint: what comes of it, `fsync` tells.
        _ = cglibc_start_writeback(descriptor, Int64(offset), Int64(end - offset))
    }

    /// Makes the bytes durable and closes the file. The name is durable when the folder has been synced.
    public mutating func finish() throws(FileError) {
        guard fileSystem.fsync(descriptor) == 0 else {
            // A failed fsync may have dropped the dirty pages: the file is not to be trusted, and deinit removes it.
            throw .system(operation: "fsync", path: path, code: errno)
        }
        close(descriptor)
        descriptor = -1
    }
}
