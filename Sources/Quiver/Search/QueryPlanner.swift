import Indexes

/// Checks the queries of one request.
struct QueryPlanner {
    private let job: SearchJob
    /// By the whole scope, so that queries of one scope share what is found out about it.
    private var selections: [SearchScope: SearchSelections] = [:]

    init(_ job: SearchJob) {
        self.job = job
    }

    private var view: CollectionView { job.snapshot.view }

    /// - Parameter number: the query's place in the request.
    mutating func plan(_ query: SearchQuery, number: Int) throws(StoreError) -> PlannedQuery {
        guard !query.sources.isEmpty else {
            throw .invalidSearch(reason: "query \(number) looks for nothing")
        }
        try query.fusion.check(sourceCount: query.sources.count)
        var scope = job.request.scope.intersection(query.scope)
        var sources: [PlannedQuery.Source] = []
        for source in query.sources {
            switch source {
            case .words(let words):
                sources.append(.inverted(try InvertedSearch(words, in: job.snapshot)))
            case .sparse(let sparse):
                sources.append(.inverted(try InvertedSearch(sparse, in: job.snapshot)))
            case .vectors(let vectors):
                scope.excludedKeys.formUnion(vectors.target.keys)
                sources.append(try plan(vectors, number: number))
            }
        }
        return PlannedQuery(
            query: query,
            number: number,
            sources: sources,
            selections: try selections(of: scope)
        )
    }

    private mutating func selections(of scope: SearchScope) throws(StoreError) -> SearchSelections {
        // What one query alone has to do with is not asked for again.
        guard job.request.queries.count > 1, scope.keys == nil, scope.excludedKeys.isEmpty else {
            return try job.snapshot.selections.selections(scope, in: job.snapshot)
        }
        if let known = selections[scope] { return known }
        let made = try job.snapshot.selections.selections(scope, in: job.snapshot)
        selections[scope] = made
        return made
    }

    private func plan(
        _ query: VectorQuery,
        number: Int
    ) throws(StoreError) -> PlannedQuery.Source {
        let field = try view.vectorField(orOnly: query.field ?? job.request.vectorField)
        try field.field.index.check(job.request.settings)
        try check(job.request.encoder, of: field)
        var vectors: [[Float]]
        switch query.target {
        case .vectors(let given): vectors = given
        case .document(let key):
            vectors = try rows(of: key, field)
            guard !vectors.isEmpty else { throw .missingVectors(key: key, field: field.field.name) }
        case .examples(let positive, let negative):
            vectors = [try vector(positive, negative, number: number, field)]
        }
        guard !vectors.isEmpty else {
            throw .invalidSearch(reason: "query \(number) has no vector")
        }
        if query.combination == .mean, vectors.count > 1 {
            for vector in vectors { _ = try prepared(vector, number: number, field) }
            vectors = [field.nearestRow(to: field.mean(of: vectors))]
        }
        var queries: [Query] = []
        queries.reserveCapacity(vectors.count)
        for vector in vectors { queries.append(try prepared(vector, number: number, field)) }
        let search = VectorSearch(job, field)
        guard query.combination == .maxSim else { return .rows(search, queries) }
        return .late(
            LateInteractionSearch(
                vectors: search,
                queries: queries,
                candidateCount: job.request.candidateCount
                    ?? LateInteractionSearch.defaultCandidateCount
            )
        )
    }

    private func check(_ encoder: EncoderIdentity?, of field: StoredField) throws(StoreError) {
        guard let encoder else { return }
        guard let bound = field.encoder else { throw .noEncoder(collection: view.record.name) }
        guard bound.identity == encoder else {
            throw .wrongEncoder(
                collection: view.record.name,
                expected: bound.identity,
                found: encoder
            )
        }
    }

    private func prepared(
        _ vector: [Float],
        number: Int,
        _ field: StoredField
    ) throws(StoreError) -> Query {
        try field.field.check(vector, of: nil, number: number)
        let query = Query(vector, metric: field.field.metric)
        // Of a norm past float32 every cosine would come out as 0.
        guard field.field.metric != .cosine || query.norm.isFinite else {
            throw .normOverflow(key: nil, field: field.field.name, row: number)
        }
        return query
    }

    private func rows(of key: Key, _ field: StoredField) throws(StoreError) -> [[Float]] {
        guard let location = try view.locate(try EncodedKey(key)) else { throw .unknownKey(key) }
        var rows: [[Float]] = []
        for row in 0..<(try view.rowCount(at: location, of: field)) {
            rows.append(try view.row(row, at: location, of: field))
        }
        return rows
    }

    /// What is like the one and unlike the other.
    private func vector(
        _ positive: [VectorQuery.Example],
        _ negative: [VectorQuery.Example],
        number: Int,
        _ field: StoredField
    ) throws(StoreError) -> [Float] {
        guard !positive.isEmpty else {
            throw .invalidSearch(reason: "query \(number) has no positive example")
        }
        func mean(_ examples: [VectorQuery.Example]) throws(StoreError) -> [Float] {
            var vectors: [[Float]] = []
            for example in examples {
                switch example {
                case .vector(let vector):
                    _ = try prepared(vector, number: number, field)
                    vectors.append(vector)
                case .document(let key):
                    let rows = try rows(of: key, field)
                    guard !rows.isEmpty else {
                        throw .missingVectors(key: key, field: field.field.name)
                    }
                    vectors.append(field.mean(of: rows))
                }
            }
            return field.mean(of: vectors)
        }
        let good = try mean(positive)
        guard !negative.isEmpty else { return field.nearestRow(to: good) }
        let bad = try mean(negative)
        return field.nearestRow(to: zip(good, bad).map { 2 * $0 - $1 })
    }
}

extension VectorQuery.Target {
    /// The documents that it is made of, which it does not look for.
    fileprivate var keys: [Key] {
        switch self {
        case .vectors: []
        case .document(let key): [key]
        case .examples(let positive, let negative):
            (positive + negative).compactMap { example in
                if case .document(let key) = example { key } else { nil }
            }
        }
    }
}

extension StoredField {
    /// What a row of the field can be, nearest to a vector: of rows of bits, what most of those have of which it is the mean.
    fileprivate func nearestRow(to vector: [Float]) -> [Float] {
        field.storage == .binary ? vector.map { $0 >= 0.5 ? 1 : 0 } : vector
    }

    /// The mean of vectors of the field's dimension; under cosine, of the vectors at length 1.
    fileprivate func mean(of vectors: [[Float]]) -> [Float] {
        guard vectors.count > 1 || field.metric == .cosine else { return vectors[0] }
        var sum = [Double](repeating: 0, count: field.dimension)
        for vector in vectors {
            let norm = Double(Query(vector, metric: field.metric).norm)
            let scale = field.metric == .cosine && norm > 0 ? 1 / norm : 1
            for place in sum.indices { sum[place] += Double(vector[place]) * scale }
        }
        return sum.map { Float($0 / Double(vectors.count)) }
    }
}
