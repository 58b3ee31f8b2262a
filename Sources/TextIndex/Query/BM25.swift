internal import Glibc

/// Okapi BM25 as Lucene has it: the score of a term in a document is `idf · tf / (tf + k1 · (1 − b + b · length / mean length))`, with
/// `idf = ln(1 + (N − n + 0.5) / (n + 0.5))`, N being the documents and n those with the term (Robertson and Zaragoza, "The Probabilistic
/// Relevance Framework: BM25 and Beyond", 2009, §3.3 to 3.5; Kamphuis et al., "Which BM25 Do You Mean?", 2020, table 1, "Lucene accurate").
public struct BM25: Sendable, Hashable {
    /// How soon more of the same term counts no more; 0 counts only whether it is there.
    public var k1: Double
    /// How much the length of a document counts, 0 to 1.
    public var b: Double

    /// Lucene's values, or others.
    public init(k1: Double = 1.2, b: Double = 0.75) {
        self.k1 = k1
        self.b = b
    }
}

/// What a term's weight depends on beside its document: of one index, or summed over those of several segments.
public struct TextStatistics: Sendable, Hashable {
    /// Documents in which there is a term.
    public var documentCount: Int
    /// Terms of all documents, each as often as it is there.
    public var tokenCount: Int

    /// Of so many documents and terms.
    public init(documentCount: Int = 0, tokenCount: Int = 0) {
        self.documentCount = documentCount
        self.tokenCount = tokenCount
    }

    /// Those of both.
    public static func + (left: Self, right: Self) -> Self {
        Self(
            documentCount: left.documentCount + right.documentCount,
            tokenCount: left.tokenCount + right.tokenCount
        )
    }

    /// The mean length of a document.
    var meanLength: Double {
        documentCount > 0 ? Double(tokenCount) / Double(documentCount) : 0
    }

    /// What a clause that is found in `matchCount` documents is worth.
    public func inverseDocumentFrequency(of matchCount: Int) -> Double {
        let count = Double(min(matchCount, documentCount))
        return log1p((Double(documentCount) - count + 0.5) / (count + 0.5))
    }
}

extension InvertedIndex {
    /// Of this index alone.
    public var statistics: TextStatistics {
        TextStatistics(documentCount: nonEmptyCount, tokenCount: tokenCount)
    }
}
