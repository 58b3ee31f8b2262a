import Glibc

/// Tells the process that made it from a fork of that process, for the price of one load.
///
/// LMDB's locks and reader slots belong to a process id, so nothing of an environment may be used in a
/// child. `getpid` is a system call (176 ns measured), too much for every `value(for:)`; a page that the
/// kernel clears in a child (`MADV_WIPEONFORK`) is not. Where the kernel refuses that, `getpid` it is.
struct ProcessMark: ~Copyable, Sendable {
    private static let present: UInt32 = 0x5155_4956

    private let process: pid_t
    // Written once in `init`, before the value is shared, and later only by the kernel.
    private nonisolated(unsafe) let page: UnsafeMutablePointer<UInt32>?

    init() {
        process = getpid()
        let byteCount = sysconf(Int32(_SC_PAGESIZE))
        let mapped = mmap(
            nil,
            byteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let mapped, mapped != MAP_FAILED else {
            page = nil
            return
        }
        guard madvise(mapped, byteCount, MADV_WIPEONFORK) == 0 else {
            munmap(mapped, byteCount)
            page = nil
            return
        }
        let mark = mapped.bindMemory(to: UInt32.self, capacity: 1)
        mark.pointee = Self.present
        page = mark
    }

    deinit {
        if let page { munmap(page, sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// Whether the caller runs in the process that made the mark.
    var isThisProcess: Bool {
        if let page { page.pointee == Self.present } else { getpid() == process }
    }
}
