import Indexes
import Synchronization
import Threads

extension Snapshot {
    /// Finds the nearest documents of each query.
    ///
    /// Segments are searched by their index, or row by row where they have none or the request says so; the
    /// tail always row by row. A batch of exact queries reads each block of rows once for several of them.
    ///
    /// - Returns: one result a query, in the order of the queries.
    /// - Throws: `invalidK`, `invalidSearch`, `unknownSearchSetting`, `unknownVectorField`, `dimensionMismatch`, `notFinite`, `normOverflow`,
    ///   `zeroVector` (cosine), `wrongEncoder`, `noEncoder`, `damaged`, `usedAfterFork`, `file`.
    public func search(_ request: SearchRequest) throws(StoreError) -> [SearchResult] {
        try process.require()
        let search = try SearchPlan(request, snapshot: self)
        let batches = search.batches
        let results = Mutex<[[SearchResult]]>(Array(repeating: [], count: batches.count))
        let failure = Mutex<StoreError?>(nil)
        let next = Atomic<Int>(0)
        concurrently(min(max(1, request.threadCount), batches.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < batches.count, failure.withLock({ $0 == nil }) else { return }
                do throws(StoreError) {
                    let found = try search.run(batches[index])
                    results.withLock { $0[index] = found }
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return results.withLock { $0.flatMap { $0 } }
    }
}

/// A search request that has passed its checks.
struct SearchPlan: Sendable {
    /// Queries that are compared with a block of rows while it is in a core's cache.
    private static let exactBatchCount = 16

    private let request: SearchRequest
    private let snapshot: Snapshot
    private let field: StoredField
    private let queries: [Query]
    /// Hits to look for: those asked for, and those that will be left out.
    private let fetchCount: Int
    private let usesIndexes: Bool

    init(_ request: SearchRequest, snapshot: Snapshot) throws(StoreError) {
        guard request.k >= 1 else { throw .invalidK(request.k) }
        if let efSearch = request.efSearch, efSearch < 1 {
            throw .invalidSearch(reason: "efSearch is at least 1, not \(efSearch)")
        }
        if let nprobe = request.nprobe, nprobe < 1 {
            throw .invalidSearch(reason: "nprobe is at least 1, not \(nprobe)")
        }
        if let factor = request.candidateFactor, !(1...1_000_000).contains(factor) {
            throw .invalidSearch(reason: "candidateFactor is 1 to 1000000, not \(factor)")
        }
        let field = try snapshot.field(request.vectorField)
        try field.field.index.check(request.settings)
        if let found = request.encoder {
            guard let bound = snapshot.record.encoder else {
                throw .noEncoder(collection: snapshot.record.name)
            }
            guard bound.identity == found else {
                throw .wrongEncoder(
                    collection: snapshot.record.name,
                    expected: bound.identity,
                    found: found
                )
            }
        }
        var queries: [Query] = []
        queries.reserveCapacity(request.queries.count)
        for (number, vector) in request.queries.enumerated() {
            try field.field.check(vector, of: nil, number: number)
            let query = Query(vector, metric: field.field.metric)
            // Of a norm past float32 every cosine would come out as 0.
            guard field.field.metric != .cosine || query.norm.isFinite else {
                throw .normOverflow(key: nil, field: field.field.name, row: number)
            }
            queries.append(query)
        }
        self.request = request
        self.snapshot = snapshot
        self.field = field
        self.queries = queries
        let excludedCount = request.excludedKeys.count
        fetchCount =
            min(request.k, snapshot.liveCount - min(excludedCount, snapshot.liveCount))
            + excludedCount
        usesIndexes =
            request.mode == .automatic
            && snapshot.segments.contains { $0.segment.hasIndex(of: field.id) }
    }

    /// The queries in the portions that one thread takes at a time.
    var batches: [Range<Int>] {
        let size = usesIndexes ? 1 : Self.exactBatchCount
        return stride(from: 0, to: queries.count, by: size).map {
            $0..<min($0 + size, queries.count)
        }
    }

    /// Answers the queries in `range` on the caller's thread.
    func run(_ range: Range<Int>) throws(StoreError) -> [SearchResult] {
        let clock = ContinuousClock()
        let start = clock.now
        let queries = Array(queries[range])
        var candidates = CandidateLists(queryCount: queries.count, count: fetchCount)
        do {
            for index in snapshot.segments.indices {
                try search(segment: index, queries, into: &candidates)
            }
            for index in snapshot.tail.indices {
                try search(tail: index, queries, into: &candidates)
            }
        } catch let error as IndexError {
            throw .index(error)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .invalidSearch(reason: "\(error)")
        }
        var answers: [[Hit]] = []
        for query in queries.indices {
            answers.append(try hits(candidates.nearest(of: query, in: snapshot)))
        }
        let duration = (clock.now - start) / queries.count
        return answers.map { SearchResult(hits: $0, duration: duration) }
    }

    private func search(
        segment index: Int,
        _ queries: [Query],
        into candidates: inout CandidateLists
    ) throws {
        let view = snapshot.segments[index]
        let segment = view.segment
        guard segment.documentCount > view.dead.count else { return }
        let dead = view.dead.count == 0 ? nil : view.dead
        let rows = try segment.rows(of: field.id)
        var nearest = queries.map { _ in Nearest(k: min(fetchCount, segment.documentCount)) }
        let built = request.mode == .automatic ? try segment.index(of: field.id) : nil
        switch built {
        case .graph(let graph):
            for query in queries.indices {
                try snapshot.scratch.withOne { (scratch) throws(StoreError) in
                    do throws(IndexError) {
                        try graph.search(
                            rows,
                            query: queries[query],
                            efSearch: request.efSearch ?? GraphIndex.defaultEfSearch,
                            excluding: dead,
                            scratch: &scratch,
                            into: &nearest[query]
                        )
                    } catch {
                        throw .index(error)
                    }
                }
            }
        case .faiss(let built):
            var deadRows: FAISSIndex.DeadRows?
            if let dead {
                deadRows = try snapshot.searchedDeadRows.of(
                    segment: index,
                    field: field.id,
                    dead,
                    built
                )
            }
            for query in queries.indices {
                try built.search(
                    rows,
                    query: queries[query],
                    settings: request.faissSettings,
                    excluding: deadRows,
                    into: &nearest[query]
                )
            }
        case nil:
            try ExactIndex.search(rows, queries: queries, excluding: dead, into: &nearest)
        }
        for query in queries.indices {
            candidates.append(nearest[query].sorted(), of: query) { .segment(index, ordinal: $0) }
        }
        withExtendedLifetime(segment) {}
    }

    private func search(
        tail index: Int,
        _ queries: [Query],
        into candidates: inout CandidateLists
    ) throws {
        let view = snapshot.tail[index]
        for block in view.commit.vectors[field.id] ?? [] {
            let dead =
                view.dead.count == 0
                ? nil : view.dead.shifted(by: block.firstOrdinal, count: block.count)
            var nearest = queries.map { _ in Nearest(k: min(fetchCount, block.count)) }
            try block.withRows(of: field.field) { (rows) throws(IndexError) in
                try ExactIndex.search(rows, queries: queries, excluding: dead, into: &nearest)
            }
            for query in queries.indices {
                candidates.append(nearest[query].sorted(), of: query) {
                    .tail(index, ordinal: $0 + block.firstOrdinal)
                }
            }
        }
    }

    private func hits(_ found: [Candidate]) throws(StoreError) -> [Hit] {
        var hits: [Hit] = []
        for candidate in found where hits.count < request.k {
            let location = candidate.location
            let key = try snapshot.key(at: location)
            if request.excludedKeys.contains(key) { continue }
            hits.append(
                Hit(
                    key: key,
                    score: field.field.metric.score(fromDistance: candidate.distance)
                        .clampedToFinite,
                    row: 0,
                    version: try snapshot.version(at: location),
                    textHash: try snapshot.textHash(at: location),
                    text: request.contents.contains(.text) ? try snapshot.text(at: location) : nil,
                    vector: request.contents.contains(.vectors)
                        ? try snapshot.row(at: location, of: field) : nil
                )
            )
        }
        return hits
    }
}

extension RowSet {
    /// The members from `first` on, `count` numbers, counted from `first`.
    fileprivate func shifted(by first: Int, count: Int) -> RowSet {
        guard first > 0 else { return self }
        var shifted = RowSet(capacity: count)
        for row in 0..<count where contains(UInt32(first + row)) { shifted.insert(UInt32(row)) }
        return shifted
    }
}

extension Float {
    /// Vectors are finite, but the score of two very long ones may not fit: it is then the largest that does.
    fileprivate var clampedToFinite: Float {
        min(max(self, -Float.greatestFiniteMagnitude), Float.greatestFiniteMagnitude)
    }
}
