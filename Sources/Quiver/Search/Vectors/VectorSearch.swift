import Indexes

/// Looks for the rows of a vector field that are nearest to vectors.
final class VectorSearch: Sendable {
    let job: SearchJob
    let field: StoredField

    init(_ job: SearchJob, _ field: StoredField) {
        self.job = job
        self.field = field
    }

    /// How a segment was searched.
    private struct Work {
        var method: SearchExplanation.Method
        var distanceCount: Int
    }

    var view: CollectionView { job.snapshot.view }

    /// Whether a segment may be searched by an index.
    var usesIndexes: Bool {
        job.request.mode != .exact
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
            try job.limits.check()
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
                try job.limits.check()
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
        let usesIndex = job.request.mode != .exact && effort != .exact
        let factor = effort.factor(isFiltered: selected.isFiltered)
        switch usesIndex ? try segment.index(of: field.id) : nil {
        case .graph(let graph):
            for query in queries.indices {
                let walked = try job.snapshot.scratch.withOne { (scratch) throws(StoreError) in
                    try job.limits.running { () throws(IndexError) in
                        try graph.search(
                            rows,
                            query: queries[query],
                            efSearch: job.request.efSearch ?? GraphIndex.efSearch(effort: factor),
                            excluding: selected.excluded,
                            listed: selected.listed,
                            selecting: selected.isFiltered,
                            insisting: job.request.mode == .indexed,
                            absent: effort.absentRow(ofSegment: place),
                            scratch: &scratch,
                            cancelled: { job.limits.isOver },
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
                let answer = try job.limits.running { () throws(IndexError) in
                    try index.search(
                        rows,
                        query: queries[query],
                        settings: job.request.faissSettings(
                            effort: factor,
                            // The row itself is among what such an index finds.
                            spareCount: effort.absentRow(ofSegment: place) == nil ? 0 : 1
                        ),
                        excluding: excluded,
                        cancelled: { job.limits.isOver },
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
            try job.limits.running { () throws(IndexError) in
                if let listed = selected.listed {
                    return try ExactIndex.search(
                        rows,
                        listed: listed,
                        queries: queries,
                        cancelled: { job.limits.isOver },
                        into: &nearest
                    )
                }
                try ExactIndex.search(
                    rows,
                    queries: queries,
                    excluding: selected.excluded,
                    cancelled: { job.limits.isOver },
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
            try job.limits.running { () throws(IndexError) in
                try block.withRows(of: field.field) { (rows) throws(IndexError) in
                    try ExactIndex.search(
                        rows,
                        queries: queries,
                        excluding: excluded,
                        cancelled: { job.limits.isOver },
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
