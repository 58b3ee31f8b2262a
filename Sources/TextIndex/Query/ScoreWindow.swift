/// The scores of a few documents that follow one another.
struct ScoreWindow {
    static let count = 2_048

    private var scores = [Double](repeating: 0, count: count)
    private var found = [UInt64](repeating: 0, count: count / 64)

    mutating func add(_ score: Float, at place: Int) {
        scores[place] += Double(score)
        found[place / 64] |= 1 << UInt64(place & 63)
    }

    /// Gives the documents that something was added to, in their order, and forgets them.
    mutating func take(
        from first: Int,
        clauses: UInt64,
        above threshold: Double,
        to candidates: inout [ScoredCandidate]
    ) {
        for word in found.indices where found[word] != 0 {
            var bits = found[word]
            found[word] = 0
            while bits != 0 {
                let place = word * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                let score = scores[place]
                scores[place] = 0
                guard score > threshold else { continue }
                candidates.append(
                    ScoredCandidate(document: UInt32(first + place), score: score, clauses: clauses)
                )
            }
        }
    }
}
