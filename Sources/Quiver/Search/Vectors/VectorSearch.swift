import Indexes

/// Looks for the rows of a vector field that are nearest to vectors.
struct VectorSearch: Sendable {
    let snapshot: Snapshot
    let field: StoredField
    let request: SearchRequest
    let limits: SearchLimits

    private var view: CollectionView { snapshot.view }

    /// Whether a segment may be searched by an index.
    var usesIndexes: Bool {
        request.mode == .automatic
            && view.segments.contains { $0.segment.hasIndex(of: field.id) }
    }

    /// The rows nearest to each vector, ties by key, then row; those of a block of rows are compared with all vectors while it is in a
    /// core's cache.
    ///
    /// - Parameter exactly: every row is compared, whatever the request says.
    func nearest(
        _ queries: [Query],
        count: Int,
        in selections: SearchSelections,
        exactly: Bool = false,
        notes: SearchNotes?
    ) throws(StoreError) -> [[Candidate]] {
        let count = min(count, view.rowCount(of: field.id))
        var candidates = CandidateLists(queryCount: queries.count, count: count)
        for place in view.segments.indices {
            try limits.check()
            let start = notes?.now
            let rows = try selections.rows(of: .segment(place), field)
            let method = try search(
                segment: place,
                rows,
                queries,
                count: count,
                selections,
                exactly: exactly,
                into: &candidates
            )
            guard let notes, let start else { continue }
            let segment = view.segments[place].segment
            let rowCount = segment.rows(of: field.id).count
            let share = try selections.estimatedShare(of: .segment(place))
            notes.note(
                SegmentName.directory(segment.id),
                method,
                rowCount: rowCount,
                estimatedCount: Int((Double(rowCount) * share).rounded()),
                allowedCount: rows.count,
                since: start
            )
        }
        if !view.tail.isEmpty {
            let start = notes?.now
            var (rowCount, allowedCount, estimatedCount) = (0, 0, 0.0)
            for place in view.tail.indices {
                try limits.check()
                let rows = try selections.rows(of: .tail(place), field)
                try search(tail: place, rows, queries, count: count, into: &candidates)
                guard notes != nil else { continue }
                let own = view.tail[place].commit.rows(of: field.id).map.rowCount
                rowCount += own
                allowedCount += rows.count
                estimatedCount += Double(own) * (try selections.estimatedShare(of: .tail(place)))
            }
            if let notes, let start {
                notes.note(
                    "tail",
                    .scan,
                    rowCount: rowCount,
                    estimatedCount: Int(estimatedCount.rounded()),
                    allowedCount: allowedCount,
                    since: start
                )
            }
        }
        var found: [[Candidate]] = []
        for query in queries.indices { found.append(try candidates.nearest(of: query, in: view)) }
        return found
    }

    private func search(
        segment place: Int,
        _ selected: SearchedRows,
        _ queries: [Query],
        count: Int,
        _ selections: SearchSelections,
        exactly: Bool,
        into candidates: inout CandidateLists
    ) throws(StoreError) -> SearchExplanation.Method {
        let segment = view.segments[place].segment
        defer { withExtendedLifetime(segment) {} }
        let segmentRows = segment.rows(of: field.id)
        guard selected.count > 0, let rows = try segmentRows.rows() else { return .nothing }
        var nearest = queries.map { _ in Nearest(k: min(count, rows.count)) }
        var method = SearchExplanation.Method.scan
        let usesIndex = request.mode == .automatic && !exactly
        switch usesIndex ? try segment.index(of: field.id) : nil {
        case .graph(let graph):
            for query in queries.indices {
                let walked = try snapshot.scratch.withOne { (scratch) throws(StoreError) in
                    try limits.running { () throws(IndexError) in
                        try graph.search(
                            rows,
                            query: queries[query],
                            efSearch: request.efSearch ?? GraphIndex.defaultEfSearch,
                            excluding: selected.excluded,
                            selecting: selected.isFiltered,
                            scratch: &scratch,
                            cancelled: { limits.isOver },
                            into: &nearest[query]
                        )
                    }
                }
                switch walked {
                case .scan: method = .scan
                case .walk: method = .graph
                case .selectiveWalk: method = .selectiveGraph
                }
            }
        case .faiss(let index):
            let excluded = try selections.faissRows(ofSegment: place, field, index)
            for query in queries.indices {
                let answer = try limits.running { () throws(IndexError) in
                    try index.search(
                        rows,
                        query: queries[query],
                        settings: request.faissSettings,
                        excluding: excluded,
                        cancelled: { limits.isOver },
                        into: &nearest[query]
                    )
                }
                method =
                    answer == .allRows ? .scan : excluded == nil ? .faiss : .selectiveFAISS
            }
        case nil:
            try limits.running { () throws(IndexError) in
                try ExactIndex.search(
                    rows,
                    queries: queries,
                    excluding: selected.excluded,
                    cancelled: { limits.isOver },
                    into: &nearest
                )
            }
        }
        for query in queries.indices {
            try candidates.append(nearest[query].sorted(), of: query) { (row) throws(StoreError) in
                .segment(place, ordinal: try segmentRows.map.document(of: row))
            }
        }
        return method
    }

    private func search(
        tail place: Int,
        _ selected: SearchedRows,
        _ queries: [Query],
        count: Int,
        into candidates: inout CandidateLists
    ) throws(StoreError) {
        guard selected.count > 0 else { return }
        let tailRows = view.tail[place].commit.rows(of: field.id)
        for block in tailRows.blocks {
            let excluded = selected.excluded?.shifted(by: block.firstRow, count: block.count)
            var nearest = queries.map { _ in Nearest(k: min(count, block.count)) }
            try limits.running { () throws(IndexError) in
                try block.withRows(of: field.field) { (rows) throws(IndexError) in
                    try ExactIndex.search(
                        rows,
                        queries: queries,
                        excluding: excluded,
                        cancelled: { limits.isOver },
                        into: &nearest
                    )
                }
            }
            for query in queries.indices {
                try candidates.append(
                    nearest[query].sorted(),
                    firstRow: block.firstRow,
                    of: query
                ) { (row) throws(StoreError) in
                    .tail(place, ordinal: try tailRows.map.document(of: row))
                }
            }
        }
    }
}
