import Indexes
import Synchronization

/// Finds the neighbours of some queries of a request.
struct NeighbourSearch: Sendable {
    /// A document with more rows than this is left out of the search itself; of others, as many more neighbours are looked for.
    private static let maximumSpareCount = 32

    let snapshot: Snapshot
    let request: NeighbourRequest
    let field: StoredField
    let memory: NeighbourMemory
    /// The numbers of the queries that are answered.
    let queries: Range<Int>
    private let vectors: VectorSearch
    private let selections: SearchSelections
    private let owners: RowOwners
    private let lastApart = LastApart()

    /// - Parameter isCancelled: asked now and then by each thread; `true` ends the search with `cancelled`.
    /// - Throws: `invalidK`, `invalidSearch`, `tooLittleMemory`, `unknownVectorField`, `ambiguousVectorField`, `unknownField`,
    ///   `invalidFilter`, `unknownSearchSetting`, `damaged`, `file`.
    init(
        _ request: NeighbourRequest,
        in snapshot: Snapshot,
        isCancelled: @escaping @Sendable () -> Bool
    ) throws(StoreError) {
        self.snapshot = snapshot
        self.request = request
        let view = snapshot.view
        field = try view.vectorField(orOnly: request.vectorField)
        guard request.k <= SearchRequest.maximumCandidateCount else {
            throw .invalidSearch(
                reason: "k is 1 to \(SearchRequest.maximumCandidateCount), not \(request.k)"
            )
        }
        var search = request.search
        search.isCancelled = isCancelled
        // Its checks, and those of what is set for the index.
        let plan = try SearchPlan(search, in: snapshot)
        try field.field.index.check(search.settings)
        vectors = VectorSearch(plan.job, field)
        selections = try snapshot.selections.selections(search.scope, in: snapshot)
        owners = RowOwners(view, field.id)
        switch request.queries {
        case .ownRows: queries = try request.share(of: owners.rowCount)
        case .vectors(_, let count, _):
            guard count >= 0 else { throw .invalidSearch(reason: "\(count) query vectors") }
            queries = try request.share(of: count)
        }
        memory = try Self.memory(of: request, view, field, usesIndexes: vectors.usesIndexes)
    }

    private static func memory(
        of request: NeighbourRequest,
        _ view: CollectionView,
        _ field: StoredField,
        usesIndexes: Bool
    ) throws(StoreError) -> NeighbourMemory {
        var scratchByteCount = 0
        for part in view.segments where usesIndexes {
            guard case .graph(let graph)? = try part.segment.index(of: field.id) else { continue }
            scratchByteCount = max(scratchByteCount, graph.cost.searchByteCount)
        }
        let isOwn = if case .ownRows = request.queries { true } else { false }
        let blocks = view.tail.flatMap { $0.commit.rows(of: field.id).blocks.map(\.count) }
        return try NeighbourMemory(
            request,
            candidates: CandidateDemand(
                count: request.k + (isOwn ? maximumSpareCount : 0),
                rowCounts: view.segments.map { $0.segment.rows(of: field.id).count } + blocks
            ),
            dimension: field.field.dimension,
            usesIndexes: usesIndexes,
            scratchByteCount: scratchByteCount
        )
    }

    /// Rows of the field, those of dead documents included.
    var rowCount: Int { owners.rowCount }

    /// Whether what a query finds depends on which indexes there are.
    var usesIndexes: Bool { vectors.usesIndexes }

    /// The records of own rows.
    func records(
        ofRows range: Range<Int>,
        _ format: NeighbourFormat
    ) throws(StoreError) -> [UInt8] {
        var queries: [OwnRow] = []
        for number in range {
            guard let document = try participant(number) else { continue }
            let rows = try snapshot.view.rows(at: document, of: field)
            let place = owners.place(of: number).row - rows.lowerBound
            let vector = try snapshot.view.row(place, at: document, of: field)
            queries.append(
                OwnRow(
                    number: number,
                    document: document,
                    rowCount: rows.count,
                    query: Query(vector, metric: field.field.metric)
                )
            )
        }
        var lists = [[Candidate]](repeating: [], count: range.count)
        let (few, many) = queries.halves { $0.rowCount <= Self.maximumSpareCount }
        try find(
            few,
            selections,
            spare: few.map(\.rowCount).max() ?? 0,
            first: range.lowerBound,
            &lists
        )
        // Rows of one document lie together, so that there is one document here, as a rule.
        var start = 0
        while start < many.count {
            let document = many[start].document
            let end = many[start...].firstIndex { $0.document != document } ?? many.count
            let apart = try lastApart.selections(of: document) { () throws(StoreError) in
                var scope = request.search.scope
                scope.excludedKeys = [try snapshot.view.key(at: document)]
                return try SearchSelections(scope, in: snapshot)
            }
            try find(many[start..<end], apart, spare: 0, first: range.lowerBound, &lists)
            start = end
        }
        return encoded(lists, format)
    }

    /// The records of vectors from elsewhere, `[range.count × dimension]`.
    func records(
        of numbers: ArraySlice<Float>,
        _ range: Range<Int>,
        _ format: NeighbourFormat
    ) throws(StoreError) -> [UInt8] {
        let dimension = field.field.dimension
        var queries: [Query] = []
        for (place, number) in range.enumerated() {
            let start = numbers.startIndex + place * dimension
            let vector = Array(numbers[start..<start + dimension])
            try field.field.check(vector, of: nil, number: number)
            let query = Query(vector, metric: field.field.metric)
            guard field.field.metric != .cosine || query.norm.isFinite else {
                throw .normOverflow(key: nil, field: field.field.name, row: number)
            }
            queries.append(query)
        }
        let lists = try vectors.nearest(queries, count: request.k, in: selections, notes: nil)
        return encoded(lists, format)
    }

    /// Looks for the neighbours of some rows, without those of a row's own document.
    private func find(
        _ rows: some Swift.Collection<OwnRow>,
        _ selections: SearchSelections,
        spare: Int,
        first: Int,
        _ lists: inout [[Candidate]]
    ) throws(StoreError) {
        guard !rows.isEmpty else { return }
        let found = try vectors.nearest(
            rows.map(\.query),
            count: request.k + spare,
            in: selections,
            notes: nil
        )
        for (row, list) in zip(rows, found) {
            lists[row.number - first] = Array(
                list.lazy.filter { $0.location != row.document }.prefix(request.k)
            )
        }
    }

    private func encoded(_ lists: [[Candidate]], _ format: NeighbourFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lists.count * format.recordByteCount)
        for list in lists {
            format.append(
                list.map { candidate in
                    (
                        owners.number(of: candidate.row, in: candidate.location.part),
                        field.field.metric.score(fromDistance: candidate.distance)
                    )
                },
                to: &bytes
            )
        }
        return bytes
    }

    /// The document of a row; `nil` if it is gone or does not take part.
    private func participant(_ row: Int) throws(StoreError) -> CollectionView.Location? {
        let (part, place) = owners.place(of: row)
        let selected = try selections.rows(of: part, field)
        guard selected.excluded.map({ !$0.contains(UInt32(place)) }) ?? true else { return nil }
        return try owners.owner(of: row).document
    }
}

/// A row of the collection whose neighbours are looked for.
private struct OwnRow {
    let number: Int
    let document: CollectionView.Location
    /// Rows of the document.
    let rowCount: Int
    let query: Query
}

extension Array where Element == OwnRow {
    /// Those that a condition holds of, and the others, in their order.
    fileprivate func halves(_ condition: (OwnRow) -> Bool) -> (few: [OwnRow], many: [OwnRow]) {
        (filter(condition), filter { !condition($0) })
    }
}

/// What searches for rows of a document of many rows may find. Kept for the last document: its rows come one after the other.
private final class LastApart: Sendable {
    private let last = Mutex<(document: CollectionView.Location, selections: SearchSelections)?>(
        nil
    )

    func selections(
        of document: CollectionView.Location,
        _ make: () throws(StoreError) -> SearchSelections
    ) throws(StoreError) -> SearchSelections {
        let known = last.withLock { last in
            last.flatMap { $0.document == document ? $0.selections : nil }
        }
        if let known { return known }
        let made = try make()
        last.withLock { $0 = (document, made) }
        return made
    }
}
