import Glibc
import Synchronization

/// What a run has done and found, from all of its threads, with a line of progress where a person is watching.
final class Report: Sendable {
    struct Finding: Sendable {
        let what: String
        /// Arguments of this program that show it again.
        let command: String
    }

    private struct State {
        var findings: [Finding] = []
        var counts: [(name: String, count: Int)] = []
        var stage = ""
        var done = 0
        var total = 0
        var started = ContinuousClock.now
        var printed = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let isWatched = isatty(2) == 1

    var findings: [Finding] { state.withLock { $0.findings } }
    /// In the order in which they were first counted.
    var counts: [(name: String, count: Int)] { state.withLock { $0.counts } }

    func count(_ name: String, _ count: Int = 1) {
        state.withLock { state in
            if let index = state.counts.firstIndex(where: { $0.name == name }) {
                state.counts[index].count += count
            } else {
                state.counts.append((name, count))
            }
        }
    }

    /// Prints what was found at once.
    func find(_ what: String, command: String) {
        state.withLock { $0.findings.append(Finding(what: what, command: command)) }
        say("FOUND: \(what)\n  again: StoreTorture \(command)")
    }

    /// `total` steps of `stage` follow.
    func begin(_ stage: String, total: Int) {
        state.withLock { state in
            state.stage = stage
            state.done = 0
            state.total = total
            state.started = .now
        }
    }

    /// One step is done.
    func step(_ count: Int = 1) {
        state.withLock { state in
            state.done += count
            let now = ContinuousClock.now
            guard isWatched, now - state.printed > .milliseconds(200) else { return }
            state.printed = now
            let elapsed = (now - state.started) / .seconds(1)
            let left = Int(elapsed / Double(state.done) * Double(max(0, state.total - state.done)))
            let line =
                "\r\u{1B}[K\(state.stage): \(state.done) of \(state.total), about \(left) s left"
            _ = Array(line.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        }
    }

    /// Prints the counts and takes the line of progress away.
    func end() {
        if isWatched {
            _ = Array("\r\u{1B}[K".utf8).withUnsafeBytes { write(2, $0.baseAddress, 4) }
        }
        let (counts, findingCount) = state.withLock { ($0.counts, $0.findings.count) }
        say(
            (counts + [("findings", findingCount)]).map { "\($0.name): \($0.count)" }.joined(
                separator: ", "
            )
        )
    }
}
