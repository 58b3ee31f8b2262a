import Quiver
import TestSupport

/// Seeded vectors in clusters, as embeddings lie.
func clusteredVectors(count: Int, dimension: Int, clusterCount: Int = 20, seed: UInt64) -> [[Float]]
{
    var generator = SplitMix64(seed: seed)
    let centres = (0..<clusterCount).map { _ in
        (0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) }
    }
    return (0..<count).map { _ in
        let centre = centres[Int.random(in: 0..<clusterCount, using: &generator)]
        return centre.map { $0 + Float.random(in: -0.4...0.4, using: &generator) }
    }
}

extension Storage {
    /// Those of numbers; bits are `binary` alone.
    static let ofNumbers: [Storage] = [.float32, .float16, .int8]
}

extension Metric {
    /// Those of rows of numbers.
    static let ofNumbers: [Metric] = [.l2, .innerProduct, .cosine]
}

/// The true answer, computed the obvious way in Double.
func bruteForce(
    _ query: [Float],
    _ documents: [Key: [Float]],
    metric: Metric,
    k: Int
) -> [(key: Key, score: Double)] {
    let scored = documents.map { key, row -> (key: Key, score: Double) in
        let dot = zip(query, row).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        switch metric {
        case .l2, .hamming:
            return (
                key,
                zip(query, row).reduce(0.0) {
                    $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
                }
            )
        case .innerProduct:
            return (key, dot)
        case .cosine:
            let norms = [query, row].map {
                $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            }
            return (key, dot / (norms[0] * norms[1]))
        }
    }
    let sorted = scored.sorted { left, right in
        left.score != right.score
            ? (!metric.higherIsNearer ? left.score < right.score : left.score > right.score)
            : left.key < right.key
    }
    return Array(sorted.prefix(k))
}

extension Collection {
    /// Upserts documents in batches of `batchCount`.
    func upsert(_ documents: [Document], batchCount: Int = 1_000) throws {
        var start = 0
        while start < documents.count {
            var batch = WriteBatch()
            for document in documents[start..<min(start + batchCount, documents.count)] {
                batch.upsert(document)
            }
            try write(batch)
            start += batchCount
        }
    }
}

/// A value for a `timestamp` field; null if `text` is none, which no test expects.
func timestamp(_ text: String) -> FieldValue {
    Timestamp(rfc3339: text).map { .timestamp($0) } ?? .null
}
