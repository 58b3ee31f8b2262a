import Quiver

extension Comparison {
    /// Of what searches for each live row of each vector field find.
    func searchDifference(
        of snapshot: Snapshot,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        for field in collection.configuration.vectorFields {
            if let difference = try searchDifference(of: snapshot, field, from: collection) {
                return field.name.isEmpty ? difference : "in \(field.name), \(difference)"
            }
        }
        return nil
    }

    private func searchDifference(
        of snapshot: Snapshot,
        _ field: VectorField,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        var rows: [(key: Key, row: [Float])] = []
        for key in collection.documents.keys.sorted() {
            let numbers = collection.documents[key]?.vectors[field.name] ?? []
            for start in stride(from: 0, to: numbers.count, by: field.dimension) {
                rows.append((key, Array(numbers[start..<(start + field.dimension)])))
            }
        }
        guard !rows.isEmpty else { return nil }
        for mode in [SearchRequest.Mode.exact, .automatic] {
            var request = SearchRequest(
                queries: rows.map(\.row),
                k: 3,
                vectorField: field.name,
                mode: mode,
                contents: [.text, .fields, .columns]
            )
            if mode == .automatic {
                if field.index.searchSettings.contains(.efSearch) { request.efSearch = 400 }
                if field.index.searchSettings.contains(.nprobe) { request.nprobe = 1 << 16 }
            }
            for ((key, row), result) in zip(rows, try snapshot.search(request)) {
                if let difference = difference(of: result.hits, to: key, row, field, collection) {
                    return "\(mode) search for a row of \(key): \(difference)"
                }
            }
        }
        let keys = Set(rows.map(\.key)).sorted()
        let all = try snapshot.search(
            SearchRequest(
                queries: [rows[0].row],
                // Several rows of a document may be found.
                k: rows.count + 10,
                vectorField: field.name,
                mode: .exact
            )
        )[0].hits
        guard Set(all.map(\.key)).sorted() == keys else {
            return "a search for everything finds \(all.count) of \(keys.count) documents"
        }
        return nil
    }

    private func difference(
        of hits: [Hit],
        to key: Key,
        _ row: [Float],
        _ field: VectorField,
        _ collection: Model.Collection
    ) -> String? {
        for hit in hits {
            guard let document = collection.documents[hit.key] else {
                return "finds \(hit.key), which is dead"
            }
            guard document.text == hit.text else { return "\(hit.key) has another text" }
            guard document.fields == hit.fields else { return "\(hit.key) has other fields" }
            for (name, values) in document.columns[field.name] ?? [:] {
                guard let row = hit.row else { return "\(hit.key) is found without a row" }
                guard case .int32(let numbers) = values, numbers.indices.contains(row),
                    hit.columns[name] == .int32([numbers[row]])
                else { return "\(hit.key), row \(row), has another \(name)" }
            }
        }
        let nearest = hits.first
        let findsItself =
            switch field.metric {
            case .l2, .hamming: nearest?.key == key || nearest?.score == 0
            // The product with another row may be greater.
            case .innerProduct: nearest != nil
            // Rows that point almost the same way tie, as equal ones do above.
            case .cosine: nearest?.key == key || (nearest?.score ?? 0) > 0.99999
            }
        guard !findsItself else { return nil }
        let found = hits.map { "\($0.key) at \($0.score)" }.joined(separator: ", ")
        return "finds \(found), in \(field.dimension) dimensions under \(field.metric)"
    }
}
