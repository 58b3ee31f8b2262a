import Indexes

extension Snapshot {
    /// Finds the nearest rows of each query.
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
        return try concurrentResults(batches.count, threadCount: request.threadCount) {
            (index, _) throws(StoreError) in
            try search.run(batches[index])
        }.flatMap { $0 }
    }
}

/// A search request that has passed its checks.
struct SearchPlan: Sendable {
    /// Queries that are compared with a block of rows while it is in a core's cache.
    private static let exactBatchCount = 16

    private let request: SearchRequest
    private let snapshot: Snapshot
    private let view: CollectionView
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
        let view = snapshot.view
        let field = try view.vectorField(orOnly: request.vectorField)
        try field.field.index.check(request.settings)
        if let found = request.encoder {
            guard let bound = field.encoder else {
                throw .noEncoder(collection: view.record.name)
            }
            guard bound.identity == found else {
                throw .wrongEncoder(
                    collection: view.record.name,
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
        self.view = view
        self.field = field
        self.queries = queries
        var excludedCount = 0
        for key in request.excludedKeys {
            guard let location = try view.locate(try EncodedKey(key)) else { continue }
            excludedCount += try view.rowCount(at: location, of: field)
        }
        let rowCount =
            view.segments.reduce(0) { $0 + $1.segment.rows(of: field.id).count }
            + view.tail.reduce(0) { $0 + $1.commit.rows(of: field.id).map.rowCount }
        fetchCount = min(request.k, rowCount) + excludedCount
        usesIndexes =
            request.mode == .automatic
            && view.segments.contains { $0.segment.hasIndex(of: field.id) }
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
            for index in view.segments.indices {
                try search(segment: index, queries, into: &candidates)
            }
            for index in view.tail.indices {
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
            answers.append(try hits(candidates.nearest(of: query, in: view)))
        }
        let duration = (clock.now - start) / queries.count
        return answers.map { SearchResult(hits: $0, duration: duration) }
    }

    private func search(
        segment index: Int,
        _ queries: [Query],
        into candidates: inout CandidateLists
    ) throws {
        let part = view.segments[index]
        let segment = part.segment
        let segmentRows = segment.rows(of: field.id)
        guard segment.documentCount > part.dead.count, let rows = try segmentRows.rows() else {
            return
        }
        let dead = try snapshot.searchedDeadRows.rows(
            of: .segment(index),
            field: field.id,
            part.dead,
            segmentRows.map
        )
        var nearest = queries.map { _ in Nearest(k: min(fetchCount, rows.count)) }
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
            try candidates.append(nearest[query].sorted(), of: query) { (row) throws(StoreError) in
                .segment(index, ordinal: try segmentRows.map.document(of: row))
            }
        }
        withExtendedLifetime(segment) {}
    }

    private func search(
        tail index: Int,
        _ queries: [Query],
        into candidates: inout CandidateLists
    ) throws {
        let part = view.tail[index]
        let tailRows = part.commit.rows(of: field.id)
        let allDead = try snapshot.searchedDeadRows.rows(
            of: .tail(index),
            field: field.id,
            part.dead,
            tailRows.map
        )
        for block in tailRows.blocks {
            let dead = allDead?.shifted(by: block.firstRow, count: block.count)
            var nearest = queries.map { _ in Nearest(k: min(fetchCount, block.count)) }
            try block.withRows(of: field.field) { (rows) throws(IndexError) in
                try ExactIndex.search(rows, queries: queries, excluding: dead, into: &nearest)
            }
            for query in queries.indices {
                try candidates.append(
                    nearest[query].sorted(),
                    firstRow: block.firstRow,
                    of: query
                ) { (row) throws(StoreError) in
                    .tail(index, ordinal: try tailRows.map.document(of: row))
                }
            }
        }
    }

    private func hits(_ found: [Candidate]) throws(StoreError) -> [Hit] {
        var hits: [Hit] = []
        for candidate in found where hits.count < request.k {
            let location = candidate.location
            let key = try view.key(at: location)
            if request.excludedKeys.contains(key) { continue }
            let contents = request.contents
            let row = candidate.row - (try view.rows(at: location, of: field).lowerBound)
            hits.append(
                Hit(
                    key: key,
                    score: field.field.metric.score(fromDistance: candidate.distance)
                        .clampedToFinite,
                    row: row,
                    version: try view.version(at: location),
                    textHash: try view.textHash(at: location),
                    text: contents.contains(.text) ? try view.text(at: location) : nil,
                    fields: contents.contains(.fields) ? try view.fields(at: location) : [:],
                    vector: contents.contains(.vectors)
                        ? try view.row(row, at: location, of: field) : nil,
                    columns: contents.contains(.columns) ? try columns(row, at: location) : [:]
                )
            )
        }
        return hits
    }

    /// The row's number of each column.
    private func columns(
        _ row: Int,
        at location: CollectionView.Location
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
