import Indexes
import TextIndex

/// What a query looks for in inverted indexes: in the texts of a collection, word by word as each field is analysed, or in a field of sparse
/// vectors.
struct InvertedSearch: Sendable {
    /// A clause in one field, and by how much its scores are multiplied.
    private typealias Place = (field: InvertedField, clause: TextClause, boost: Double)

    private struct Clause: Sendable {
        let role: TextSearch.Role
        /// Where it is looked for.
        var places: [Place]
    }

    private let snapshot: Snapshot
    private let units: InvertedUnits
    private let bm25: BM25
    private var clauses: [Clause] = []

    /// The name of the documents' own texts in queries.
    static let documentTextName = "text"

    /// - Throws: `invalidSearch` for a field that is no text field.
    init(_ query: WordQuery, in snapshot: Snapshot) throws(StoreError) {
        self.snapshot = snapshot
        bm25 = query.bm25
        units = try snapshot.invertedUnits()
        guard query.bm25.k1 >= 0, query.bm25.k1.isFinite, (0...1).contains(query.bm25.b) else {
            throw .invalidSearch(
                reason: "k1 is 0 or more and b 0 to 1, not \(query.bm25.k1) and \(query.bm25.b)"
            )
        }
        let fields = snapshot.view.record.schema.textFields
        let analyses = Analyses()
        for part in query.words.parts {
            guard part.boost > 0, part.boost <= TextField.maximumBoost else {
                throw .invalidSearch(
                    reason: "a boost is above 0 to \(TextField.maximumBoost), not \(part.boost)"
                )
            }
            let searched = try Self.fields(of: part, among: fields, of: snapshot.view.record)
            var places: [Place] = []
            for field in searched {
                places += analyses.clauses(of: part, Analysis(language: field.language)).map {
                    (field.inverted, $0, part.boost * field.boost)
                }
            }
            if part.role == .should {
                clauses += places.map { Clause(role: .should, places: [$0]) }
            } else if !places.isEmpty {
                // In any of the fields.
                clauses.append(Clause(role: part.role, places: places))
            }
        }
        let requiredCount = clauses.count { $0.role == .must }
        guard requiredCount <= TextSearch.maximumRequiredCount else {
            throw .invalidSearch(
                reason:
                    "at most \(TextSearch.maximumRequiredCount) parts of a query can be required, not \(requiredCount)"
            )
        }
    }

    /// - Throws: `invalidSearch`, `unknownField`.
    init(_ query: SparseQuery, in snapshot: Snapshot) throws(StoreError) {
        self.snapshot = snapshot
        bm25 = BM25()
        units = try snapshot.invertedUnits()
        let field = try snapshot.view.record.sparseField(query.field)
        guard !query.vector.indices.isEmpty else {
            throw .invalidSearch(reason: "a sparse vector without any weight finds nothing")
        }
        clauses = zip(query.vector.indices, query.vector.values).map { index, weight in
            Clause(role: .should, places: [(field, .dimension(index), Double(weight))])
        }
    }

    private static func fields(
        of part: TextQuery.Part,
        among fields: [StoredTextField],
        of record: CollectionRecord
    ) throws(StoreError) -> [StoredTextField] {
        guard let name = part.field else { return fields }
        let stored = record.schema.fields.first { $0.field.name.utf8.elementsEqual(name.utf8) }
        if let stored, let field = fields.first(where: { $0.id == stored.id }) { return [field] }
        if name == documentTextName,
            let field = fields.first(where: { $0.id == StoredTextField.documentText })
        {
            return [field]
        }
        throw .invalidSearch(reason: "\"\(name)\" is no field that is searched by its words")
    }

    /// The best documents, ties by key.
    func best(
        _ count: Int,
        in selections: SearchSelections,
        limits: SearchLimits,
        notes: SearchNotes?
    ) throws(StoreError) -> [Candidate] {
        guard clauses.contains(where: { $0.role != .mustNot }) else { return [] }
        return try asStoreError(of: snapshot.view.record.name) {
            try found(count, in: selections, limits: limits, notes: notes)
        }
    }

    private func found(
        _ count: Int,
        in selections: SearchSelections,
        limits: SearchLimits,
        notes: SearchNotes?
    ) throws -> [Candidate] {
        // Of each unit, clause and place, in their order.
        let matches = try units.units.map { unit in
            try clauses.map { clause in
                try clause.places.map { try unit.indexes[$0.field.id]?.matches(of: $0.clause) }
            }
        }
        let weights = clauses.indices.map { clause in
            clauses[clause].places.indices.map { place in
                let (field, _, boost) = clauses[clause].places[place]
                let total = matches.reduce(0) { $0 + ($1[clause][place]?.documentCount ?? 0) }
                guard case .words = field.content else { return boost }
                let statistics = units.statistics[field.id] ?? TextStatistics()
                // Earlier versions knew no bound of a field's boost.
                return min(
                    boost * statistics.inverseDocumentFrequency(of: total),
                    Double(Float.greatestFiniteMagnitude)
                )
            }
        }
        var candidates = CandidateLists(queryCount: 1, count: count)
        for (number, unit) in units.units.enumerated() {
            try limits.check()
            let start = notes?.now
            var search = TextSearch()
            var matchCount = 0
            for (clause, matches) in zip(clauses.indices, matches[number]) {
                var parts: [(matches: TextMatches, weight: Double, weighting: TextWeighting)] = []
                for place in matches.indices {
                    guard let found = matches[place] else { continue }
                    let field = clauses[clause].places[place].field
                    parts.append((found, weights[clause][place], weighting(of: field)))
                    matchCount += found.documentCount
                }
                try search.append(clauses[clause].role, parts)
            }
            let hits = try hits(search, count, in: number, selections, matchCount: matchCount)
            try candidates.append(
                hits.map { Neighbour(row: $0.document, distance: -$0.score) },
                of: 0
            ) { (row) throws(StoreError) in
                unit.location(of: UInt32(row))
            }
            if let start {
                try notes?.note(
                    unit: unit,
                    selections,
                    in: snapshot.view,
                    since: start
                )
            }
        }
        return try candidates.nearest(of: 0, in: snapshot.view).map {
            Candidate(distance: $0.distance, location: $0.location, row: Candidate.noRow)
        }
    }

    private func weighting(of field: InvertedField) -> TextWeighting {
        switch field.content {
        case .words: .bm25(bm25, units.statistics[field.id] ?? TextStatistics())
        case .weights: .product
        }
    }

    private func hits(
        _ search: consuming TextSearch,
        _ count: Int,
        in number: Int,
        _ selections: SearchSelections,
        matchCount: Int
    ) throws -> [TextHit] {
        let unit = units.units[number]
        if case .segment(let place) = unit.documents,
            let allowed = try selections.documents(of: .segment(place))
        {
            // Few are looked up one by one; an entry of a list costs less than a look.
            if allowed.count * 8 < matchCount {
                var documents: [UInt32] = []
                allowed.forEach { document in
                    if units.isCurrent(unit.location(of: document), in: number) {
                        documents.append(document)
                    }
                }
                return try search.best(count, among: documents)
            }
            return try search.best(count) { document in
                allowed.contains(document)
                    && units.isCurrent(unit.location(of: document), in: number)
            }
        }
        return try search.best(count) { document in
            let location = unit.location(of: document)
            guard units.isCurrent(location, in: number) else { return false }
            guard let allowed = try selections.documents(of: location.part) else { return true }
            return allowed.contains(UInt32(location.ordinal))
        }
    }
}

extension CollectionRecord {
    /// The field of sparse vectors of a name; `nil` stands for the only one.
    fileprivate func sparseField(_ name: String?) throws(StoreError) -> InvertedField {
        let sparse = schema.fields.filter { $0.field.type == .sparse }
        guard let name else {
            guard sparse.count == 1 else {
                throw .invalidSearch(
                    reason: sparse.isEmpty
                        ? "collection \"\(self.name)\" has no field of sparse vectors"
                        : "say which field of sparse vectors: "
                            + sparse.map { "\"\($0.field.name)\"" }.joined(separator: ", ")
                )
            }
            return InvertedField(id: sparse[0].id, content: .weights)
        }
        guard
            let field = schema.fields.first(where: { $0.field.name.utf8.elementsEqual(name.utf8) })
        else { throw .unknownField(name, collection: self.name) }
        guard field.field.type == .sparse else {
            throw .invalidSearch(reason: "the field \"\(name)\" has no sparse vectors")
        }
        return InvertedField(id: field.id, content: .weights)
    }
}

/// What the parts of a query are by the analysis of one field or another.
private final class Analyses {
    private final class Known {
        var analyser: Analyzer
        var clauses: [TextQuery.Part: [TextClause]] = [:]

        init(_ analysis: Analysis) {
            analyser = Analyzer(analysis)
        }
    }

    private var known: [Analysis: Known] = [:]

    func clauses(of part: TextQuery.Part, _ analysis: Analysis) -> [TextClause] {
        let own = known[analysis] ?? Known(analysis)
        known[analysis] = own
        if let found = own.clauses[part] { return found }
        let found = part.clauses(&own.analyser)
        own.clauses[part] = found
        return found
    }
}
