import Indexes

/// Finds the neighbours of some queries of a request.
struct NeighbourSearch: Sendable {
    /// Queries that are compared with a block of rows while it is in a core's cache.
    static let batchCount = 16

    let snapshot: Snapshot
    let request: NeighbourRequest
    let field: StoredField
    private let vectors: VectorSearch
    private let selections: SearchSelections
    private let owners: RowOwners

    let queryCount: Int

    /// - Throws: `invalidK`, `invalidSearch`, `unknownVectorField`, `ambiguousVectorField`, `unknownField`, `invalidFilter`.
    init(_ request: NeighbourRequest, in snapshot: Snapshot) throws(StoreError) {
        self.snapshot = snapshot
        self.request = request
        field = try snapshot.view.vectorField(orOnly: request.vectorField)
        var search = SearchRequest([], contents: [])
        search.k = request.k
        search.mode = request.mode
        search.efSearch = request.efSearch
        search.nprobe = request.nprobe
        search.candidateFactor = request.candidateFactor
        search.scope.filter = request.filter
        // Its checks, and those of what is set for the index.
        let plan = try SearchPlan(search, in: snapshot)
        try field.field.index.check(search.settings)
        guard request.k <= SearchRequest.maximumCandidateCount else {
            throw .tooLarge(
                what: "k",
                found: request.k,
                limit: SearchRequest.maximumCandidateCount
            )
        }
        vectors = VectorSearch(
            snapshot: snapshot,
            field: field,
            request: search,
            limits: plan.limits
        )
        selections = try snapshot.selections.selections(search.scope, in: snapshot)
        owners = RowOwners(snapshot.view, field.id)
        switch request.queries {
        case .ownRows: queryCount = owners.rowCount
        case .vectors(_, let count, _):
            guard count >= 0 else { throw .invalidSearch(reason: "\(count) query vectors") }
            queryCount = count
        }
    }

    /// Whether several queries are compared with a block of rows at a time.
    var sharesBlocks: Bool { !vectors.usesIndexes }

    /// The records of the queries in `range`.
    ///
    /// - Parameter given: the vectors, where they come from elsewhere.
    func records(
        _ range: Range<Int>,
        given: ArraySlice<Float>?,
        _ format: NeighbourFormat
    ) throws(StoreError) -> [UInt8] {
        var queries: [Query] = []
        // The document that a query is a row of, and the query's place among those of the range.
        var own: [(number: Int, document: CollectionView.Location?)] = []
        var spare = 0
        for (place, number) in range.enumerated() {
            if let given {
                let dimension = field.field.dimension
                let start = given.startIndex + place * dimension
                let vector = Array(given[start..<start + dimension])
                queries.append(try prepared(vector, number: number))
                own.append((number, nil))
                continue
            }
            guard let document = try participant(number) else { continue }
            let rows = try snapshot.view.rows(at: document, of: field)
            spare = max(spare, rows.count)
            let row = owners.place(of: number).row - rows.lowerBound
            let vector = try snapshot.view.row(row, at: document, of: field)
            queries.append(Query(vector, metric: field.field.metric))
            own.append((number, document))
        }
        var lists: [Int: [(row: Int, score: Float)]] = [:]
        if !queries.isEmpty {
            let found = try vectors.nearest(
                queries,
                count: request.k + spare,
                in: selections,
                notes: nil
            )
            for (list, query) in zip(found, own) {
                lists[query.number] = list.lazy.filter { $0.location != query.document }
                    .prefix(request.k)
                    .map { candidate in
                        (
                            owners.number(of: candidate.row, in: candidate.location.part),
                            field.field.metric.score(fromDistance: candidate.distance)
                        )
                    }
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count * format.recordByteCount)
        for number in range { format.append(lists[number] ?? [], to: &bytes) }
        return bytes
    }

    /// The document of a row of the collection's own; `nil` if it is gone or does not take part.
    private func participant(_ row: Int) throws(StoreError) -> CollectionView.Location? {
        let (part, place) = owners.place(of: row)
        let selected = try selections.rows(of: part, field)
        guard selected.excluded.map({ !$0.contains(UInt32(place)) }) ?? true else { return nil }
        return try owners.owner(of: row).document
    }

    private func prepared(_ vector: [Float], number: Int) throws(StoreError) -> Query {
        try field.field.check(vector, of: nil, number: number)
        let query = Query(vector, metric: field.field.metric)
        guard field.field.metric != .cosine || query.norm.isFinite else {
            throw .normOverflow(key: nil, field: field.field.name, row: number)
        }
        return query
    }
}
