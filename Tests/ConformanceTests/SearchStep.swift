import Encoders
import JSON
import Quiver

/// A search of the table.
struct SearchStep {
    private let snapshot: Snapshot
    private var request: SearchRequest
    /// Of the texts that are looked for where a collection remembers one.
    private var encoders: Set<EncoderIdentity> = []

    init(_ snapshot: Snapshot, _ told: Arguments) throws {
        self.snapshot = snapshot
        request = SearchRequest([], k: try told.int("k"), contents: told.contents())
        request.vectorField = told["vector_field"]?.string
        request.offset = told["offset"]?.int ?? 0
        request.within = told["within"]?.double.map { Float($0) }
        let perGroup = told["per_group"]?.int ?? 1
        if let field = told["group_by"]?.string {
            request.grouping = Grouping(by: .field(field), count: perGroup)
        }
        if told["distinct"]?.bool == true {
            request.grouping = Grouping(by: .document, count: perGroup)
        }
        request.mode = told.mode
        request.efSearch = told["ef_search"]?.int
        request.nprobe = told["nprobe"]?.int
        request.recall = told["recall"]?.double
        request.keepsQueries = told["sample"]?.bool ?? true
        request.threadCount = told["thread_count"]?.int ?? 1
        request.candidateCount = told["list_length"]?.int
        request.returnsLists = told["lists"]?.bool ?? false
        request.explains = told["explain"]?.bool ?? false
        if let seconds = told["timeout"]?.double { request.deadline = .now + .seconds(seconds) }
        if told["cancelled"]?.bool == true { request.isCancelled = { true } }
        if let count = told["rerank"]?.int {
            request.reranking = Reranking(Reversal(), count: count)
        }
        if let scope = told.arguments("scope") { request.scope = try self.scope(scope) }
        if let filter = try told.filter("filter") {
            request.scope.filter = request.scope.filter.map { .all([$0, filter]) } ?? filter
        }
        request.scope.excludedKeys.formUnion(try told.keys("excluded"))
        request.queries = try told.all("queries").map { try query($0) }
        // A request names one for all of its vectors.
        if encoders.count == 1 { request.encoder = encoders.first }
    }

    private mutating func query(_ told: Arguments) throws -> SearchQuery {
        let sources = told.all("sources")
        let weights = sources.map { $0["weight"]?.double }
        let given = weights.compactMap(\.self)
        var query = SearchQuery(try sources.map { try source($0) })
        switch told["fusion"]?.string ?? "ranks" {
        case "scores": query.fusion = .weighted(weights.map { $0 ?? 1 })
        case "custom":
            query.fusion = .custom { places in
                places.reduce(0) { sum, place in
                    sum + (place.map { 1 / Double($0.rank * $0.rank) } ?? 0)
                }
            }
        default:
            query.fusion = .reciprocalRank(
                constant: told["rank_constant"]?.double ?? 60,
                weights: given.isEmpty ? nil : weights.map { $0 ?? 1 }
            )
        }
        if let scope = told.arguments("scope") { query.scope = try self.scope(scope) }
        return query
    }

    private mutating func source(_ told: Arguments) throws -> SearchQuery.Source {
        if let text = told["text"]?.string { return .vectors(try query(text: text, told)) }
        if let match = told["match"]?.string {
            let names = snapshot.configuration.textFields.map { $0.field ?? "text" }
            let words =
                told["plain"]?.bool == true
                ? TextQuery(words: match) : try TextQuery(parsing: match, fields: Set(names))
            let constants = told.array("bm25").compactMap(\.double)
            return .words(
                WordQuery(
                    words,
                    bm25: constants.isEmpty ? BM25() : BM25(k1: constants[0], b: constants[1])
                )
            )
        }
        if let vector = told["sparse"] {
            return .sparse(
                SparseQuery(try SparseVector(told: vector), field: told["sparse_field"]?.string)
            )
        }
        return .vectors(
            VectorQuery(
                try target(told),
                field: told["vector_field"]?.string,
                combination: told["combine"]?.string
                    .flatMap { VectorQuery.Combination(rawValue: $0) } ?? .any
            )
        )
    }

    private mutating func query(text: String, _ told: Arguments) throws -> VectorQuery {
        let field = told["vector_field"]?.string
        let opened = try OpenedEncoder(
            told: told.arguments("encoder"),
            orOf: field ?? request.vectorField,
            in: snapshot
        )
        // Where none is remembered, that its vectors are this one's is the caller's word.
        if try snapshot.encoder(of: field ?? request.vectorField) != nil {
            encoders.insert(opened.identity)
        }
        let vectors = try opened.queryVectors(of: [text], threadCount: request.threadCount) { _ in
            true
        }
        return VectorQuery(
            .vectors(vectors[0]),
            field: field,
            combination: told["combine"]?.string
                .flatMap { VectorQuery.Combination(rawValue: $0) }
                ?? (opened.encoder.givesOneRow ? .any : .maxSim)
        )
    }

    private func target(_ told: Arguments) throws -> VectorQuery.Target {
        let vectors = told.vectors("vectors")
        let unlikeVectors = told.vectors("unlike_vectors")
        let like = try told.keys("like")
        let unlike = try told.keys("unlike")
        if like.isEmpty, unlike.isEmpty, unlikeVectors.isEmpty { return .vectors(vectors) }
        if like.count == 1, vectors.isEmpty, unlike.isEmpty, unlikeVectors.isEmpty {
            return .document(like[0])
        }
        return .examples(
            positive: vectors.map { .vector($0) } + like.map { .document($0) },
            negative: unlikeVectors.map { .vector($0) } + unlike.map { .document($0) }
        )
    }

    private func scope(_ told: Arguments) throws -> SearchScope {
        var scope = SearchScope(
            filter: try told.filter("filter"),
            excludedKeys: Set(try told.keys("excluded")),
            rowFilter: try told.filter("row_filter")
        )
        if told["keys"] != nil { scope.keys = Set(try told.keys("keys")) }
        if told["ranges_of"] != nil { scope.rowRanges = try rows(of: try told.keys("ranges_of")) }
        if told["rows_of"] != nil {
            var rows = RowSet()
            for range in try self.rows(of: try told.keys("rows_of")) {
                for row in range { rows.insert(UInt32(row)) }
            }
            scope.rows = rows
        }
        return scope
    }

    private func rows(of keys: [Key]) throws -> [Range<Int>] {
        try keys.compactMap {
            try snapshot.rowNumbers(of: $0, vectorField: request.vectorField)
        }
    }

    func answer() throws -> JSONValue {
        .array(
            try snapshot.search(request).map { result in
                var answer: JSONObject = ["hits": .array(result.hits.map(\.json))]
                if request.returnsLists {
                    answer.insert("lists", .array(result.lists.map { .array($0.map(\.json)) }))
                }
                if let parts = result.explanation?.parts {
                    answer.insert(
                        "explained",
                        .object([
                            "rows": .integer(Int64(parts.reduce(0) { $0 + $1.rowCount })),
                            "allowed": .integer(Int64(parts.reduce(0) { $0 + $1.allowedCount })),
                        ])
                    )
                }
                return .object(answer)
            }
        )
    }
}

/// Gives the last candidate the best score.
private struct Reversal: Reranker {
    let contents: Contents = []

    func scores(
        of candidates: [Hit],
        for query: SearchQuery,
        number: Int,
        isCancelled: () -> Bool
    ) -> [Float] {
        candidates.indices.map { Float($0) }
    }
}
