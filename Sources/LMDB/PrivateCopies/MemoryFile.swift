import CLMDB
import Glibc

/// Memory of this process that can be opened like a file. It has no name that others could use, and goes with the
/// last descriptor and map of it.
final class MemoryFile {
    private let descriptor: Int32
    /// For errors: the file whose copy this is.
    private let original: String

    init(copyOf original: String) throws(LMDBError) {
        let closeOnExec: UInt32 = 1
        let descriptor = memfd_create("lmdb-copy", closeOnExec)
        guard descriptor >= 0 else {
            throw LMDBError(code: errno, operation: "memfd_create", path: original)
        }
        self.descriptor = descriptor
        self.original = original
    }

    deinit {
        close(descriptor)
    }

    /// Under which this process can open it, while this lives.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// Gives the file its length; what has not been written reads as zeros and takes no memory.
    func setByteCount(_ byteCount: UInt64) throws(LMDBError) {
        guard let length = off_t(exactly: byteCount), ftruncate(descriptor, length) == 0 else {
            throw LMDBError(code: errno, operation: "ftruncate", path: original)
        }
    }

    /// Memory that runs out is an error here; in a map it would be a signal.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(LMDBError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = pwrite(
                descriptor,
                base + done,
                bytes.count - done,
                off_t(offset) + off_t(done)
            )
            if count < 0 {
                if errno == EINTR { continue }
                throw LMDBError(code: errno, operation: "pwrite", path: original)
            }
            done += count
        }
    }
}
