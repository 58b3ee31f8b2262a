import Glibc

/// The disk space of an environment's lock file, taken before LMDB maps it.
///
/// LMDB makes the file by `ftruncate`, which takes no space, and then writes into its map: on a full disk
/// that is a SIGBUS, which ends the process. With the space taken first it is an error.
enum LockFileSpace {
    /// A reader slot is a cache line; before the slots stand two more.
    private static let slotByteCount = 64
    private static let headByteCount = 128

    /// Makes the lock file at `path` if it is missing, and gives it space for every slot.
    ///
    /// Nothing in this process may have the environment open: closing a descriptor of the file drops the
    /// process's locks on it. What cannot be opened is left for LMDB to refuse.
    static func reserve(
        path: String,
        readerCount: Int,
        mode: UInt32
    ) throws(LMDBError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else {
            guard errno == ENOSPC else { return }
            throw .system(operation: "open", path: path, code: ENOSPC)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        let wanted = status.st_size > 0 ? Int(status.st_size) : slots(readerCount)
        // Blocks are counted in 512 bytes, whatever the file system's own.
        guard Int(status.st_blocks) * 512 < wanted else { return }
        let code = posix_fallocate(descriptor, 0, off_t(wanted))
        guard code == ENOSPC || code == EDQUOT || code == EFBIG else { return }
        throw .system(operation: "posix_fallocate", path: path, code: code)
    }

    private static func slots(_ readerCount: Int) -> Int {
        headByteCount + slotByteCount * min(max(1, readerCount), 1 << 20)
    }
}
