/// A document that a search has found.
public struct TextHit: Sendable, Hashable {
    /// Its number in the index.
    public let document: UInt32
    /// Higher is better.
    public let score: Float
}

/// A search of one index of each field, over the same documents.
///
/// Documents are gone through once, in their order, by windows that end where a block of postings does. In each only the lists are followed that
/// could bring a document among the best by themselves ("MaxScore": Turtle and Flood, "Query Evaluation: Strategies and Optimizations",
/// 1995, §4), by the bounds of their blocks there (Ding and Suel, "Faster Top-k Document Retrieval Using Block-Max Indexes", 2011, §3), and
/// the others are asked about what these have found; a window whose bounds are too low is passed over unread.
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

    /// So many clauses may be `must`.
    public static let maximumRequiredCount = 63

    private(set) var roles: [Role] = []
    private(set) var lists: [ScoredList] = []

    /// A search for nothing yet.
    public init() {}

    /// Adds a clause.
    ///
    /// - Parameters:
    ///   - parts: where it is found, in each field that is searched, with the weight by which its scores are multiplied, 0 or more.
    /// - Throws: `invalidWeighting`; `malformed`, or what the index's source throws.
    public mutating func append(
        _ role: Role,
        _ parts: [(matches: TextMatches, weight: Double, weighting: TextWeighting)]
    ) throws {
        let clause = roles.count
        roles.append(role)
        for part in parts {
            let weighting = try Weighting(part.weighting)
            let weight = Float(part.weight)
            guard weight >= 0, weight.isFinite else {
                throw TextIndexError.invalidWeighting(
                    reason: "a clause's weight is 0 or more, not \(part.weight)"
                )
            }
            guard let cursor = part.matches.cursor else { continue }
            lists.append(
                try ScoredList(
                    part.matches,
                    cursor,
                    weight: weight,
                    weighting,
                    clause: clause
                )
            )
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
        var run = try TextSearchRun(self, k: k)
        return try run.best(where: admits)
    }

    /// Finds the best of a few documents, reading no others.
    ///
    /// - Parameter documents: in their order.
    public consuming func best(_ k: Int, among documents: [UInt32]) throws -> [TextHit] {
        guard k > 0 else { return [] }
        var run = try TextSearchRun(self, k: k)
        return try run.best(among: documents)
    }
}
