/// A document that a search has found.
public struct TextHit: Sendable, Hashable {
    /// Its number in the index.
    public let document: UInt32
    /// Higher is better.
    public let score: Double
}

/// A search of one index of each field, over the same documents.
///
/// Documents are gone through once, in their order. Of clauses that need not be there only those are followed that could bring a new document
/// among the best by themselves ("MaxScore": Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995, §4), and blocks of
/// documents whose bounds are too low are passed over unread (Ding and Suel, "Faster Top-k Document Retrieval Using Block-Max Indexes",
/// 2011; Mallia et al., "Faster BlockMax WAND with Variable-sized Blocks", 2017, for bounds by value and length).
public struct TextSearch {
    /// What a clause does to the documents that it is found in.
    public enum Role: Sendable, Hashable {
        /// Their score grows.
        case should
        /// Their score grows, and no other document is a hit.
        case must
        /// They are no hits.
        case mustNot
    }

    /// One clause in one field.
    struct List {
        var cursor: PostingsCursor
        let weighting: Weighting
        let weight: Double
        let lengths: UnsafeRawBufferPointer
        /// The clause that it is of.
        let clause: Int
        /// No score is above it.
        var maximum = 0.0

        func score() -> Double { score(cursor.document, cursor.value) }

        func score(_ document: UInt32, _ value: UInt32) -> Double {
            weight * weighting.score(value, length: length(of: document))
        }

        private func length(of document: UInt32) -> UInt32 {
            guard !lengths.isEmpty else { return 0 }
            return UInt32(
                littleEndian: lengths.loadUnaligned(
                    fromByteOffset: Int(document) * 4,
                    as: UInt32.self
                )
            )
        }
    }

    private(set) var roles: [Role] = []
    private(set) var lists: [List] = []

    /// A search for nothing yet.
    public init() {}

    /// Adds a clause.
    ///
    /// - Parameters:
    ///   - parts: where it is found, in each field that is searched, with the weight by which its scores are multiplied.
    public mutating func append(
        _ role: Role,
        _ parts: [(matches: TextMatches, weight: Double, weighting: TextWeighting)]
    ) throws {
        let clause = roles.count
        roles.append(role)
        for part in parts {
            guard let cursor = part.matches.cursor else { continue }
            let weighting = Weighting(part.weighting)
            var list = List(
                cursor: cursor,
                weighting: weighting,
                weight: part.weight,
                lengths: try part.matches.index.lengths(),
                clause: clause
            )
            list.maximum = cursor.maximum(
                bound: { list.weight * weighting.score($0) },
                score: { list.score($0, $1) }
            )
            lists.append(list)
        }
    }

    /// Finds the best documents.
    ///
    /// - Parameters:
    ///   - k: how many.
    ///   - admits: whether a document may be a hit: asked of those alone that would be.
    /// - Returns: the best first; of equal scores the document with the lower number.
    public consuming func best(
        _ k: Int,
        where admits: (UInt32) throws -> Bool = { _ in true }
    ) throws -> [TextHit] {
        guard k > 0 else { return [] }
        var run = TextSearchRun(self, k: k)
        return try run.best(where: admits)
    }

    /// Finds the best of a few documents, reading no others.
    ///
    /// - Parameter documents: in their order.
    public consuming func best(_ k: Int, among documents: [UInt32]) throws -> [TextHit] {
        guard k > 0 else { return [] }
        var run = TextSearchRun(self, k: k)
        return try run.best(among: documents)
    }
}
