/// One found row, or document. A document with several rows may be found several times.
public struct Hit: Sendable, Equatable {
    /// The document's outside name.
    public let key: Key
    /// Of a row, `l2`: the squared Euclidean distance, smaller is nearer; `hamming`: the number of bits that differ, likewise. `innerProduct`: the dot product, larger is
    /// nearer. `cosine`: the dot product over both norms, −1…1, larger is nearer. Computed in float32 from the
    /// stored row, the same whichever index found it. Of words, of several vectors under `maxSim`, of fused lists and of a reranker:
    /// larger is better.
    public internal(set) var score: Float
    /// The ordinal of the row inside its document; `nil` where the document was found by its words, or as a whole. Of fused lists: of the
    /// first source of rows that found the document.
    public let row: Int?
    /// The vector field that the row is of; `nil` without a row.
    public let vectorField: String?
    /// The commit that last wrote the document.
    public let version: UInt64
    /// XXH3 of the document's text, 0 when it has none: tells a client that kept the text whether it is stale.
    public let textHash: UInt64
    /// The text, if `Contents.text` was asked for and the document has one.
    public let text: String?
    /// The metadata, if `Contents.fields` was asked for.
    public let fields: [String: FieldValue]
    /// The row, if `Contents.vectors` was asked for.
    public let vector: [Float]?
    /// The row's columns by name, one number each, if `Contents.columns` was asked for.
    public let columns: [String: RowColumnValues]
    /// The value that the hit's group has in common, where hits are grouped by a field and it has one.
    public let group: FieldValue?
}

/// The answer to one query.
public struct SearchResult: Sendable, Equatable {
    /// The best first; ties by key, then row. Fewer than `k` when fewer documents may be found.
    public let hits: [Hit]
    /// The time that this query took.
    public let duration: Duration
    /// What each source gave, in the order of the query's, if `SearchRequest.returnsLists` asked for it; else none.
    public let lists: [[RankedHit]]
    /// How the answer was come by, if `SearchRequest.explains` asked for it.
    public let explanation: SearchExplanation?
}

/// A place in the list of one source.
public struct RankedHit: Sendable, Hashable {
    /// The document.
    public let key: Key
    /// The ordinal of its row, where the source looks for rows.
    public let row: Int?
    /// From 1 on.
    public let rank: Int
    /// As the source gives it.
    public let score: Float
}

/// How an answer was come by.
public struct SearchExplanation: Sendable, Equatable {
    /// A way to search one part of a collection.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Every row that may be found is compared.
        case scan
        /// A walk of the graph.
        case graph
        /// A walk of the graph from one row that may be found to the next, passing over the others.
        case selectiveGraph
        /// A FAISS index.
        case faiss
        /// A FAISS index that leaves out rows that may not be found.
        case selectiveFAISS
        /// Lists of words.
        case words
        /// Nothing may be found there.
        case nothing
    }

    /// One part of the collection, searched by one source.
    public struct Part: Sendable, Equatable {
        /// The source's place in the query.
        public let source: Int
        /// The segment's folder; `tail` for what is in none.
        public let name: String
        /// How it was searched.
        public let method: Method
        /// Its rows, or documents where words are looked for.
        public let rowCount: Int
        /// Those that may be found, as the counts of the filter's parts let expect, were these independent of one another.
        public let estimatedCount: Int
        /// Those that may be found.
        public let allowedCount: Int
        /// Distances that were computed there, of rows or of what stands for them; of an index of FAISS as many as its settings let expect.
        public let distanceCount: Int
        /// The time that it took.
        public let duration: Duration
    }

    /// A step of the whole search.
    public struct Step: Sendable, Equatable {
        /// What was done: `filter`, `search`, `fuse`, `rerank`, `read`.
        public let name: String
        /// The time that it took.
        public let duration: Duration
    }

    /// Each part, in the order in which they were searched. One that was searched deeper is there again.
    public let parts: [Part]
    /// The steps, in their order.
    public let steps: [Step]
    /// How thoroughly indexes were searched, if a recall was asked for and there was one to search.
    public let recall: RecallChoice?
}
