import Glibc
import Quiver

/// `StoreTorture recover PATH WORKLOAD`: goes through a workload in which a call fails, and looks after each operation that
/// throws whether the error is one, nothing is lost, and the store can be used.
struct Recovery {
    private let workload: Workload
    private let session: Session
    private var findings: [String] = []

    init(path: String, workload: Workload) {
        self.workload = workload
        session = Session(path: path, workload: workload)
    }

    /// - Returns: what is wrong.
    mutating func run() -> [String] {
        for index in workload.operations.indices {
            do throws(StoreError) {
                try session.perform(index)
            } catch {
                let call = LoadedFaults.fired ?? "no call"
                LoadedFaults.disarm()
                note(error, at: call, index)
                lookAtHandle(index)
                useHandle(after: call, index)
                reopen(index)
            }
            guard findings.isEmpty else { return findings }
            LoadedFaults.mark(index + 1)
        }
        LoadedFaults.disarm()
        look(at: "the end", [workload.operations.count], depth: .searches)
        session.close()
        verify("at the end")
        return findings
    }

    /// What fails in the system is such an error: no damage, no missing store.
    private mutating func note(_ error: StoreError, at call: String, _ index: Int) {
        switch error {
        case .file(.system), .catalog(.system), .catalog(.environmentFailed),
            .catalog(.permissionDenied):
            break
        default: findings.append("operation \(index + 1), \(call): throws \(error)")
        }
    }

    /// The handle that met the failure still reads what was there before, or what is there now.
    private mutating func lookAtHandle(_ index: Int) {
        guard session.store != nil else { return }
        look(
            at: "the same handle after operation \(index + 1) threw",
            [index, index + 1],
            mayRefuse: true
        )
    }

    /// Uses the handle once more. After a failed sync of the catalog it must refuse: what it wrote before may be gone.
    private mutating func useHandle(after call: String, _ index: Int) {
        let isFailedSync = call == "sync store/catalog.mdb" && LoadedFaults.code == EIO
        guard session.store != nil, isFailedSync else {
            do throws(StoreError) {
                try session.perform(index)
            } catch .catalog(.environmentFailed) {
                // It wants to be opened again.
            } catch {
                findings.append("operation \(index + 1), again after \(call) had failed: \(error)")
            }
            return
        }
        do throws(StoreError) {
            _ = try session.opened().createCollection(
                "written after a failed sync",
                CollectionConfiguration(dimension: 1)
            )
            findings.append("operation \(index + 1): goes on after the catalog's sync has failed")
        } catch .catalog(.environmentFailed) {
        } catch {
            findings.append("operation \(index + 1), after the catalog's sync has failed: \(error)")
        }
    }

    /// Opens the store anew, where the operation is there whole or not at all, and does it.
    private mutating func reopen(_ index: Int) {
        session.close()
        if workload.models[index].exists { verify("after operation \(index + 1) threw") }
        do throws(StoreError) {
            if workload.models[index].exists {
                _ = try session.opened()
                look(
                    at: "the store, opened after operation \(index + 1) threw",
                    [index, index + 1]
                )
            }
            try session.perform(index)
            look(at: "the store after operation \(index + 1), done again", [index + 1])
        } catch {
            findings.append("operation \(index + 1), after opening again: \(error)")
        }
    }

    /// Compares the store with the model after each of `counts` operations: one of them must fit.
    private mutating func look(
        at what: String,
        _ counts: [Int],
        depth: Comparison.Depth = .documents,
        mayRefuse: Bool = false
    ) {
        do throws(StoreError) {
            let store = try session.opened()
            var differences: [String] = []
            for count in counts {
                let comparison = Comparison(model: workload.models[count], depth: depth)
                guard let difference = try comparison.difference(of: store) else { return }
                differences.append(difference)
            }
            findings.append("\(what) \(differences[0])")
        } catch .catalog(.environmentFailed) where mayRefuse {
            // LMDB does not even read when it could not take back a meta page.
        } catch {
            findings.append("\(what): \(error)")
        }
    }

    private mutating func verify(_ when: String) {
        do throws(StoreError) {
            let report = try Store.verify(at: session.path)
            if !report.isSound { findings.append("verify \(when): \(report.damage)") }
        } catch {
            findings.append("verify \(when): \(error)")
        }
    }
}
