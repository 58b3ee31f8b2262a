import Glibc
import Quiver

// What a store goes through: deaths at every call, loss of power, failing calls, random operations beside a model, and readers
// beside a writer. Each finding is printed with the arguments that show it again.
//
//     StoreTorture kills WORKLOAD [STRIDE]         kill WORKLOAD before|inside|after NUMBER
//     StoreTorture random-kills COUNT SEED         random-kills-of SEED
//     StoreTorture faults WORKLOAD [STRIDE]        fault WORKLOAD PLAN…
//
//     StoreTorture power-loss WORKLOAD [SAMPLES [STRIDE [lying]]]
//     StoreTorture failed-syncs WORKLOAD [STRIDE]
//
//     StoreTorture model SECONDS SEED              model-of SEED
//     StoreTorture readers SECONDS SEED
//     StoreTorture held MINUTES SEED
//     StoreTorture threads SECONDS SEED
//
// A WORKLOAD is writes:SEED, upkeep:SEED or random:SEED:COUNT, or one of them with `relaxed-` before it.
// The rest are what these start: work, judge, recover, replay, read, reader, writer, hold. `race` is for a
// sanitizer to find.

let arguments = Array(CommandLine.arguments.dropFirst())
let report = Report()
let jobCount = getenv("QUIVER_TORTURE_JOBS").flatMap { Int(String(cString: $0)) } ?? 2

func argument(_ index: Int) -> String {
    guard index < arguments.count else { stop("\(arguments.joined(separator: " ")): too short") }
    return arguments[index]
}

func number(_ index: Int) -> Int {
    guard let number = Int(argument(index)) else { stop("\(argument(index)) is no number") }
    return number
}

func workload(_ index: Int) -> Workload {
    guard let workload = Workload(argument(index)) else {
        stop("\(argument(index)) is no name of a workload")
    }
    return workload
}

func optional(_ index: Int, or fallback: Int) -> Int {
    index < arguments.count ? number(index) : fallback
}

/// Runs the work of a process that another of this program has started.
func ended(_ body: () throws(StoreError) -> Void) -> Never {
    do {
        try body()
    } catch {
        stop("\(error)")
    }
    exit(0)
}

switch argument(0) {
case "work":
    ended { () throws(StoreError) in
        try work(path: argument(1), workload: workload(2), from: number(3), progress: argument(4))
    }
case "judge":
    let judge = Judge(path: argument(1), workload: workload(2), acknowledged: number(3))
    switch judge.verdict() {
    case .finding(let what): stop(what)
    case .holds(let count):
        if arguments.count > 4, let what = judge.goOn(from: count) { stop(what) }
    }
    exit(0)
case "recover":
    var recovery = Recovery(path: argument(1), workload: workload(2))
    let findings = recovery.run()
    if !findings.isEmpty { stop(findings.joined(separator: "; ")) }
    exit(0)
case "replay":
    replayShare()
    exit(0)
case "read":
    ended { () throws(StoreError) in
        if let what = try readOnce(path: argument(1), workload: workload(2), count: number(3)) {
            stop(what)
        }
    }
case "reader":
    ended { () throws(StoreError) in
        try lookAtGenerations(path: argument(1), seed: UInt64(number(2)), seconds: number(3))
    }
case "writer":
    ended { () throws(StoreError) in
        try writeGenerations(path: argument(1), seed: UInt64(number(2)))
    }
case "hold":
    ended { () throws(StoreError) in
        try holdSnapshot(path: argument(1), release: argument(2))
    }
case "held":
    HeldSnapshot(report: report).run(minutes: number(1), seed: UInt64(number(2)))
case "threads":
    ThreadsOnOneStore(report: report).run(seconds: number(1), seed: UInt64(number(2)))
case "race":
    race()
case "model":
    ModelRun(report: report, jobCount: jobCount).run(seconds: number(1), seed: UInt64(number(2)))
case "model-of":
    ModelRun(report: report, jobCount: 1).runOne(seed: UInt64(number(1)))
case "readers":
    ReadersBesideWriter(report: report).run(seconds: number(1), seed: UInt64(number(2)))
case "power-loss", "power-loss-at":
    let isOne = argument(0) == "power-loss-at"
    var loss = PowerLoss(
        workloadName: workload(1).name,
        sampleCount: optional(2, or: 100),
        stride: optional(isOne ? 6 : 3, or: 1),
        ignoresSyncs: arguments.contains("lying"),
        report: report,
        jobCount: jobCount
    )
    guard isOne else {
        loss.run()
        break
    }
    loss.calls = number(7)..<number(8)
    if arguments.count > 10 { loss.plan = arguments[10...].joined(separator: " ") }
    loss.look(at: number(9), part: number(4), partCount: number(5))
case "failed-syncs":
    PowerLoss.afterFailedSyncs(
        of: workload(1),
        stride: optional(2, or: 1),
        report: report,
        jobCount: jobCount
    )
case "kills":
    KillTrials(workload: workload(1), report: report, jobCount: jobCount).run(
        stride: optional(2, or: 1)
    )
case "kill":
    guard let moment = KillTrials.Moment(rawValue: argument(2)) else { stop("no such moment") }
    KillTrials(workload: workload(1), report: report, jobCount: 1).kill(at: number(3), moment)
case "random-kills":
    RandomKills(report: report, jobCount: jobCount).run(count: number(1), seed: UInt64(number(2)))
case "random-kills-of":
    RandomKills(report: report, jobCount: 1)
        .liveThroughDeaths(seed: UInt64(number(1)), Counter(), .max)
case "faults":
    FaultTrials(workload: workload(1), report: report, jobCount: jobCount)
        .run(stride: optional(2, or: 1))
case "fault":
    FaultTrials(workload: workload(1), report: report, jobCount: 1)
        .fail(arguments.dropFirst(2).joined(separator: " "))
default: stop("no such command: \(argument(0))")
}
report.end()
Scratch.remove()
exit(report.findings.isEmpty ? 0 : 1)
