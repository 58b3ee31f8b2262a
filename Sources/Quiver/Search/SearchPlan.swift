import Indexes

/// A search request that has passed its checks.
final class SearchPlan: Sendable {
    /// Queries that are compared with a block of rows while it is in a core's cache.
    private static let exactBatchCount = 16

    let job: SearchJob
    private let queries: [PlannedQuery]

    init(_ request: SearchRequest, in snapshot: Snapshot) throws(StoreError) {
        try request.check()
        job = SearchJob(request, in: snapshot)
        var planner = QueryPlanner(job)
        var queries: [PlannedQuery] = []
        queries.reserveCapacity(job.request.queries.count)
        for (number, query) in job.request.queries.enumerated() {
            queries.append(try planner.plan(query, number: number))
        }
        self.queries = queries
    }

    /// The queries in the portions that one thread takes at a time.
    var portions: [Range<Int>] {
        guard queries.count > 1 else { return queries.isEmpty ? [] : [0..<1] }
        let size = sharesBlocks ? Self.exactBatchCount : 1
        return stride(from: 0, to: queries.count, by: size).map {
            $0..<min($0 + size, queries.count)
        }
    }

    /// Whether several queries can go over the rows together: nearest rows and nothing else, of one scope, compared one by one.
    private var sharesBlocks: Bool {
        guard job.request.isPlain, let first = queries.first?.onlyVector, !first.search.usesIndexes
        else { return false }
        return queries.allSatisfy { query in
            guard let other = query.onlyVector else { return false }
            return query.selections === queries[0].selections
                && other.search.field.id == first.search.field.id
        }
    }

    /// Answers the queries in `range` on the caller's thread.
    func run(_ range: Range<Int>) throws(StoreError) -> [SearchResult] {
        // The nearest rows and nothing else are found with less ado; a later page is the end of a list that grows.
        guard job.request.isPlain, job.request.offset == 0 || range.count > 1,
            let search = queries[range.lowerBound].onlyVector?.search
        else {
            return [try SearchRun(queries[range.lowerBound], of: self).result()]
        }
        let start = ContinuousClock.now
        let lists = try search.nearest(
            queries[range].compactMap { $0.onlyVector?.query },
            count: job.request.wantedCount,
            in: queries[range.lowerBound].selections,
            notes: nil
        )
        var answers: [[Hit]] = []
        for (list, number) in zip(lists, range) {
            let run = SearchRun(queries[number], of: self)
            answers.append(try run.hits(list.dropFirst(job.request.offset)))
        }
        let duration = (ContinuousClock.now - start) / range.count
        return answers.map {
            SearchResult(hits: $0, duration: duration, lists: [], explanation: nil)
        }
    }
}

extension SearchRequest {
    fileprivate func check() throws(StoreError) {
        guard k >= 1 else { throw .invalidK(k) }
        guard offset >= 0 else {
            throw .invalidSearch(reason: "the offset is 0 or more, not \(offset)")
        }
        if let within, within.isNaN {
            throw .invalidSearch(reason: "a score that hits are within is a number")
        }
        if let efSearch, efSearch < 1 {
            throw .invalidSearch(reason: "efSearch is at least 1, not \(efSearch)")
        }
        if let recall {
            guard recall > 0, recall <= 1 else {
                throw .invalidSearch(reason: "a recall is above 0 to 1, not \(recall)")
            }
            guard settings.isEmpty else {
                throw .invalidSearch(
                    reason: "a search is given a recall or \(settings[0].rawValue), not both"
                )
            }
        }
        if let nprobe, nprobe < 1 {
            throw .invalidSearch(reason: "nprobe is at least 1, not \(nprobe)")
        }
        if let factor = candidateFactor, !(1...1_000_000).contains(factor) {
            throw .invalidSearch(reason: "candidateFactor is 1 to 1000000, not \(factor)")
        }
        let limit = Self.maximumCandidateCount
        if let count = candidateCount, !(1...limit).contains(count) {
            throw .invalidSearch(reason: "a source gives 1 to \(limit) candidates, not \(count)")
        }
        if let count = reranking?.count, !(1...limit).contains(count) {
            throw .invalidSearch(reason: "1 to \(limit) candidates are reranked, not \(count)")
        }
        if let grouping, grouping.count < 1 {
            throw .invalidSearch(reason: "a group has at least 1 hit, not \(grouping.count)")
        }
    }

    /// Whether it asks for hits alone.
    fileprivate var isPlain: Bool {
        within == nil && grouping == nil && reranking == nil && !returnsLists && !explains
    }

    /// Hits that are looked for, those of the pages before included.
    var wantedCount: Int {
        let (count, isTooLarge) = offset.addingReportingOverflow(k)
        return isTooLarge ? .max : count
    }

    /// The length of each list of those that are fused or returned.
    var listCount: Int {
        candidateCount ?? min(Self.maximumCandidateCount, max(100, k > 1_638 ? .max : 10 * k))
    }
}
