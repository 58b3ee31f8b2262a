/// The postings of a clause in one field, and what they are worth.
struct ScoredList {
    private(set) var cursor: PostingsCursor
    private let weighting: Weighting
    private let weight: Float
    // Of the index's source, which lives as long as the search.
    private let lengths: UnsafeRawBufferPointer
    /// The clause that it is of.
    let clause: Int
    /// No score is above it.
    private(set) var maximum: Float = 0

    init(
        _ matches: TextMatches,
        _ cursor: PostingsCursor,
        weight: Float,
        _ weighting: Weighting,
        clause: Int
    )
        throws
    {
        self.cursor = cursor
        self.weighting = weighting
        self.weight = weight
        self.clause = clause
        lengths = try matches.index.lengths()
        maximum = cursor.maximum(
            bound: { weight * weighting.score($0) },
            score: { score($0, $1) }
        )
    }

    private func score(_ document: UInt32, _ value: UInt32) -> Float {
        let length =
            lengths.isEmpty
            ? 0
            : UInt32(
                littleEndian: lengths.loadUnaligned(
                    fromByteOffset: Int(document) * 4,
                    as: UInt32.self
                )
            )
        return weight * weighting.score(value, length: length)
    }

    /// Goes to the first document that is not below `document`, and says whether that is it.
    mutating func isAt(_ document: UInt32) throws -> Bool {
        try cursor.advance(to: document)
        return cursor.document == document
    }

    /// Where the block ends that has the first document from `start` on: behind its last.
    func blockEnd(from start: Int) -> Int { cursor.blockEnd(from: UInt32(start)) }

    /// What no score of a document in `range` exceeds.
    func maximum(in range: Range<Int>) -> Float {
        min(
            maximum,
            cursor.maximum(in: range) { weight * weighting.score($0) } ?? maximum
        )
    }

    /// Adds the scores of the documents in `range`, and goes behind them.
    mutating func accumulate(_ range: Range<Int>, into window: inout ScoreWindow) throws {
        try cursor.advance(to: UInt32(range.lowerBound))
        while Int(cursor.document) < range.upperBound {
            let place = Int(cursor.document) - range.lowerBound
            // In an index that was altered blocks may go back.
            if place >= 0 { window.add(score(cursor.document, cursor.value), at: place) }
            try cursor.next()
        }
    }

    /// Adds its scores to those of documents that are in their order.
    mutating func add(to candidates: inout [ScoredCandidate], flag: UInt64) throws {
        for index in candidates.indices where try isAt(candidates[index].document) {
            candidates[index].score += Double(score(cursor.document, cursor.value))
            candidates[index].clauses |= flag
        }
    }
}
