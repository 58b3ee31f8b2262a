import Synchronization

/// One line on a terminal's standard error that says how far long work is, how fast it goes and when it
/// will be done. Anywhere else it stays silent.
final class ProgressLine: Sendable {
    private struct State {
        var label = ""
        var start: ContinuousClock.Instant?
        var lastDrawn: ContinuousClock.Instant?
        var isVisible = false
    }

    private let state = Mutex(State())

    /// Shows that `completed` things are done.
    ///
    /// - Parameters:
    ///   - label: what is being done; a new label starts the clock again.
    ///   - fraction: the share of the work that is done, 0…1; `nil` if nobody knows.
    func show(_ label: String, completed: Int, unit: String, fraction: Double?) {
        guard StandardError.isTerminal else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            if state.label != label {
                state.label = label
                state.start = now
                state.lastDrawn = nil
            }
            if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
            state.lastDrawn = now
            state.isVisible = true
            let elapsed = (now - (state.start ?? now)).seconds
            var line = "\(label): \(completed) \(unit)"
            if let fraction { line += " (\(Int(min(1, max(0, fraction)) * 100)) %)" }
            if elapsed > 0.5, completed > 0 {
                line += ", \(Int(Double(completed) / elapsed))/s"
                if let fraction, fraction > 0 {
                    line += ", \(clockTime(elapsed * max(0, 1 - fraction) / fraction)) left"
                }
            }
            StandardError.write("\r\(line)\u{1B}[K")
        }
    }

    /// Removes the line, before anything else is printed.
    func clear() {
        state.withLock { state in
            guard state.isVisible else { return }
            StandardError.write("\r\u{1B}[K")
            state = State()
        }
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// `m:ss`, or `h:mm:ss` from an hour on.
private func clockTime(_ seconds: Double) -> String {
    let total = Int(min(seconds.rounded(.up), 359_999))
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0
        ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
}
