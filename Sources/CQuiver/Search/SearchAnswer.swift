import CQuiverABI
import Quiver

/// The hits of a search as C reads them.
///
/// `@unchecked Sendable`: the hits hold pointers, all of them into `arena`, and nothing is written after `init`.
final class SearchAnswer: @unchecked Sendable {
    /// All hits of all queries by columns.
    let arrays: qv_hit_arrays
    private let hits: [qv_hit]
    /// The metadata of each hit; of none, if none was asked for.
    private let fields: [[qv_field]]
    /// What each hit's group has in common; of none, if they are not grouped by a field.
    private let groups: [qv_field]
    /// The hits of query number `q` are `ends[q]..<ends[q + 1]`.
    private let ends: [Int]
    private let notes: [AnswerNotes]
    private let durations: [UInt64]
    private let arena: Arena

    init(_ results: [SearchResult], to request: SearchRequest, in schema: CollectionConfiguration) {
        var made = Columns()
        made.hits.reserveCapacity(results.reduce(0) { $0 + $1.hits.count })
        made.ends.reserveCapacity(results.count + 1)
        var groupField: String?
        if case .field(let name)? = request.grouping?.basis { groupField = name }
        for result in results {
            made.append(
                result.hits,
                schema: schema,
                hasFields: request.contents.contains(.fields),
                groupField: groupField
            )
        }
        durations = results.map(\.duration.nanoseconds)
        notes =
            request.returnsLists || request.explains
            ? results.map { AnswerNotes($0, in: &made.arena) } : []
        arrays = made.arrays(durations)
        (hits, fields, groups, ends) = (made.hits, made.fields, made.groups, made.ends)
        arena = made.arena
    }

    /// What a reranker is to look at.
    init(candidates: [Hit], in schema: CollectionConfiguration) {
        var made = Columns()
        made.append(
            candidates,
            schema: schema,
            hasFields: true,
            groupField: nil
        )
        durations = [0]
        notes = []
        arrays = made.arrays(durations)
        (hits, fields, groups, ends) = (made.hits, made.fields, made.groups, made.ends)
        arena = made.arena
    }

    /// The hits of query number `query`, the best first.
    func hits(_ query: UInt64) throws(CallFailure) -> ArraySlice<qv_hit> {
        let query = try number(query)
        return hits[ends[query]..<ends[query + 1]]
    }

    /// Hit number `index` of query number `query`.
    func hit(_ query: UInt64, _ index: UInt64) throws(CallFailure) -> qv_hit {
        hits[try place(query, index)]
    }

    /// Metadata field number `number` of that hit.
    func field(
        _ query: UInt64,
        _ index: UInt64,
        _ number: UInt64
    ) throws(CallFailure) -> qv_field {
        let place = try place(query, index)
        return try (fields.isEmpty ? [] : fields[place]).item(number, of: "fields of the hit")
    }

    /// What the hits of that hit's group have in common.
    func group(_ query: UInt64, _ index: UInt64) throws(CallFailure) -> qv_field {
        let place = try place(query, index)
        return groups.isEmpty ? qv_field() : groups[place]
    }

    /// What the answer to query number `query` says beside its hits.
    func notes(_ query: UInt64) throws(CallFailure) -> AnswerNotes {
        let query = try number(query)
        return notes.isEmpty ? AnswerNotes() : notes[query]
    }

    func nanoseconds(_ query: UInt64) throws(CallFailure) -> UInt64 {
        durations[try number(query)]
    }

    private func place(_ query: UInt64, _ index: UInt64) throws(CallFailure) -> Int {
        let hits = try hits(query)
        guard index < UInt64(hits.count) else {
            throw .argument("index is \(index), and query \(query) has \(hits.count) hits")
        }
        return hits.startIndex + Int(index)
    }

    private func number(_ query: UInt64) throws(CallFailure) -> Int {
        guard query < UInt64(durations.count) else {
            throw .argument(
                "query is \(query), and there are results of \(durations.count) queries"
            )
        }
        return Int(query)
    }
}

/// The parts of an answer that is being made.
private struct Columns: ~Copyable {
    var arena = Arena()
    var hits: [qv_hit] = []
    var fields: [[qv_field]] = []
    var groups: [qv_field] = []
    var ends = [0]
    /// A name that has a place in the arena.
    private var known: (name: String, bytes: UnsafePointer<CChar>)?

    mutating func append(
        _ found: [Hit],
        schema: CollectionConfiguration,
        hasFields: Bool,
        groupField: String?
    ) {
        for hit in found {
            var made = qv_hit(hit, in: schema, &arena)
            made.vector_field = hit.vectorField.map { place(of: $0) }
            if hasFields {
                let list = qv_field.list(hit.fields, schema: schema, in: &arena)
                made.field_count = UInt64(list.count)
                fields.append(list)
            }
            hits.append(made)
            if let groupField {
                groups.append(qv_field(groupField, hit.group ?? .null, in: &arena))
            }
        }
        ends.append(hits.count)
    }

    /// Hits one after the other are of the same field, as a rule.
    private mutating func place(of name: String) -> UnsafePointer<CChar> {
        if let known, known.name == name { return known.bytes }
        let bytes = arena.copy(name).bytes
        known = (name, bytes)
        return bytes
    }

    mutating func arrays(_ durations: [UInt64]) -> qv_hit_arrays {
        var arrays = qv_hit_arrays()
        arrays.query_count = UInt64(durations.count)
        arrays.hit_count = UInt64(hits.count)
        arrays.ends = arena.copy(ends.map { UInt64($0) })
        arrays.scores = arena.copy(hits.map(\.score))
        arrays.keys = arena.copy(hits.map(\.key))
        arrays.rows = arena.copy(hits.map(\.row))
        arrays.versions = arena.copy(hits.map(\.version))
        arrays.nanoseconds = arena.copy(durations)
        if hits.allSatisfy({ $0.key.kind == UInt32(QV_KEY_INTEGER) }) {
            arrays.integer_keys = arena.copy(hits.map(\.key.integer))
        }
        return arrays
    }
}

extension qv_hit {
    fileprivate init(
        _ hit: Hit,
        in schema: CollectionConfiguration,
        _ arena: inout Arena
    ) {
        self.init()
        score = hit.score
        key = arena.copy(hit.key)
        row = hit.row.map { UInt64(clamping: $0) } ?? UInt64.max
        version = hit.version
        text_hash = hit.textHash
        if let text = hit.text {
            let (bytes, count) = arena.copy(text)
            self.text = bytes
            text_length = UInt64(count)
        }
        if let vector = hit.vector {
            self.vector = arena.copy(vector)
            vector_count = UInt64(vector.count)
        }
        guard !hit.columns.isEmpty,
            let field = schema.vectorFields.first(where: { $0.name == hit.vectorField })
        else { return }
        let list = qv_row_column.list(hit.columns, field: field, in: &arena)
        columns = arena.copy(list)
        column_count = UInt64(list.count)
    }
}
