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

    /// Small enough that writes seal by themselves now and then.
    private var options: Store.Options {
        var options = Store.Options()
        options.tailByteCount = workload.name.hasPrefix("script") ? 8 << 20 : 100_000
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
        case .createStore:
            if Store.exists(at: path) {
                do throws(StoreError) {
                    _ = try opened()
                    return
                } catch .notAStore {
                    // Its creation was cut short.
                }
            }
            store = try Store.create(at: path, options: options)
        case .createCollection(let name, let configuration):
            if try opened().collectionNames().contains(name) { return }
            _ = try opened().createCollection(name, configuration)
        case .write(let changes, let name):
            var batch = WriteBatch()
            for change in changes {
                switch change {
                case .upsert(let document): batch.upsert(document)
                case .delete(let key): batch.delete(key)
                }
            }
            try opened().collection(name).write(batch)
        case .seal(let name): try opened().collection(name).seal()
        case .maintain(let name): try opened().collection(name).maintain()
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
}
