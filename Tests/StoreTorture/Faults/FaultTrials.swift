import Glibc

/// Makes each call of a workload fail in turn, in every way in which it can, once and for good.
struct FaultTrials {
    let workload: Workload
    let report: Report
    let jobCount: Int

    /// A way in which calls fail.
    struct Fault {
        let name: String
        let code: Int32
        let kinds: Set<CallKind>
        /// Whether a call may go on failing like this.
        let lasts: Bool
    }

    static let faults = [
        Fault(
            name: "EIO",
            code: EIO,
            kinds: [
                .open, .create, .write, .sync, .rename, .unlink, .mkdir, .rmdir, .truncate,
                .allocate,
                .link, .map,
            ],
            lasts: true
        ),
        Fault(
            name: "ENOSPC",
            code: ENOSPC,
            kinds: [.create, .write, .sync, .rename, .mkdir, .truncate, .allocate, .link],
            lasts: true
        ),
        Fault(name: "EMFILE", code: EMFILE, kinds: [.open, .create], lasts: true),
        Fault(name: "ENOMEM", code: ENOMEM, kinds: [.map], lasts: true),
        Fault(
            name: "EINTR",
            code: EINTR,
            kinds: [.open, .create, .write, .sync, .truncate, .allocate, .lock],
            lasts: false
        ),
    ]

    func run(stride: Int) {
        var plans: [FaultPlan] = []
        for call in recordedCalls(of: workload) where call.kind != .mark {
            for fault in Self.faults where fault.kinds.contains(call.kind) {
                plans.append(.fail(call.number, code: fault.code, lasting: []))
                if fault.lasts {
                    plans.append(.fail(call.number, code: fault.code, lasting: fault.kinds))
                }
            }
            if call.kind == .write, call.bytes.count > 1 { plans.append(.shorten(call.number)) }
        }
        let chosen = Swift.stride(from: 0, to: plans.count, by: stride).map { plans[$0] }
        report.begin("faults at each call", total: chosen.count)
        eachInTurn(chosen, jobCount: jobCount) { plan in
            fail(plan.text)
            report.step()
        }
    }

    /// One trial.
    func fail(_ plan: String) {
        let command = "fault \(workload.name) \(plan)"
        Scratch.withFolder { folder in
            mkdir("\(folder)/data", 0o700)
            let worker = Child(
                ["recover", "\(folder)/data/store", workload.name],
                environment: FaultPlan.environment(folder: "\(folder)/data", plan: plan),
                output: "\(folder)/output"
            )
            let outcome = worker.wait()
            report.count("faults")
            guard outcome == .exited(0) else {
                let output = Scratch.text(of: "\(folder)/output")
                report.find("\(output) (\(outcome))", command: command)
                return
            }
        }
    }
}
