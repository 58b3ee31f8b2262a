import Quiver
import TestSupport

/// Looks at a store after a death: it opens, is sound, and holds what was acknowledged, and of the operation that was under way
/// everything or nothing.
struct Judge {
    let path: String
    let workload: Workload
    /// The operations that were acknowledged.
    let acknowledged: Int
    /// Whether it was the power that went, and not the process alone.
    var hasLostPower = false

    enum Verdict {
        /// The store is as after that many operations.
        case holds(Int)
        case finding(String)
    }

    func verdict() -> Verdict {
        do throws(StoreError) {
            let report = try Store.verify(at: path)
            guard report.isSound else { return .finding("verify: \(report.damage)") }
            let store = try Store.open(at: path)
            defer { store.close() }
            return try verdict(of: store)
        } catch .notAStore where !workload.models[acknowledged].exists {
            return .holds(0)
        } catch {
            return .finding("does not open: \(error)")
        }
    }

    private func verdict(of store: Store) throws(StoreError) -> Verdict {
        var differences: [String] = []
        let allowed = workload.allowedCounts(
            acknowledged: acknowledged,
            hasLostPower: hasLostPower
        )
        for count in allowed.reversed() {
            let comparison = Comparison(model: workload.models[count], depth: .documents)
            guard let difference = try comparison.difference(of: store) else {
                return .holds(count)
            }
            differences.append("as after \(count) operations it \(difference)")
        }
        return .finding(differences.joined(separator: "; "))
    }

    /// Does again what is not there, and the operation that was under way in any case, and then some more of each kind.
    ///
    /// - Parameter count: the operations that are there.
    /// - Returns: what went wrong.
    func goOn(from count: Int) -> String? {
        do throws(StoreError) {
            let next = min(acknowledged + 1, workload.operations.count)
            let session = Session(path: path, workload: workload)
            defer { session.close() }
            for index in min(count, acknowledged)..<next { try session.perform(index) }
            if let difference = try use(try session.opened(), as: workload.models[next]) {
                return "used afterwards, it \(difference)"
            }
            let report = try Store.verify(at: path)
            return report.isSound ? nil : "used afterwards, verify: \(report.damage)"
        } catch {
            return "used afterwards: \(error)"
        }
    }

    private func use(_ store: Store, as model: Model) throws(StoreError) -> String? {
        var model = model
        if model.collections.isEmpty {
            let configuration = CollectionConfiguration(dimension: 2)
            if try !store.collectionNames().contains("afterwards") {
                _ = try store.createCollection("afterwards", configuration)
            }
            model.collections["afterwards"] = .init(configuration: configuration)
        }
        for name in model.collections.keys.sorted() {
            var random = SplitMix64(seed: 1)
            guard
                let document = model.collections[name]?
                    .document("afterwards", text: "afterwards", &random)
            else { continue }
            let collection = try store.collection(name)
            var batch = WriteBatch()
            batch.upsert(document)
            try collection.write(batch)
            model.collections[name]?.documents[document.key] = document
            try collection.seal()
            try collection.maintain()
            try collection.compact(CompactionOptions(maximumSegmentDocumentCount: 80))
        }
        return try Comparison(model: model, depth: .searches).difference(of: store)
    }
}
