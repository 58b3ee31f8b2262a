import Glibc
import Threads

/// Loss of power after each call of a workload, in workers that may die of what they read.
struct PowerLoss {
    let workloadName: String
    let sampleCount: Int
    /// Every so-manieth call alone.
    let stride: Int
    let ignoresSyncs: Bool
    let report: Report
    let jobCount: Int

    /// Few enough to try each combination of them.
    static let exhaustiveLimit = 12

    func run() {
        Scratch.withFolder { folder in
            let log = record(in: folder)
            report.begin("loss of power", total: CallLog(path: log).calls.count)
            concurrently(jobCount) { part in
                replay(log, part: part, in: folder)
            }
        }
    }

    private func record(in folder: String) -> String {
        mkdir("\(folder)/data", 0o700)
        let log = "\(folder)/log"
        let worker = Child(
            ["work", "\(folder)/data/store", workloadName, "0", "\(folder)/progress"],
            environment: FaultPlan.environment(folder: "\(folder)/data", log: log),
            output: "\(folder)/output"
        )
        let outcome = worker.wait()
        guard outcome == .exited(0) else {
            stop("\(workloadName) by itself \(outcome): \(Scratch.text(of: "\(folder)/output"))")
        }
        return log
    }

    /// Starts the worker of a part again after the state of which it has died, until it gets through.
    private func replay(_ log: String, part: Int, in folder: String) {
        var first = 0
        for _ in 0..<20 {
            let output = "\(folder)/output-\(part)"
            let state = "\(folder)/state-\(part)"
            let worker = Child(
                [
                    "replay", log, workloadName, "\(sampleCount)",
                    ignoresSyncs ? "lying" : "honest",
                    "\(part)", "\(jobCount)", "\(stride)", "\(first)", state,
                ],
                output: output
            )
            let outcome = worker.wait(seconds: 24 * 3_600)
            let lines = Scratch.text(of: output).split(separator: "\n").map(String.init)
            for line in lines where line.hasPrefix("state ") {
                let number = line.dropFirst(6).prefix { $0 != ":" }
                report.find(line, command: command(part, String(number)))
            }
            for line in lines where line.hasPrefix("done ") {
                let counts = line.split(separator: " ").compactMap { Int($0) }
                guard counts.count == 2 else { continue }
                report.count("power losses", counts[0])
                report.count("different stores left", counts[1])
            }
            if outcome == .exited(0) { return }
            let died = Scratch.text(of: state).trimmed
            report.find(
                "the worker \(outcome) at state \(died): \(lines.last ?? "")",
                command: command(part, died)
            )
            first = (Int(died) ?? 0) + 1
        }
    }

    private func command(_ part: Int, _ state: String) -> String {
        "power-loss-at \(workloadName) \(sampleCount) \(ignoresSyncs ? "lying" : "honest") "
            + "\(part) \(jobCount) \(stride) \(state)"
    }

    /// One state, in this process.
    func look(at state: Int, part: Int, partCount: Int) {
        Scratch.withFolder { folder in
            let log = record(in: folder)
            guard let workload = Workload(workloadName) else { stop("no workload") }
            let replay = Replay(
                workload: workload,
                log: CallLog(path: log),
                survivals: Survivals(
                    exhaustiveLimit: Self.exhaustiveLimit,
                    sampleCount: sampleCount,
                    seed: 1
                ),
                ignoresSyncs: ignoresSyncs,
                folder: folder
            )
            let share = Replay.Share(
                part: part,
                partCount: partCount,
                stride: stride,
                states: state..<(state + 1)
            )
            for finding in replay.run(share, beforeEach: { _ in }).findings {
                report.count("findings seen again")
                say(finding.what)
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String { String(prefix { $0 != "\n" && $0 != " " }) }
}

/// `StoreTorture replay LOG WORKLOAD SAMPLES honest|lying PART PARTS STRIDE FIRST STATE-FILE`
func replayShare() {
    let stateFile = argument(9)
    let folder = "\(stateFile)-folder"
    mkdir(folder, 0o700)
    defer { Scratch.removeAll(folder) }
    let replay = Replay(
        workload: workload(2),
        log: CallLog(path: argument(1)),
        survivals: Survivals(
            exhaustiveLimit: PowerLoss.exhaustiveLimit,
            sampleCount: number(3),
            seed: 1
        ),
        ignoresSyncs: argument(4) == "lying",
        folder: folder
    )
    let share = Replay.Share(
        part: number(5),
        partCount: number(6),
        stride: number(7),
        states: number(8)..<Int.max
    )
    let descriptor = open(stateFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let outcome = replay.run(share) { state in
        // Spaces wipe out what a longer number left.
        let text = Array("\(state)          ".utf8)
        pwrite(descriptor, text, text.count, 0)
    }
    for finding in outcome.findings { say("state \(finding.state): \(finding.what)") }
    say("done \(outcome.stateCount) \(outcome.judgedCount)")
}
