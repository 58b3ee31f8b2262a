import Indexes

/// Looks for the rows of a vector field that are nearest to vectors.
struct VectorSearch: Sendable {
    let snapshot: Snapshot
    let field: StoredField
    let request: SearchRequest
    let limits: SearchLimits

    /// How a segment was searched.
    private struct Work {
        var method: SearchExplanation.Method
        var distanceCount: Int
    }

    private var view: CollectionView { snapshot.view }

    /// Whether a segment may be searched by an index.
    var usesIndexes: Bool {
        request.mode == .automatic
            && view.segments.contains { $0.segment.hasIndex(of: field.id) }
    }

    /// The rows nearest to each vector, ties by key, then row; those of a block of rows are compared with all vectors while it is in a
    /// core's cache.
    ///
    /// - Parameter effort: how thoroughly; `nil` is as the request says.
    func nearest(
        _ queries: [Query],
        count: Int,
        in selections: SearchSelections,
        effort: SearchEffort? = nil,
        notes: SearchNotes?
    ) throws(StoreError) -> [[Candidate]] {
        let count = min(count, view.rowCount(of: field.id))
        var choice: RecallChoice?
        if effort == nil, let recall, usesIndexes, !queries.isEmpty {
            choice = self.choice(for: recall, k: count, of: queries)
        }
        notes?.recall = choice ?? notes?.recall
        let effort =
            effort ?? choice.map { $0.effort.map { .factor($0) } ?? .exact } ?? .asRequested
        var candidates = CandidateLists(queryCount: queries.count, count: count)
        for place in view.segments.indices {
            try limits.check()
            let start = notes?.now
            let rows = try selections.rows(of: .segment(place), field)
            let work = try search(
                segment: place,
                rows,
                queries,
                count: count,
                selections,
                effort,
                into: &candidates
            )
            guard let notes, let start else { continue }
            let segment = view.segments[place].segment
            let rowCount = segment.rows(of: field.id).count
            let share = try selections.estimatedShare(of: .segment(place))
            notes.note(
                SegmentName.directory(segment.id),
                work.method,
                rowCount: rowCount,
                estimatedCount: Int((Double(rowCount) * share).rounded()),
                allowedCount: rows.count,
                distanceCount: work.distanceCount,
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
                    distanceCount: allowedCount * queries.count,
                    since: start
                )
            }
        }
        var found: [[Candidate]] = []
        for query in queries.indices { found.append(try candidates.nearest(of: query, in: view)) }
        if choice != nil { observe(queries, found, selections) }
        return found
    }

    // MARK: Recall

    /// The recall that is asked for.
    private var recall: Double? {
        guard request.settings.isEmpty else { return nil }
        return request.recall ?? (request.followsCollection ? view.record.recall : nil)
    }

    private var recallID: RecallKnowledge.FieldID {
        .init(collection: view.collectionID, field: field.id)
    }

    private func choice(for recall: Double, k: Int, of queries: [Query]) -> RecallChoice {
        if recall >= 1 { return RecallChoice(recall: recall, basis: nil, effort: nil) }
        // Of rows that are others than those measured, nothing is known.
        guard let calibration = snapshot.calibration(of: field.id),
            calibration.coverage(of: view, field.id) >= 0.5
        else {
            // Who did not ask for it is not to wait for it.
            let effort = request.recall == nil ? 1.0 : nil
            return RecallChoice(recall: recall, basis: nil, effort: effort)
        }
        // Among the nearest of all rows that were measured the nearest live ones lie so much farther behind, and a walk comes by
        // the others for nothing. Lists are visited in proportion to what is dead in any case.
        let isGraph = field.field.index.fileKind == .graph
        let share = isGraph ? max(0.01, calibration.liveShare(of: view)) : 1
        let choice = snapshot.recall.choice(
            for: recall,
            k: Int((Double(k) / share).rounded(.up)),
            of: queries[0].vector,
            calibration,
            recallID
        )
        return RecallChoice(
            recall: recall,
            basis: choice.basis,
            effort: choice.effort.map { $0 * share }
        )
    }

    private func observe(
        _ queries: [Query],
        _ found: [[Candidate]],
        _ selections: SearchSelections
    ) {
        // What some rows alone are near to does not tell what a query is like.
        guard selections.saysNothing, let calibration = snapshot.calibration(of: field.id) else {
            return
        }
        for (query, candidates) in zip(queries, found) {
            snapshot.recall.observe(
                query.vector,
                nearest: candidates.first?.distance,
                calibration,
                recallID,
                isKept: request.keepsQueries
            )
        }
    }

    private func search(
        segment place: Int,
        _ selected: SearchedRows,
        _ queries: [Query],
        count: Int,
        _ selections: SearchSelections,
        _ effort: SearchEffort,
        into candidates: inout CandidateLists
    ) throws(StoreError) -> Work {
        let segment = view.segments[place].segment
        defer { withExtendedLifetime(segment) {} }
        let segmentRows = segment.rows(of: field.id)
        guard selected.count > 0, let rows = try segmentRows.rows() else {
            return Work(method: .nothing, distanceCount: 0)
        }
        var nearest = queries.map { _ in Nearest(k: min(count, rows.count)) }
        var work = Work(method: .scan, distanceCount: 0)
        let usesIndex = request.mode == .automatic && effort != .exact
        let factor = effort.factor(isFiltered: selected.isFiltered)
        switch usesIndex ? try segment.index(of: field.id) : nil {
        case .graph(let graph):
            for query in queries.indices {
                let walked = try snapshot.scratch.withOne { (scratch) throws(StoreError) in
                    try limits.running { () throws(IndexError) in
                        try graph.search(
                            rows,
                            query: queries[query],
                            efSearch: request.efSearch ?? GraphIndex.efSearch(effort: factor),
                            excluding: selected.excluded,
                            selecting: selected.isFiltered,
                            absent: effort.absentRow(ofSegment: place),
                            scratch: &scratch,
                            cancelled: { limits.isOver },
                            into: &nearest[query]
                        )
                    }
                }
                switch walked.method {
                case .scan: work.method = .scan
                case .walk: work.method = .graph
                case .selectiveWalk: work.method = .selectiveGraph
                }
                work.distanceCount += walked.distanceCount
            }
        case .faiss(let index):
            let excluded = try selections.faissRows(ofSegment: place, field, index)
            for query in queries.indices {
                let answer = try limits.running { () throws(IndexError) in
                    try index.search(
                        rows,
                        query: queries[query],
                        settings: request.faissSettings(
                            effort: factor,
                            // The row itself is among what such an index finds.
                            spareCount: effort.absentRow(ofSegment: place) == nil ? 0 : 1
                        ),
                        excluding: excluded,
                        cancelled: { limits.isOver },
                        into: &nearest[query]
                    )
                }
                switch answer.source {
                case .allRows: work.method = .scan
                case .candidates: work.method = excluded == nil ? .faiss : .selectiveFAISS
                }
                work.distanceCount += answer.distanceCount
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
            work.distanceCount = selected.count * queries.count
        }
        for query in queries.indices {
            try candidates.append(nearest[query].sorted(), of: query) { (row) throws(StoreError) in
                .segment(place, ordinal: try segmentRows.map.document(of: row))
            }
        }
        return work
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

/// How thoroughly rows are looked for.
enum SearchEffort: Sendable, Hashable {
    /// With the request's settings.
    case asRequested
    /// Every row is compared.
    case exact
    /// The indexes' own settings are multiplied.
    ///
    /// - Parameter absent: a row that graphs are searched without.
    case factor(Double, absent: AbsentRow? = nil)

    /// A row by its segment's place in the view.
    struct AbsentRow: Sendable, Hashable {
        let segment: Int
        let row: UInt32
    }

    /// - Parameter isFiltered: what few rows alone may be found by has been measured at effort 1 and not below.
    func factor(isFiltered: Bool) -> Double {
        guard case .factor(let factor, _) = self else { return 1 }
        return isFiltered ? max(1, factor) : factor
    }

    func absentRow(ofSegment place: Int) -> UInt32? {
        guard case .factor(_, let absent?) = self, absent.segment == place else { return nil }
        return absent.row
    }
}
