import CQuiverABI
import Quiver

/// The hits of a search as C reads them.
///
/// `@unchecked Sendable`: the hits hold pointers, all of them into `arena`, and nothing is written after `init`.
final class SearchAnswer: @unchecked Sendable {
    private let hits: [qv_hit]
    /// The metadata of each hit.
    private let fields: [[qv_field]]
    /// The hits of query number `q` are `ends[q]..<ends[q + 1]`.
    private let ends: [Int]
    private let durations: [Duration]
    private let arena: Arena

    init(_ results: [SearchResult], schema: CollectionConfiguration, field: VectorField?) {
        var arena = Arena()
        var hits: [qv_hit] = []
        var fields: [[qv_field]] = []
        var ends = [0]
        hits.reserveCapacity(results.reduce(0) { $0 + $1.hits.count })
        ends.reserveCapacity(results.count + 1)
        for result in results {
            for hit in result.hits {
                fields.append(qv_field.list(hit.fields, schema: schema, in: &arena))
                var made = qv_hit(hit, field, in: &arena)
                made.field_count = UInt64(fields.last?.count ?? 0)
                hits.append(made)
            }
            ends.append(hits.count)
        }
        self.hits = hits
        self.fields = fields
        self.ends = ends
        self.arena = arena
        durations = results.map(\.duration)
    }

    /// The hits of query number `query`, nearest first.
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
        let fields = fields[try place(query, index)]
        guard number < UInt64(fields.count) else {
            throw .argument("number is \(number), and the hit has \(fields.count) fields")
        }
        return fields[Int(number)]
    }

    private func place(_ query: UInt64, _ index: UInt64) throws(CallFailure) -> Int {
        let hits = try hits(query)
        guard index < UInt64(hits.count) else {
            throw .argument("index is \(index), and query \(query) has \(hits.count) hits")
        }
        return hits.startIndex + Int(index)
    }

    func nanoseconds(_ query: UInt64) throws(CallFailure) -> UInt64 {
        let duration = durations[try number(query)].components
        return UInt64(clamping: duration.seconds) &* 1_000_000_000
            &+ UInt64(clamping: duration.attoseconds / 1_000_000_000)
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

extension qv_hit {
    fileprivate init(_ hit: Hit, _ field: VectorField?, in arena: inout Arena) {
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
        guard let field, !hit.columns.isEmpty else { return }
        let list = qv_row_column.list(hit.columns, field: field, in: &arena)
        columns = arena.copy(list)
        column_count = UInt64(list.count)
    }
}
