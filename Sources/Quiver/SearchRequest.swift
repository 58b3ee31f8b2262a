import Indexes

/// What a search looks for, and how hard.
public struct SearchRequest: Sendable {
    /// How the rows are searched.
    public enum Mode: Sendable, Hashable {
        /// By each segment's index; rows that have none yet are compared one by one.
        case automatic
        /// Every live row is compared: the answer is the true one.
        case exact
    }

    /// One query vector each, of the field's dimension.
    public var queries: [[Float]]
    /// The number of hits wanted for each query, at least 1.
    public var k: Int
    /// The name of the vector field that is searched; `nil` stands for the only one.
    public var vectorField: String?
    /// How the rows are searched.
    public var mode: Mode
    /// The size of the candidate list of a graph walk; `nil` takes the default, and `k` raises it.
    ///
    /// This and the next two are refused with `unknownSearchSetting` where the field's index, as it was specified,
    /// has no such thing. Rows that are compared one by one, for whatever reason, are compared all the same.
    public var efSearch: Int?
    /// Lists of an inverted file that are visited, at least 1; `nil` takes the index's default.
    public var nprobe: Int?
    /// Candidates a hit that an index of codes finds before they are compared with better ones, 1…1,000,000: with the stored
    /// rows, or first with the rows of the index's own refinement. `nil` takes the default of the kind.
    public var candidateFactor: Double?
    /// Documents that are left out of every query's hits.
    public var excludedKeys: Set<Key>
    /// What a hit carries beside key, score, row and version.
    public var contents: Contents
    /// Threads that may work at once on several queries, the caller's included. One query runs on the caller's.
    public var threadCount: Int
    /// The encoder that made the queries, if one did: refused unless it is the collection's.
    public var encoder: EncoderIdentity?

    /// A request for `k` hits of each query. Checked when it is run, not here.
    public init(
        queries: [[Float]],
        k: Int = 10,
        vectorField: String? = nil,
        mode: Mode = .automatic,
        efSearch: Int? = nil,
        nprobe: Int? = nil,
        candidateFactor: Double? = nil,
        excludedKeys: Set<Key> = [],
        contents: Contents = [],
        threadCount: Int = 1,
        encoder: EncoderIdentity? = nil
    ) {
        self.queries = queries
        self.k = k
        self.vectorField = vectorField
        self.mode = mode
        self.efSearch = efSearch
        self.nprobe = nprobe
        self.candidateFactor = candidateFactor
        self.excludedKeys = excludedKeys
        self.contents = contents
        self.threadCount = threadCount
        self.encoder = encoder
    }
}

extension SearchRequest {
    var faissSettings: FAISSSearchSettings {
        FAISSSearchSettings(nprobe: nprobe, efSearch: efSearch, candidateFactor: candidateFactor)
    }

    /// The settings that are not left to the index.
    var settings: [SearchSetting] {
        SearchSetting.allCases.filter { setting in
            switch setting {
            case .nprobe: nprobe != nil
            case .efSearch: efSearch != nil
            case .candidateFactor: candidateFactor != nil
            }
        }
    }
}

/// One found row. A document with several rows may be found several times.
public struct Hit: Sendable, Equatable {
    /// The document's outside name.
    public let key: Key
    /// `l2`: the squared Euclidean distance, smaller is nearer. `innerProduct`: the dot product, larger is
    /// nearer. `cosine`: the dot product over both norms, −1…1, larger is nearer. Computed in float32 from the
    /// stored row, the same whichever index found it.
    public let score: Float
    /// The ordinal of the row inside its document.
    public let row: Int
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
}

/// The answer to one query.
public struct SearchResult: Sendable, Equatable {
    /// Nearest first; ties by key, then row. Fewer than `k` when fewer documents are live.
    public let hits: [Hit]
    /// The time that this query took.
    public let duration: Duration
}
