import Indexes

/// The answering of one query, on the caller's thread.
struct SearchRun {
    private let query: PlannedQuery
    private let plan: SearchPlan
    private let notes: SearchNotes?
    private let view: CollectionView

    init(_ query: PlannedQuery, of plan: SearchPlan) {
        self.query = query
        self.plan = plan
        notes = plan.job.request.explains ? SearchNotes() : nil
        view = plan.job.snapshot.view
    }

    func result() throws(StoreError) -> SearchResult {
        let start = ContinuousClock.now
        var lists: [[RankedHit]] = []
        var list: DeepeningList
        var scoring = Scoring.negated
        if query.sources.count == 1, !plan.job.request.returnsLists {
            scoring = query.sources[0].scoring
            // The hits of a range are not known to be many before they are looked for.
            let first =
                plan.job.request.within == nil ? plan.job.request.k : min(plan.job.request.k, 256)
            list = DeepeningList(firstDepth: first) { (count) throws(StoreError) in
                try best(count, of: 0, in: query.selections)
            }
        } else {
            let found = try notes.step("search") { () throws(StoreError) in
                var found: [[Candidate]] = []
                for source in query.sources.indices {
                    found.append(
                        try best(plan.job.request.listCount, of: source, in: query.selections)
                    )
                }
                return found
            }
            if plan.job.request.returnsLists {
                for (source, candidates) in found.enumerated() {
                    lists.append(try ranked(candidates, of: source))
                }
            }
            if found.count == 1 {
                scoring = query.sources[0].scoring
                list = DeepeningList(found[0])
            } else {
                list = DeepeningList(
                    try notes.step("fuse") { () throws(StoreError) in
                        try fused(found)
                    }
                )
            }
        }
        if let reranking = plan.job.request.reranking {
            list = DeepeningList(try reranked(&list, scoring, reranking))
            scoring = .negated
        }
        let hits = try hits(of: &list, scoring)
        return SearchResult(
            hits: hits,
            duration: ContinuousClock.now - start,
            lists: lists,
            explanation: notes?.explanation
        )
    }

    private func best(
        _ count: Int,
        of source: Int,
        in selections: SearchSelections
    ) throws(StoreError) -> [Candidate] {
        notes?.source = source
        return try query.sources[source].best(
            count,
            in: selections,
            limits: plan.job.limits,
            notes: notes
        )
    }

    // MARK: Several lists

    private func ranked(
        _ candidates: [Candidate],
        of source: Int
    ) throws(StoreError) -> [RankedHit] {
        let scoring = query.sources[source].scoring
        var ranked: [RankedHit] = []
        for (place, candidate) in candidates.enumerated() {
            ranked.append(
                RankedHit(
                    key: try view.key(at: candidate.location),
                    row: try row(of: candidate, query.sources[source].field),
                    rank: place + 1,
                    score: scoring.score(candidate.distance)
                )
            )
        }
        return ranked
    }

    /// The documents of all lists by their fused scores, ties by key.
    private func fused(_ lists: [[Candidate]]) throws(StoreError) -> [Candidate] {
        struct Document {
            var places: [RankedPlace?]
            /// Of the best row in the first list of rows, and that list.
            var row: Int
            var source: Int
        }
        var documents: [CollectionView.Location: Document] = [:]
        var bounds: [(best: Float, last: Float)] = []
        for (source, list) in lists.enumerated() {
            let scoring = query.sources[source].scoring
            var rank = 0
            for candidate in list {
                var document =
                    documents[candidate.location]
                    ?? Document(
                        places: Array(repeating: nil, count: lists.count),
                        row: Candidate.noRow,
                        source: 0
                    )
                // Of a document with several rows the best counts.
                guard document.places[source] == nil else { continue }
                rank += 1
                document.places[source] = RankedPlace(
                    rank: rank,
                    score: scoring.score(candidate.distance)
                )
                if document.row == Candidate.noRow {
                    (document.row, document.source) = (candidate.row, source)
                }
                documents[candidate.location] = document
            }
            bounds.append(
                (
                    list.first.map { scoring.score($0.distance) } ?? 0,
                    list.last.map { scoring.score($0.distance) } ?? 0
                )
            )
        }
        var fused = CandidateLists(queryCount: 1, count: documents.count)
        for (location, document) in documents {
            let score = query.query.fusion.score(document.places, bounds: bounds)
            fused.append(
                Candidate(
                    distance: Float(0 - score),
                    location: location,
                    row: document.row,
                    source: document.source
                )
            )
        }
        return try fused.nearest(of: 0, in: view)
    }

    private func reranked(
        _ list: inout DeepeningList,
        _ scoring: Scoring,
        _ reranking: Reranking
    ) throws(StoreError) -> [Candidate] {
        while list.candidates.count < reranking.count, !list.isExhausted {
            try notes.step("search") { () throws(StoreError) in try list.deepen() }
        }
        let candidates = Array(list.candidates.prefix(reranking.count))
        let hits = try materialised(
            candidates[...],
            scoring,
            contents: reranking.reranker.contents
        )
        let limits = plan.job.limits
        let scores = try notes.step("rerank") { () throws(StoreError) -> [Float] in
            do {
                return try reranking.reranker.scores(
                    of: hits,
                    for: query.query,
                    number: query.number
                ) {
                    limits.isOver
                }
            } catch {
                if limits.isOver { throw limits.reason }
                throw .rerankingFailed(reason: "\(error)")
            }
        }
        guard scores.count == candidates.count else {
            throw .rerankingFailed(
                reason: "gave \(scores.count) scores for \(candidates.count) candidates"
            )
        }
        if let place = scores.firstIndex(where: \.isNaN) {
            throw .rerankingFailed(reason: "gave candidate \(place) a score that is no number")
        }
        let order = candidates.indices.sorted { one, other in
            (scores[other], one) < (scores[one], other)
        }
        return order.map {
            Candidate(
                distance: 0 - scores[$0],
                location: candidates[$0].location,
                row: candidates[$0].row,
                source: candidates[$0].source
            )
        }
    }

    // MARK: Hits

    /// Those of the page that was asked for.
    private func hits(
        of list: inout DeepeningList,
        _ scoring: Scoring
    ) throws(StoreError) -> [Hit] {
        let bound = plan.job.request.within.map { scoring.distance($0) }
        func isComplete(_ list: DeepeningList) -> Bool {
            if list.isExhausted { return true }
            guard let bound, let last = list.candidates.last else { return false }
            return last.distance > bound
        }
        guard let grouping = plan.job.request.grouping else {
            while list.candidates.count < plan.job.request.wantedCount, !isComplete(list) {
                try notes.step("search") { () throws(StoreError) in try list.deepen() }
            }
            var found = list.candidates[...]
            if let bound { found = found.filter { $0.distance <= bound }[...] }
            let page = found.dropFirst(plan.job.request.offset).prefix(plan.job.request.k)
            return try notes.step("read") { () throws(StoreError) in
                try materialised(page, scoring, contents: plan.job.request.contents)
            }
        }
        var groups = try CandidateGroups(grouping, in: view)
        var taken = 0
        while true {
            for candidate in list.candidates[taken...] {
                if let bound, candidate.distance > bound { continue }
                try groups.take(candidate)
            }
            taken = list.candidates.count
            if groups.count >= plan.job.request.wantedCount || isComplete(list) { break }
            try notes.step("search") { () throws(StoreError) in try list.deepen() }
        }
        var hits: [Hit] = []
        for group in groups.groups.dropFirst(plan.job.request.offset).prefix(plan.job.request.k) {
            var members = group.candidates
            if members.count < grouping.count, !isComplete(list) {
                members = try filled(group, grouping, bound)
            }
            hits += try materialised(
                members[...],
                scoring,
                contents: plan.job.request.contents,
                group: group.value
            )
        }
        return hits
    }

    /// The best of one group, looked for by themselves.
    private func filled(
        _ group: CandidateGroups.Group,
        _ grouping: Grouping,
        _ bound: Float?
    ) throws(StoreError) -> [Candidate] {
        let scope = try group.scope(grouping, in: view)
        let selections = try SearchSelections(
            plan.job.request.scope.intersection(query.query.scope).intersection(scope),
            in: plan.job.snapshot
        )
        let best = try best(grouping.count, of: 0, in: selections)
        return best.filter { candidate in bound.map { candidate.distance <= $0 } ?? true }
    }

    /// What one list of rows gives, without more ado.
    func hits(_ candidates: ArraySlice<Candidate>) throws(StoreError) -> [Hit] {
        try materialised(candidates, query.sources[0].scoring, contents: plan.job.request.contents)
    }

    private func row(
        of candidate: Candidate,
        _ field: StoredField?
    ) throws(StoreError) -> Int? {
        guard candidate.row != Candidate.noRow, let field else { return nil }
        return candidate.row - (try view.rows(at: candidate.location, of: field).lowerBound)
    }

    private func materialised(
        _ candidates: ArraySlice<Candidate>,
        _ scoring: Scoring,
        contents: Contents,
        group: FieldValue? = nil
    ) throws(StoreError) -> [Hit] {
        var hits: [Hit] = []
        hits.reserveCapacity(candidates.count)
        for candidate in candidates {
            let location = candidate.location
            let field = query.sources[candidate.source].field
            let row = try row(of: candidate, field)
            var vector: [Float]?
            var columns: [String: RowColumnValues] = [:]
            if let row, let field {
                if contents.contains(.vectors) {
                    vector = try view.row(row, at: location, of: field)
                }
                if contents.contains(.columns) {
                    columns = try self.columns(row, at: location, of: field)
                }
            }
            hits.append(
                Hit(
                    key: try view.key(at: location),
                    score: scoring.score(candidate.distance),
                    row: row,
                    vectorField: row == nil ? nil : field?.field.name,
                    version: try view.version(at: location),
                    textHash: try view.textHash(at: location),
                    text: contents.contains(.text) ? try view.text(at: location) : nil,
                    fields: contents.contains(.fields) ? try view.fields(at: location) : [:],
                    vector: vector,
                    columns: columns,
                    group: group
                )
            )
        }
        return hits
    }

    /// The row's number of each column.
    private func columns(
        _ row: Int,
        at location: CollectionView.Location,
        of field: StoredField
    ) throws(StoreError) -> [String: RowColumnValues] {
        var columns: [String: RowColumnValues] = [:]
        for (id, column) in field.columns {
            let size = column.type.byteCount
            columns[column.name] = try view.withColumn(id, column.type, at: location, of: field) {
                (bytes) throws(StoreError) in
                guard bytes.count >= (row + 1) * size else { return nil }
                return RowColumnValues(
                    column.type,
                    stored: UnsafeRawBufferPointer(
                        rebasing: bytes[(row * size)..<((row + 1) * size)]
                    )
                )
            }
        }
        return columns
    }
}
