import CQuiverABI
import Quiver

/// The hits of a search as C reads them.
///
/// `@unchecked Sendable`: the hits hold pointers, all of them into `arena`, and nothing is written after `init`.
final class SearchAnswer: @unchecked Sendable {
    private let hits: [qv_hit]
    /// The hits of query number `q` are `ends[q]..<ends[q + 1]`.
    private let ends: [Int]
    private let durations: [Duration]
    private let arena: Arena

    init(_ results: [SearchResult]) {
        var arena = Arena()
        var hits: [qv_hit] = []
        var ends = [0]
        hits.reserveCapacity(results.reduce(0) { $0 + $1.hits.count })
        ends.reserveCapacity(results.count + 1)
        for result in results {
            for hit in result.hits { hits.append(qv_hit(hit, in: &arena)) }
            ends.append(hits.count)
        }
        self.hits = hits
        self.ends = ends
        self.arena = arena
        durations = results.map(\.duration)
    }

    /// The hits of query number `query`, nearest first.
    func hits(_ query: UInt64) throws(CallFailure) -> ArraySlice<qv_hit> {
        let query = try number(query)
        return hits[ends[query]..<ends[query + 1]]
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
    fileprivate init(_ hit: Hit, in arena: inout Arena) {
        self.init()
        score = hit.score
        key = arena.copy(hit.key)
        row = UInt64(clamping: hit.row)
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
    }
}
