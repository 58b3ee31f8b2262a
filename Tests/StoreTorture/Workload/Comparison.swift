import Quiver

/// Looks for a difference between a store and the model.
struct Comparison {
    /// How much is asked of the store beside its documents.
    enum Depth {
        /// Every document, and that there is no other.
        case documents
        /// Each row finds itself, by index and without, and nothing dead is ever found.
        case searches
    }

    let model: Model
    let depth: Depth

    /// The first difference in words, `nil` if there is none.
    func difference(of store: Store) throws(StoreError) -> String? {
        let names = try store.collectionNames().sorted()
        let expected = model.collections.keys.sorted()
        guard names == expected else { return "holds collections \(names), expected \(expected)" }
        for (name, collection) in model.collections.sorted(by: { $0.key < $1.key }) {
            let found = try store.collection(name)
            guard found.configuration == collection.configuration else {
                return "`\(name)` has the configuration \(found.configuration)"
            }
            if let difference = try difference(of: try found.snapshot(), from: collection) {
                return "`\(name)`: \(difference)"
            }
        }
        return try snapshotDifference(of: store)
    }

    /// Of named snapshots from what was there when they were made.
    private func snapshotDifference(of store: Store) throws(StoreError) -> String? {
        let names = try store.snapshots().map(\.name)
        let expected = model.snapshots.keys.sorted()
        guard names == expected else { return "holds snapshots \(names), expected \(expected)" }
        for name in expected {
            for (collectionName, collection) in (model.snapshots[name] ?? [:]).sorted(by: {
                $0.key < $1.key
            }) {
                let found = try store.snapshot(named: name, collection: collectionName)
                if let difference = try difference(of: found, from: collection) {
                    return "`\(collectionName)` of snapshot \(name): \(difference)"
                }
            }
        }
        return nil
    }

    func difference(
        of snapshot: Snapshot,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        guard snapshot.configuration == collection.configuration else {
            return "has the configuration \(snapshot.configuration)"
        }
        let count = collection.documents.count
        guard snapshot.liveCount == count else {
            return "has \(snapshot.liveCount) live documents, expected \(count)"
        }
        let keys = collection.documents.keys.sorted()
        for (key, found) in zip(keys, try snapshot.documents(keys)) {
            guard let found, let document = collection.documents[key] else { return "lacks \(key)" }
            if let difference = difference(of: found, from: document) {
                return "\(key) has \(difference)"
            }
        }
        let strangers = [Key.string("never written"), .integer(1 << 40)]
        guard try snapshot.documents(strangers, contents: []) == [nil, nil] else {
            return "holds a key that nobody wrote"
        }
        if let difference = try scanDifference(of: snapshot, from: collection) { return difference }
        guard depth == .searches else { return nil }
        if let difference = try wordDifference(of: snapshot, from: collection) { return difference }
        return try searchDifference(of: snapshot, from: collection)
    }

    private func difference(of found: StoredDocument, from document: Document) -> String? {
        guard found.text == document.text else {
            return "the text \(excerpt(found.text)), expected \(excerpt(document.text))"
        }
        guard found.fields == document.fields else {
            return "the fields \(found.fields), expected \(document.fields)"
        }
        guard found.vectors == document.vectors else {
            return "the vectors \(found.vectors), expected \(document.vectors)"
        }
        guard found.columns == document.columns else {
            return "the columns \(found.columns), expected \(document.columns)"
        }
        return nil
    }

    /// By the order of keys, all of them and those that filters hold of.
    private func scanDifference(
        of snapshot: Snapshot,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        func keys(_ filter: Filter?) throws(StoreError) -> [Key] {
            var keys: [Key] = []
            try snapshot.scan(filter) { document in
                keys.append(document.key)
                return true
            }
            return keys
        }
        let all = collection.documents.keys.sorted()
        guard try keys(nil) == all else { return "scans other keys than it has" }
        for filter in collection.questions {
            let expected = all.filter {
                collection.documents[$0].map { filter.holds(of: $0.fields) } ?? false
            }
            let count = try snapshot.count(filter)
            guard count == expected.count else {
                return "counts \(count) documents where \(filter), expected \(expected.count)"
            }
            guard try keys(filter) == expected else { return "scans others where \(filter)" }
        }
        return nil
    }

    private func excerpt(_ text: String?) -> String {
        text.map { "“\($0.prefix(40))” (\($0.utf8.count) bytes)" } ?? "none"
    }
}
