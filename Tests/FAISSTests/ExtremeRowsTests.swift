import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(
    count: 1_200,
    dimension: IndexKind.dimension,
    clusters: 40,
    seed: 101
)

/// Rows as large as an index takes, and so small that their squares are hardly numbers.
@Suite struct `Rows of extreme size` {
    @Test(arguments: KindUnderMetric.all, [true, false])
    func `can be stored and had back in every kind`(tested: KindUnderMetric, large: Bool) throws {
        var index = try Index(
            dimension: IndexKind.dimension,
            factory: tested.kind.factory,
            metric: tested.metric
        )
        // The largest number in the rows is 1.5.
        var scale: Float = large ? 1e15 / 1.5 : 1e-15
        do throws(FAISSError) {
            try index.train(rows.values.map { $0 * scale })
        } catch {
            switch error {
            case .tooLarge(_, let limit): scale = limit / 1.5
            // Rows that do not spread cannot be rotated, and their norms are not told apart by FAISS's k-means.
            case .degenerate: return
            case .faiss where !large && tested.kind.factory.contains("_Ncqint"): return
            // Centroids in half precision end at 65,504.
            case .faiss where large && tested.kind.factory.contains("(SQfp16)"): return
            default: throw error
            }
            try index.train(rows.values.map { $0 * scale })
        }
        let scaled = rows.values.map { $0 * scale }
        do throws(FAISSError) {
            try index.add(scaled)
        } catch {
            guard case .degenerate = error else { throw error }
            return
        }
        let restored = try Index(serialized: index.serialized())
        let foreign = try Index(trustingFAISSBytes: index.faissBytes())
        let queries = Array(scaled.prefix(10 * IndexKind.dimension))
        let expected = try index.search(queries, k: 3, parameters: tested.parameters)
        #expect(try restored.search(queries, k: 3, parameters: tested.parameters) == expected)
        #expect(foreign.count == index.count)
    }
}
