import Glibc
import Threads

/// Kills a worker at each call that changes files, one after the other: before it, after it, and in the middle of a write.
struct KillTrials {
    let workload: Workload
    let report: Report
    /// Threads, each with a worker.
    let jobCount: Int

    enum Moment: String, CaseIterable {
        case before, inside, after

        func plan(_ number: Int) -> FaultPlan {
            switch self {
            case .before: .dieBefore(number)
            case .inside: .dieInside(number)
            case .after: .dieAfter(number)
            }
        }
    }

    /// - Parameter stride: every so-manieth of them alone.
    func run(stride: Int) {
        var trials: [(number: Int, moment: Moment)] = []
        for call in recordedCalls(of: workload) where call.kind.changesFiles {
            for moment in Moment.allCases
            where moment != .inside || (call.kind == .write && call.bytes.count > 4_096) {
                trials.append((call.number, moment))
            }
        }
        report.count("write-side calls", Set(trials.map(\.number)).count)
        let chosen = Swift.stride(from: 0, to: trials.count, by: stride).map { trials[$0] }
        report.begin("kills at each call", total: chosen.count)
        eachInTurn(chosen, jobCount: jobCount) { trial in
            kill(at: trial.number, trial.moment)
            report.step()
        }
    }

    /// One trial.
    func kill(at number: Int, _ moment: Moment) {
        let command = "kill \(workload.name) \(moment) \(number)"
        Scratch.withFolder { folder in
            let store = "\(folder)/data/store"
            mkdir("\(folder)/data", 0o700)
            let worker = Child(
                ["work", store, workload.name, "0", "\(folder)/progress"],
                environment: FaultPlan.environment(
                    folder: "\(folder)/data",
                    plan: moment.plan(number).text
                ),
                output: "\(folder)/output"
            )
            let outcome = worker.wait()
            guard outcome == .killed(signal: SIGKILL) else {
                let output = Scratch.text(of: "\(folder)/output")
                report.find("the worker was not killed but \(outcome): \(output)", command: command)
                return
            }
            report.count("kills at a call")
            let acknowledged = acknowledgedCount(in: "\(folder)/progress")
            judge(store, acknowledged: acknowledged, folder: folder, command: command)
        }
    }

    private func judge(_ store: String, acknowledged: Int, folder: String, command: String) {
        let output = "\(folder)/judgement"
        let judge = Child(["judge", store, workload.name, "\(acknowledged)", "on"], output: output)
        let outcome = judge.wait()
        if outcome != .exited(0) {
            report.find(
                "after \(acknowledged) operations: \(Scratch.text(of: output)) (\(outcome))",
                command: command
            )
        }
    }
}

/// The calls of a workload in which nothing fails.
func recordedCalls(of workload: Workload) -> [RecordedCall] {
    Scratch.withFolder { folder in
        mkdir("\(folder)/data", 0o700)
        let worker = Child(
            ["work", "\(folder)/data/store", workload.name, "0", "\(folder)/progress"],
            environment: FaultPlan.environment(folder: "\(folder)/data", log: "\(folder)/log"),
            output: "\(folder)/output"
        )
        let outcome = worker.wait()
        guard outcome == .exited(0) else {
            stop("\(workload.name) by itself \(outcome): \(Scratch.text(of: "\(folder)/output"))")
        }
        return CallLog(path: "\(folder)/log").calls
    }
}

/// Runs `body` on each element, on `jobCount` threads.
func eachInTurn<Element: Sendable>(
    _ elements: [Element],
    jobCount: Int,
    _ body: @Sendable (Element) -> Void
) {
    let next = Counter()
    concurrently(jobCount) { _ in
        while true {
            let index = next.next()
            guard index < elements.count else { return }
            body(elements[index])
        }
    }
}
