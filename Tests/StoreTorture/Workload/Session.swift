import Quiver

/// A process's handle on a store, and the snapshots that it keeps.
final class Session {
    struct Kept {
        let snapshot: Snapshot
        let name: String
        let collection: Model.Collection
        let step: Int
    }

    let path: String
    private let workload: Workload
    private(set) var store: Store?
    private(set) var kept: [Kept] = []

    init(path: String, workload: Workload) {
        self.path = path
        self.workload = workload
    }

    private var options: Store.Options {
        var options = Store.Options()
        // In random workloads small enough that writes seal by themselves now and then.
        options.tailByteCount = workload.isRandom ? 100_000 : 8 << 20
        options.durability = workload.durability
        return options
    }

    /// The store, opened if it is not.
    func opened() throws(StoreError) -> Store {
        if let store { return store }
        let opened = try Store.open(at: path, options: options)
        store = opened
        return opened
    }

    func close() {
        store?.close()
        store = nil
    }

    /// Does operation number `index`, which may have been done before, in whole or up to where the process died.
    func perform(_ index: Int) throws(StoreError) {
        switch workload.operations[index] {
        case .createStore: try createStore()
        case .createCollection(let name, let configuration):
            if try opened().collectionNames().contains(name) { return }
            _ = try opened().createCollection(name, configuration)
        case .write(let changes, let name):
            let collection = try opened().collection(name)
            try collection.write(try Self.batch(changes, for: collection))
        case .writeTogether(let parts):
            var batch = StoreBatch()
            for (name, changes) in parts {
                batch.add(try Self.batch(changes, for: try opened().collection(name)), to: name)
            }
            try opened().write(batch)
        case .refuse(let refusal, let changes, let name):
            try refuse(refusal, changes, by: try opened().collection(name))
        case .deleteMatching(let filter, let name):
            try opened().collection(name).delete(where: filter)
        case .adopt(let documents, let name):
            try adopt(documents, by: try opened().collection(name))
        case .seal(let name): try opened().collection(name).seal()
        case .maintain(let name): try opened().collection(name).maintain()
        case .compact(let task, let name): try compact(try opened().collection(name), task)
        case .alter(let changes, let name):
            let collection = try opened().collection(name)
            let after = workload.models[index + 1].collections[name]?.configuration
            if try collection.snapshot().configuration == after { return }
            try collection.alter(changes)
        case .createSnapshot(let name):
            if try opened().snapshots().contains(where: { $0.name == name }) { return }
            try opened().createSnapshot(name)
        case .dropSnapshot(let name):
            guard try opened().snapshots().contains(where: { $0.name == name }) else { return }
            try opened().dropSnapshot(name)
        case .reopen:
            close()
            _ = try opened()
        case .keepSnapshot(let name):
            let model = workload.models[index]
            guard let collection = model.collections[name] else { return }
            let snapshot = try opened().collection(name).snapshot()
            if kept.count == 4 { kept.removeFirst() }
            kept.append(Kept(snapshot: snapshot, name: name, collection: collection, step: index))
        case .readElsewhere:
            // Only a model test has another process to ask.
            break
        }
    }

    private func createStore() throws(StoreError) {
        if Store.exists(at: path) {
            do throws(StoreError) {
                _ = try opened()
                return
            } catch .notAStore {
                // Its creation was cut short.
            }
        }
        store = try Store.create(at: path, options: options)
    }

    private static func batch(
        _ changes: [Change],
        for collection: Collection
    ) throws(StoreError) -> WriteBatch {
        var batch = WriteBatch()
        for change in changes {
            switch change {
            case .upsert(let document): batch.upsert(document)
            case .compareAndSet(let document):
                let version = try version(of: document.key, in: collection)
                batch.upsert(document, if: .hasVersion(version))
            case .update(let update): batch.update(update)
            case .delete(let key): batch.delete(key)
            }
        }
        return batch
    }

    /// 0 of a key that is not there.
    private static func version(
        of key: Key,
        in collection: Collection
    ) throws(StoreError) -> UInt64 {
        try collection.documents([key], contents: [])[0]?.version ?? 0
    }

    private func refuse(
        _ refusal: Refusal,
        _ changes: [Change],
        by collection: Collection
    ) throws(StoreError) {
        var batch = try Self.batch(changes, for: collection)
        switch refusal {
        case .insert(let document): batch.insert(document)
        case .compareAndSet(let document):
            let version = try Self.version(of: document.key, in: collection)
            batch.upsert(document, if: .hasVersion(version + 1))
        case .update(let update): batch.update(update)
        }
        do throws(StoreError) {
            try collection.write(batch)
        } catch  where refusal.isReason(for: error) {
            return
        }
        throw Self.complaint("\(refusal.key) was not refused")
    }

    /// Builds segments beside the store, and takes them away when they have been adopted.
    private func adopt(_ documents: [Document], by collection: Collection) throws(StoreError) {
        let folder = "\(path)-built"
        Scratch.removeAll(folder)
        var builder = try SegmentBuilder(at: folder, schema: try collection.schema())
        try builder.add(documents)
        try collection.adopt(try builder.finish())
        Scratch.removeAll(folder)
    }

    private func compact(_ collection: Collection, _ task: CompactionTask) throws(StoreError) {
        let calls = Counter()
        do throws(StoreError) {
            try collection.compact(task.options) { _ in
                task.patience.map { calls.next() < $0 } ?? true
            }
        } catch .cancelled where task.patience != nil {
            // What is done stays, the rest is as it was.
            return
        }
        let deadCount = try collection.statistics().deadCount
        if task.extent == .everything, deadCount > 0 {
            throw Self.complaint("a compaction of everything leaves \(deadCount) dead documents")
        }
    }

    /// An error that no failing call is the reason of: every trial reports it.
    private static func complaint(_ what: String) -> StoreError {
        .invalidConfiguration(reason: what)
    }
}
