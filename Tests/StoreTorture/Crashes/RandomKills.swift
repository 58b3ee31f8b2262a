import Glibc
import TestSupport

/// Kills workers at random instants. A store lives through many deaths: the next worker goes on where the last one died, until
/// the workload is done.
struct RandomKills {
    let report: Report
    let jobCount: Int

    static let operationCount = 150

    /// Kills `count` workers, on stores whose workloads are drawn from `seed`.
    func run(count: Int, seed: UInt64) {
        report.begin("kills at random instants", total: count)
        let next = Counter()
        eachInTurn(Array(0..<jobCount), jobCount: jobCount) { job in
            var random = SplitMix64(seed: seed &+ UInt64(job) << 32)
            while next.peek() < count {
                liveThroughDeaths(seed: random.next() >> 40, next, count)
            }
        }
    }

    /// One store, until its workload is done.
    func liveThroughDeaths(seed: UInt64, _ next: Counter, _ limit: Int) {
        let name = Workload.random(seed: seed, count: Self.operationCount)
        let command = "random-kills-of \(seed)"
        var random = SplitMix64(seed: seed)
        Scratch.withFolder { folder in
            let store = "\(folder)/store"
            var acknowledged = 0
            while true {
                let worker = Child(
                    ["work", store, name, "\(acknowledged)", "\(folder)/progress"],
                    output: "\(folder)/output"
                )
                usleep(.random(in: 0...250_000, using: &random))
                let outcome = worker.ended()
                if outcome == nil { worker.kill() }
                guard outcome == nil || outcome == .exited(0) else {
                    let output = Scratch.text(of: "\(folder)/output")
                    report.find(
                        "the worker \(outcome.map { "\($0)" } ?? ""): \(output)",
                        command: command
                    )
                    return
                }
                acknowledged = max(acknowledged, acknowledgedCount(in: "\(folder)/progress"))
                let isDone = outcome != nil || next.next() >= limit
                let judge = Child(
                    ["judge", store, name, "\(acknowledged)"] + (isDone ? ["on"] : []),
                    output: "\(folder)/judgement"
                )
                let judgement = judge.wait()
                if judgement != .exited(0) {
                    let text = Scratch.text(of: "\(folder)/judgement")
                    report.find(
                        "after \(acknowledged) operations: \(text) (\(judgement))",
                        command: command
                    )
                    return
                }
                if outcome == nil {
                    report.count("kills at random instants")
                    report.step()
                }
                if isDone { return }
            }
        }
    }
}
