import Glibc
import Threads

/// Loss of power after each call of a workload, in workers that may die of what they read.
struct PowerLoss {
    let workloadName: String
    let sampleCount: Int
    /// Every so-manieth call alone.
    let stride: Int
    let ignoresSyncs: Bool
    /// What fails before power is lost.
    var plan: String?
    /// Only after these calls.
    var calls = 0..<Int.max
    let report: Report
    let jobCount: Int

    /// Loss of power after one sync of a file has failed, for each of them: what the store goes on with must not rest on it.
    ///
    /// - Parameter stride: every so-manieth sync alone.
    static func afterFailedSyncs(
        of workload: Workload,
        stride: Int,
        report: Report,
        jobCount: Int
    ) {
        let calls = recordedCalls(of: workload)
        // Folders have a journal behind them.
        let folders = Set(calls.filter { $0.kind == .mkdir }.map(\.inode))
        let syncs = calls.filter {
            $0.kind == .sync && !$0.path.isEmpty && !folders.contains($0.inode)
        }
        let chosen = Swift.stride(from: 0, to: syncs.count, by: stride).map { syncs[$0] }
        report.begin("loss of power after a failed sync", total: chosen.count)
        for sync in chosen {
            PowerLoss(
                workloadName: workload.name,
                sampleCount: 2,
                stride: 7,
                ignoresSyncs: false,
                plan: FaultPlan.fail(sync.number, code: EIO, lasting: []).text,
                calls: sync.number..<(sync.number + 150),
                report: report,
                jobCount: jobCount
            ).replayAll()
            report.count("failed syncs")
            report.step()
        }
    }

    /// Few enough to try each combination of them.
    static let exhaustiveLimit = 12

    func run() {
        report.begin("loss of power", total: recordedCalls(of: named).count)
        replayAll()
    }

    private var named: Workload {
        guard let workload = Workload(workloadName) else { stop("no workload \(workloadName)") }
        return workload
    }

    private func replayAll() {
        Scratch.withFolder { folder in
            let log = record(in: folder)
            concurrently(jobCount) { part in replay(log, part: part, in: folder) }
        }
    }

    private func record(in folder: String) -> String {
        mkdir("\(folder)/data", 0o700)
        let log = "\(folder)/log"
        let store = "\(folder)/data/store"
        let worker = Child(
            plan == nil
                ? ["work", store, workloadName, "0", "\(folder)/progress"]
                : ["recover", store, workloadName],
            environment: FaultPlan.environment(folder: "\(folder)/data", plan: plan, log: log),
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
                    "\(part)", "\(jobCount)", "\(stride)", "\(calls.lowerBound)",
                    "\(calls.upperBound)",
                    "\(first)", state,
                ],
                output: output
            )
            // The parts go on at about the same pace: one tells for all.
            var told = 0
            let outcome = worker.wait(seconds: 24 * 3_600) {
                guard part == 0, plan == nil else { return }
                let words = Scratch.text(of: state).split { $0 == " " || $0 == "\n" }
                let position = words.count > 1 ? Int(words[1]) ?? 0 : 0
                if position > told { report.step(position - told) }
                told = max(told, position)
            }
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
            + "\(part) \(jobCount) \(stride) \(calls.lowerBound) \(calls.upperBound) \(state)"
            + (plan.map { " \($0)" } ?? "")
    }

    /// One state, in this process.
    func look(at state: Int, part: Int, partCount: Int) {
        Scratch.withFolder { folder in
            let log = record(in: folder)
            let replay = Replay(
                workload: named,
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
                calls: calls,
                states: state..<(state + 1)
            )
            let outcome = replay.run(share, beforeEach: { _, _ in })
            report.count("power losses passed over", outcome.stateCount)
            for finding in outcome.findings {
                report.count("findings seen again")
                say(finding.what)
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String { String(prefix { $0 != "\n" && $0 != " " }) }
}

/// `StoreTorture replay LOG WORKLOAD SAMPLES honest|lying PART PARTS STRIDE FROM TO FIRST STATE-FILE`
func replayShare() {
    let stateFile = argument(11)
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
        calls: number(8)..<number(9),
        states: number(10)..<Int.max
    )
    let descriptor = open(stateFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let outcome = replay.run(share) { state, position in
        // Spaces wipe out what a longer number left.
        let text = Array("\(state) \(position)          ".utf8)
        pwrite(descriptor, text, text.count, 0)
    }
    for finding in outcome.findings { say("state \(finding.state): \(finding.what)") }
    say("done \(outcome.stateCount) \(outcome.judgedCount)")
}
