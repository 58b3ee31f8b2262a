import Glibc
import Synchronization

/// This module's own descriptor of an environment's lock file.
///
/// LMDB's locks on the file are POSIX ones: they belong to the process, and all of them go when it closes any
/// descriptor of the file. So this one is opened while nothing of the process has the environment open, kept as
/// long as LMDB has, and closed after it and before anything of the process opens the environment again.
///
/// LMDB locks byte 0, shared while an environment is open and exclusively by whoever finds nobody there, and the
/// bytes numbered like the processes that read. The byte far behind them is this module's: held shared while an
/// environment is being opened, and exclusively while its data file is replaced.
final class LockFile: Sendable {
    enum Opened {
        case lockFile(LockFile)
        /// This user may not write it, or not make it (`EACCES`, `EPERM`, `EROFS`).
        case denied
        /// Something else is wrong, which LMDB will meet as well.
        case failed
    }

    fileprivate static let openingByte: off_t = 1 << 40

    /// A reader slot is a cache line; before the slots stand two more.
    private static let slotByteCount = 64
    private static let headByteCount = 128

    let path: String
    let identity: FileIdentity
    private let descriptor: Int32
    private let isClosed = Atomic(false)

    private init(path: String, descriptor: Int32, status: stat) {
        self.path = path
        self.descriptor = descriptor
        identity = FileIdentity(status)
    }

    deinit {
        close()
    }

    /// Closes the descriptor now, whoever still knows this. LMDB's environment is closed.
    func close() {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        _ = Glibc.close(descriptor)
    }

    /// Opens the lock file at `path`, and makes it if it is missing.
    ///
    /// Nothing in this process may have the environment open.
    static func open(path: String, mode: UInt32) throws(LMDBError) -> Opened {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else {
            switch errno {
            case ENOSPC: throw .system(operation: "open", path: path, code: ENOSPC)
            case EACCES, EPERM, EROFS: return .denied
            default: return .failed
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            _ = Glibc.close(descriptor)
            return .failed
        }
        return .lockFile(LockFile(path: path, descriptor: descriptor, status: status))
    }

    /// Gives the file disk space for every reader slot.
    ///
    /// LMDB makes the file by `ftruncate`, which takes no space, and then writes into its map: on a full disk
    /// that is a SIGBUS, which ends the process. With the space taken first it is an error.
    func reserve(readerCount: Int) throws(LMDBError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        let slots = Self.headByteCount + Self.slotByteCount * min(max(1, readerCount), 1 << 20)
        let wanted = status.st_size > 0 ? Int(status.st_size) : slots
        // Blocks are counted in 512 bytes, whatever the file system's own.
        guard Int(status.st_blocks) * 512 < wanted else { return }
        let code = posix_fallocate(descriptor, 0, off_t(wanted))
        guard code == ENOSPC || code == EDQUOT || code == EFBIG else { return }
        throw .system(operation: "posix_fallocate", path: path, code: code)
    }

    /// Keeps every other process from opening the environment, which is open in this one; false if one has it
    /// open or is opening it.
    func lockExclusively() -> Bool {
        guard lock(Self.openingByte, F_WRLCK, waits: false) else { return false }
        guard lock(0, F_WRLCK, waits: false) else {
            _ = lock(Self.openingByte, F_UNLCK, waits: false)
            return false
        }
        return true
    }

    /// Lets others in again. LMDB's shared lock stays.
    func unlockExclusively() {
        _ = lock(0, F_RDLCK, waits: false)
        _ = lock(Self.openingByte, F_UNLCK, waits: false)
    }

    fileprivate func lock(_ byte: off_t, _ kind: Int32, waits: Bool) -> Bool {
        var range = flock()
        range.l_type = Int16(kind)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = byte
        range.l_len = 1
        while fcntl(descriptor, waits ? F_SETLKW : F_SETLK, &range) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }
}

extension LockFile? {
    /// Runs `body`, which opens the environment; waits for a process that is replacing the data file, and keeps
    /// others from it.
    ///
    /// LMDB opens the data file before it takes its lock if it is only to read it: it might end up with the
    /// file that was there before, and bring that one's last transaction into the lock file for all.
    func whileOpening<R>(_ body: () -> R) throws(LMDBError) -> R {
        guard let file = self else { return body() }
        guard file.lock(LockFile.openingByte, F_RDLCK, waits: true) else {
            throw LMDBError(code: errno, operation: "fcntl", path: file.path)
        }
        defer { _ = file.lock(LockFile.openingByte, F_UNLCK, waits: false) }
        return body()
    }
}
