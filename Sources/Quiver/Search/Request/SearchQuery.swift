public import TextIndex

/// Something that is looked for: by vectors, dense or sparse, by words, or by several such sources, whose lists are fused into one.
public struct SearchQuery: Sendable {
    /// What gives a list of documents, the best first.
    public enum Source: Sendable {
        /// Rows by their vectors.
        case vectors(VectorQuery)
        /// Documents by the words of their texts.
        case words(WordQuery)
        /// Documents by their sparse vectors.
        case sparse(SparseQuery)
    }

    /// What is looked for; at least one.
    public var sources: [Source]
    /// How the lists of several sources become one, of documents.
    public var fusion: Fusion
    /// What this query may find; what the request says holds, too.
    public var scope: SearchScope
    /// What the query was made of, for a reranker.
    public var text: String?

    /// A query of these sources.
    public init(
        _ sources: [Source],
        fusion: Fusion = .reciprocalRank(),
        scope: SearchScope = SearchScope(),
        text: String? = nil
    ) {
        self.sources = sources
        self.fusion = fusion
        self.scope = scope
        self.text = text
    }

    /// The nearest rows of a vector.
    public init(vector: [Float], field: String? = nil) {
        self.init([.vectors(VectorQuery(.vectors([vector]), field: field))])
    }

    /// The documents with these words.
    public init(words: TextQuery) {
        self.init([.words(WordQuery(words))])
    }
}

/// Rows that are looked for by their vectors.
public struct VectorQuery: Sendable {
    /// What they are compared with.
    public enum Target: Sendable {
        /// One vector, or several.
        case vectors([[Float]])
        /// The rows of a document, which itself is not found: more like this.
        case document(Key)
        /// What is like the positive examples and unlike the negative ones: the mean of the former, and as far beyond it as it is
        /// from the mean of the latter. Documents among them are not found.
        case examples(positive: [Example], negative: [Example])
    }

    /// One example.
    public enum Example: Sendable {
        case vector([Float])
        /// The mean of the document's rows.
        case document(Key)
    }

    /// What several vectors look for.
    public enum Combination: String, Sendable, Hashable, CaseIterable {
        /// Rows that are near one of them.
        case any
        /// Rows that are near their mean; under cosine, of the vectors at length 1.
        case mean
        /// Documents, by the sum over the vectors of the score of the document's best row for each: late interaction (Khattab and
        /// Zaharia, "ColBERT", 2020, §3.3). The candidates are the documents of the rows that are nearest to each vector
        /// (`SearchRequest.candidateCount` of them, or 256), or all in `exact` mode; they are scored by all of their rows.
        case maxSim
    }

    /// What rows are compared with.
    public var target: Target
    /// The vector field; `nil` takes the request's.
    public var field: String?
    /// What several vectors look for.
    public var combination: Combination

    /// A query of a vector field.
    public init(_ target: Target, field: String? = nil, combination: Combination = .any) {
        self.target = target
        self.field = field
        self.combination = combination
    }
}

/// Documents that are looked for by the inner products of their sparse vectors with another; those without a dimension in common are not
/// found.
public struct SparseQuery: Sendable, Hashable {
    /// What they are compared with.
    public var vector: SparseVector
    /// The metadata field of type `sparse`; `nil` stands for the only one.
    public var field: String?

    /// A query of a field of sparse vectors.
    public init(_ vector: SparseVector, field: String? = nil) {
        self.vector = vector
        self.field = field
    }
}

/// Documents that are looked for by their words.
public struct WordQuery: Sendable, Hashable {
    /// What is looked for.
    public var words: TextQuery
    /// How words are scored.
    public var bm25: BM25

    /// A query of the collection's text fields.
    public init(_ words: TextQuery, bm25: BM25 = BM25()) {
        self.words = words
        self.bm25 = bm25
    }
}
