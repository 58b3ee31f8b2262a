import Glibc
import Quiver
import TestSupport

/// Random operations on stores, each compared with its model every few operations, and now and then from another process.
struct ModelRun {
    let report: Report
    let jobCount: Int

    static let operationCount = 200
    /// So many operations lie between two looks at everything.
    private static let interval = 6

    /// Goes through workloads drawn from `seed` until the time is up.
    func run(seconds: Int, seed: UInt64) {
        report.begin("model tests, seconds", total: seconds * jobCount)
        let start = ContinuousClock.now
        eachInTurn(Array(0..<jobCount), jobCount: jobCount) { job in
            var random = SplitMix64(seed: seed &+ UInt64(job) << 32)
            var told = 0
            repeat {
                runOne(seed: random.next() >> 40)
                report.count("stores beside a model")
                let passed = Int((ContinuousClock.now - start) / .seconds(1))
                report.step(passed - told)
                told = passed
            } while told < seconds
        }
    }

    /// One store and its workload.
    func runOne(seed: UInt64) {
        let name = Workload.random(seed: seed, count: Self.operationCount)
        guard let workload = Workload(name) else { stop("no workload \(name)") }
        Scratch.withFolder { folder in
            let session = Session(path: "\(folder)/store", workload: workload)
            defer { session.close() }
            for index in workload.operations.indices {
                if let what = step(index, session, workload, folder) {
                    report.find("operation \(index + 1): \(what)", command: "model-of \(seed)")
                    return
                }
                report.count("operations")
            }
        }
    }

    /// Does an operation; gives what is wrong then.
    private func step(
        _ index: Int,
        _ session: Session,
        _ workload: Workload,
        _ folder: String
    ) -> String? {
        do throws(StoreError) {
            try session.perform(index)
            if case .readElsewhere = workload.operations[index] {
                if let what = readElsewhere(index, session.path, workload, folder) { return what }
            }
            let isLast = index == workload.operations.count - 1
            guard index % Self.interval == 0 || isLast else { return nil }
            let comparison = Comparison(model: workload.models[index + 1], depth: .searches)
            if let what = try comparison.difference(of: try session.opened()) {
                return "the store \(what)"
            }
            for kept in session.kept {
                guard let what = try comparison.difference(of: kept.snapshot, from: kept.collection)
                else { continue }
                return "the snapshot of `\(kept.name)` after operation \(kept.step) \(what)"
            }
            if isLast || index % (10 * Self.interval) == 0 {
                let report = try Store.verify(at: session.path)
                if !report.isSound { return "verify: \(report.damage)" }
            }
            return nil
        } catch {
            return "throws \(error)"
        }
    }

    private func readElsewhere(
        _ index: Int,
        _ path: String,
        _ workload: Workload,
        _ folder: String
    ) -> String? {
        let output = "\(folder)/read"
        let outcome = Child(["read", path, workload.name, "\(index + 1)"], output: output).wait()
        report.count("looks from another process")
        if outcome == .exited(0) { return nil }
        return "another process \(outcome): \(Scratch.text(of: output))"
    }
}

/// `StoreTorture read PATH WORKLOAD COUNT`: compares, as a reader beside the writer, with the model after COUNT operations.
func readOnce(path: String, workload: Workload, count: Int) throws(StoreError) -> String? {
    let store = try Store.open(at: path, access: .readOnly)
    defer { store.close() }
    return try Comparison(model: workload.models[count], depth: .searches).difference(of: store)
}
