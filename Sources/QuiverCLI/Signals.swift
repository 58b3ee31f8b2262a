import Glibc
import Synchronization

/// Whether Ctrl-C was pressed or the process was asked to end.
///
/// The first signal only sets a flag, which long work looks at between batches and in its progress
/// handlers, so that it ends where the store is whole. The second one ends the process at once, which
/// the store survives as well.
enum Signals {
    private static let interruption = Atomic<Bool>(false)

    static var isInterrupted: Bool { interruption.load(ordering: .relaxed) }

    static func install() {
        // A reader that went away, or a file size limit, is then an error of the write that meets it.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Initialised here and not first inside the handler.
        interruption.store(false, ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Signals.interrupt() }
        // Without SA_RESTART: a read that waits for input is to notice.
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
        // Whoever started this process may have had them blocked, which is inherited.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        for number in [SIGINT, SIGTERM] {
            sigaction(number, &action, nil)
            sigaddset(&unblocked, number)
        }
        sigprocmask(SIG_UNBLOCK, &unblocked, nil)
    }

    private static func interrupt() {
        interruption.store(true, ordering: .relaxed)
    }
}

/// The work was stopped by a signal.
struct Interrupted: Error {}

extension Signals {
    /// Throws if the process was asked to end.
    static func check() throws {
        if isInterrupted { throw Interrupted() }
    }
}
