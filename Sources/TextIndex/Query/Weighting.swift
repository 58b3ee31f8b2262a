/// How the value of a term in a document becomes a score.
public enum TextWeighting: Sendable, Hashable {
    /// Of counts, by BM25 with the statistics of the whole collection's field.
    case bm25(BM25, TextStatistics)
    /// Of weights: the product with the query's.
    case product
}

/// A weighting in the form in which it is computed.
struct Weighting {
    private let isProduct: Bool
    /// What is added to the count: this, and so much for each term of the document.
    private let saturation: Float
    private let perLength: Float

    /// - Throws: `invalidWeighting`.
    init(_ weighting: TextWeighting) throws(TextIndexError) {
        switch weighting {
        case .bm25(let bm25, let statistics):
            guard bm25.k1 >= 0, bm25.k1.isFinite, (0...1).contains(bm25.b) else {
                throw .invalidWeighting(
                    reason: "k1 is 0 or more and b 0 to 1, not \(bm25.k1) and \(bm25.b)"
                )
            }
            isProduct = false
            saturation = Float(bm25.k1 * (1 - bm25.b))
            let mean = statistics.meanLength
            perLength = mean > 0 ? Float(bm25.k1 * bm25.b / mean) : 0
        case .product:
            isProduct = true
            saturation = 0
            perLength = 0
        }
    }

    /// The score of a stored value, before it is multiplied by its clause's weight.
    func score(_ value: UInt32, length: UInt32) -> Float {
        if isProduct {
            let weight = Float(bitPattern: value)
            // Nothing else was written; what a forged index has instead counts nothing.
            return weight > 0 && weight.isFinite ? weight : 0
        }
        let count = Float(value) + 1
        return count / (count + saturation + perLength * Float(length))
    }

    /// What no document under `bound` exceeds.
    func score(_ bound: ImpactBound) -> Float {
        if isProduct {
            // The largest number stands for all that is greater.
            return bound.value >= 0x7F80
                ? Float.greatestFiniteMagnitude
                : Float(bitPattern: UInt32(bound.value) << 16)
        }
        if bound.value == .max { return 1 }
        let count = Float(bound.value)
        return count / (count + saturation + perLength * Float(bound.length))
    }
}
