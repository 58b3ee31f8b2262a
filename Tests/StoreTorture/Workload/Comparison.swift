import Quiver
import TestSupport

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
            let snapshot = try found.snapshot()
            if let difference = try difference(of: snapshot, from: collection) {
                return "`\(name)`: \(difference)"
            }
        }
        return nil
    }

    func difference(
        of snapshot: Snapshot,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        let count = collection.documents.count
        guard snapshot.liveCount == count else {
            return "has \(snapshot.liveCount) live documents, expected \(count)"
        }
        let keys = collection.documents.keys.sorted()
        for (key, found) in zip(keys, try snapshot.documents(keys)) {
            guard let found else { return "lacks \(key)" }
            guard found.text == collection.documents[key]?.text else {
                return "\(key) has the text \(excerpt(found.text)), "
                    + "expected \(excerpt(collection.documents[key]?.text))"
            }
            guard found.vectors == collection.documents[key]?.vectors else {
                return "\(key) has the vectors \(found.vectors), "
                    + "expected \(collection.documents[key]?.vectors ?? [:])"
            }
        }
        let strangers = [Key.string("never written"), .integer(1 << 40)]
        guard try snapshot.documents(strangers, contents: []) == [nil, nil] else {
            return "holds a key that nobody wrote"
        }
        return depth == .searches ? try searchDifference(of: snapshot, from: collection) : nil
    }

    private func searchDifference(
        of snapshot: Snapshot,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        let keys = collection.documents.keys.sorted()
        guard !keys.isEmpty else { return nil }
        let queries = keys.map { collection.documents[$0]?.vectors[VectorField.unnamed] ?? [] }
        let field = collection.configuration.vectorFields[0]
        for mode in [SearchRequest.Mode.exact, .automatic] {
            var request = SearchRequest(queries: queries, k: 3, mode: mode, contents: .text)
            if mode == .automatic {
                if field.index.searchSettings.contains(.efSearch) { request.efSearch = 400 }
                if field.index.searchSettings.contains(.nprobe) { request.nprobe = 1 << 16 }
            }
            for (key, result) in zip(keys, try snapshot.search(request)) {
                if let difference = difference(of: result.hits, to: key, field, collection) {
                    return "\(mode) search for the row of \(key): \(difference)"
                }
            }
        }
        let all = try snapshot.search(
            SearchRequest(queries: [queries[0]], k: keys.count + 10, mode: .exact)
        )[0].hits
        guard all.map(\.key).sorted() == keys else {
            return "a search for everything finds \(all.count) of \(keys.count) documents"
        }
        return nil
    }

    private func difference(
        of hits: [Hit],
        to key: Key,
        _ field: VectorField,
        _ collection: Model.Collection
    ) -> String? {
        for hit in hits {
            guard let document = collection.documents[hit.key] else {
                return "finds \(hit.key), which is dead"
            }
            guard document.text == hit.text else { return "\(hit.key) has another text" }
        }
        let nearest = hits.first
        let findsItself =
            switch field.metric {
            case .l2: nearest?.key == key || nearest?.score == 0
            // The product with another row may be greater.
            case .innerProduct: nearest != nil
            // Rows that point almost the same way tie, as equal ones do above.
            case .cosine: nearest?.key == key || (nearest?.score ?? 0) > 0.99999
            }
        guard !findsItself else { return nil }
        let found = hits.map { "\($0.key) at \($0.score)" }.joined(separator: ", ")
        return "finds \(found), in \(field.dimension) dimensions under \(field.metric)"
    }

    private func excerpt(_ text: String?) -> String {
        text.map { "“\($0.prefix(40))” (\($0.utf8.count) bytes)" } ?? "none"
    }
}
