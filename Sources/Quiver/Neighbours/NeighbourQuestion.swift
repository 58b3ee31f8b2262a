extension NeighbourSearch {
    /// What is asked, of what, and how rows are numbered there: with the same, the file has the same bytes.
    ///
    /// Neither memory nor threads belong to it, which change nothing but the time that it takes.
    func question() throws(StoreError) -> NeighbourLog.Question {
        let view = snapshot.view
        let queries =
            switch request.queries {
            case .ownRows: "own rows"
            case .vectors(let name, let count, _): "\(count) vectors \(String(reflecting: name))"
            }
        func text(_ setting: Int?) -> String { setting.map { "\($0)" } ?? "default" }
        return [
            ("k", "\(request.k)"), ("queries", queries),
            ("shard", "\(request.shard) of \(request.shardCount)"),
            ("field", String(reflecting: field.field.name)),
            // A text whose line ends are escaped.
            ("filter", request.filter.map { String(reflecting: $0.description) } ?? "none"),
            ("mode", "\(request.mode)"),
            ("efSearch", text(request.efSearch)), ("nprobe", text(request.nprobe)),
            ("candidateFactor", request.candidateFactor.map { "\($0)" } ?? "default"),
            ("collection", String(reflecting: view.record.name)),
            ("commit", "\(view.state.commit)"), ("rows", "\(rowCount)"),
            ("state", String(try state(), radix: 16)),
        ]
    }

    /// Tells the state of the collection from every other, of other stores as well: its segments as far as they matter, and the
    /// rows of its tail.
    private func state() throws(StoreError) -> UInt64 {
        let view = snapshot.view
        var writer = ByteWriter()
        writer.integer(view.collectionID)
        writer.integer(field.id)
        for part in view.segments {
            writer.integer(part.segment.id)
            writer.integer(part.segment.record.manifest.checksum)
            writer.integer(part.dead.words.withUnsafeBytes { checksum($0) })
            // An index that is built meanwhile finds other rows.
            let index = usesIndexes ? part.segment.indexRecord(of: field.id) : nil
            writer.integer(index?.generation ?? 0)
        }
        for (place, part) in view.tail.enumerated() {
            writer.integer(part.commit.commit)
            writer.integer(part.dead.words.withUnsafeBytes { checksum($0) })
            var sum: UInt64 = 0
            for ordinal in 0..<part.commit.documentCount {
                let location = CollectionView.Location.tail(place, ordinal: ordinal)
                sum = try view.withEncodedKey(at: location) { checksum($0, seed: sum) }
            }
            for block in part.commit.rows(of: field.id).blocks {
                for row in 0..<block.count {
                    sum = try block.withStoredRow(row, of: field.field) {
                        (values, _, _) throws(StoreError) in checksum(values, seed: sum)
                    }
                }
            }
            writer.integer(sum)
        }
        return writer.bytes.withUnsafeBytes { checksum($0) }
    }
}
