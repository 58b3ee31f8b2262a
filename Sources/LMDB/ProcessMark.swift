import Glibc
import Synchronization

/// Tells the process that made it from a fork of that process, for the price of one load.
///
/// LMDB's locks and reader slots belong to a process id, so nothing of an environment may be used in a
/// child. `getpid` is a system call (176 ns measured), too much for every `value(for:)`; a page that the
/// kernel clears in a child (`MADV_WIPEONFORK`), with the id on it, is not.
public struct ProcessMark: Sendable {
    private let process = ProcessID.current

    /// The mark of the calling process.
    public init() {}

    /// Whether the caller runs in the process that made the mark.
    public var isThisProcess: Bool { ProcessID.current == process }
}

/// What `getpid` gives, remembered.
private enum ProcessID {
    /// The id of this process, 0 in one that has not been asked since it was forked. Nil where the kernel does not clear pages: it is
    /// older than Linux 4.14.
    // Its bytes are atomic, and the page is never unmapped.
    private nonisolated(unsafe) static let known: UnsafeMutablePointer<Atomic<pid_t>>? = {
        let byteCount = sysconf(Int32(_SC_PAGESIZE))
        let mapped = mmap(
            nil,
            byteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let mapped, mapped != MAP_FAILED else { return nil }
        guard madvise(mapped, byteCount, MADV_WIPEONFORK) == 0 else {
            munmap(mapped, byteCount)
            return nil
        }
        let known = mapped.bindMemory(to: Atomic<pid_t>.self, capacity: 1)
        known.initialize(to: Atomic(0))
        return known
    }()

    static var current: pid_t {
        guard let known else { return getpid() }
        let process = known.pointee.load(ordering: .relaxed)
        if process != 0 { return process }
        let asked = getpid()
        known.pointee.store(asked, ordering: .relaxed)
        return asked
    }
}
