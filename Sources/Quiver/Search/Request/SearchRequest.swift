import Indexes

/// What a search looks for, and how hard.
public struct SearchRequest: Sendable {
    /// How the rows are searched.
    public enum Mode: Sendable, Hashable {
        /// By each segment's index; rows that have none yet are compared one by one.
        case automatic
        /// Every row that may be found is compared: the answer is the true one.
        case exact
        /// By each segment's index, also where it would be faster to compare the rows that may be found: to see what the choice
        /// between the two is worth.
        case indexed
    }

    /// What is looked for.
    public var queries: [SearchQuery]
    /// The number of hits wanted of each query, at least 1. With `grouping`, the number of groups.
    public var k: Int
    /// Hits, or groups, that are left out in the beginning: those of the pages before. Pages of the same snapshot, `k` and settings
    /// neither repeat a hit nor miss one.
    public var offset = 0
    /// Only hits with this score or a better one. With a large `k` these are all that there are.
    public var within: Float?
    /// Hits come in groups.
    public var grouping: Grouping?
    /// The name of the vector field that is searched by queries that do not name one; `nil` stands for the only one.
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
    /// The share of the true nearest rows that is to be found on average, above 0 to 1, by vectors: the effort of indexes is then chosen
    /// by what has been measured (`Collection.calibrate`), and every row is compared where nothing has been, and for 1. `nil` takes the
    /// collection's, if it has one; then indexes are searched as usual while nothing has been measured. Goes with none of the settings above.
    ///
    /// Some of such queries are kept in the store, to measure with, unless `keepsQueries` is false.
    public var recall: Double?
    /// Whether queries with a recall target may be kept in the store, to measure with: at most 2,048 of a vector field.
    public var keepsQueries = true
    /// Whether the collection's recall target counts where `recall` is nil.
    var followsCollection = true
    /// What every query may find.
    public var scope: SearchScope
    /// The length of the list that each source of a query gives, where there are several to be fused: 1…`maximumCandidateCount`;
    /// `nil` takes ten times as many as hits are wanted, at least 100.
    public var candidateCount: Int?
    /// Whether results have the list of each source, with ranks and scores.
    public var returnsLists = false
    /// What gives the best hits their final scores and order.
    public var reranking: Reranking?
    /// What a hit carries beside key, score, row and version.
    public var contents: Contents
    /// Threads that may work at once on several queries, the caller's included. One query runs on the caller's.
    public var threadCount: Int
    /// The encoder that made the queries, if one did: refused unless it is the collection's.
    public var encoder: EncoderIdentity?
    /// Whether results say how they were come by.
    public var explains = false
    /// When the search gives up, with `deadlineExceeded`.
    public var deadline: ContinuousClock.Instant?
    /// Asked now and then, from any of the threads; `true` ends the search with `cancelled`.
    public var isCancelled: (@Sendable () -> Bool)?

    /// The longest list that a source gives to be fused, or that is reranked.
    public static let maximumCandidateCount = 16_384

    /// A request for `k` hits of each query. Checked when it is run, not here.
    public init(_ queries: [SearchQuery], k: Int = 10, contents: Contents = []) {
        self.queries = queries
        self.k = k
        self.contents = contents
        mode = .automatic
        scope = SearchScope()
        threadCount = 1
    }

    /// A request for the `k` nearest rows of each vector. Checked when it is run, not here.
    public init(
        queries: [[Float]],
        k: Int = 10,
        vectorField: String? = nil,
        mode: Mode = .automatic,
        efSearch: Int? = nil,
        nprobe: Int? = nil,
        candidateFactor: Double? = nil,
        filter: Filter? = nil,
        excludedKeys: Set<Key> = [],
        contents: Contents = [],
        threadCount: Int = 1,
        encoder: EncoderIdentity? = nil
    ) {
        self.queries = queries.map { SearchQuery(vector: $0) }
        self.k = k
        self.vectorField = vectorField
        self.mode = mode
        self.efSearch = efSearch
        self.nprobe = nprobe
        self.candidateFactor = candidateFactor
        scope = SearchScope(filter: filter, excludedKeys: excludedKeys)
        self.contents = contents
        self.threadCount = threadCount
        self.encoder = encoder
    }
}

/// How hits are put into groups, of which the best come first.
///
/// A group is as good as its best hit, and its hits follow one another.
public struct Grouping: Sendable, Hashable {
    /// What the hits of a group have in common.
    public enum Basis: Sendable, Hashable {
        /// The document: of a document with several rows its best.
        case document
        /// The value of a metadata field. Documents without one make a group, too.
        case field(String)
    }

    /// What the hits of a group have in common.
    public var basis: Basis
    /// The most hits of a group, at least 1.
    public var count: Int

    /// Groups of up to `count` hits each.
    public init(by basis: Basis, count: Int = 1) {
        self.basis = basis
        self.count = count
    }
}

extension SearchRequest {
    func faissSettings(effort: Double, spareCount: Int) -> FAISSSearchSettings {
        var settings = FAISSSearchSettings(
            nprobe: nprobe,
            efSearch: efSearch,
            candidateFactor: candidateFactor
        )
        settings.effort = effort
        settings.spareCount = spareCount
        settings.insists = mode == .indexed
        return settings
    }

    /// The settings that are not left to the index.
    var settings: [SearchSetting] {
        if nprobe == nil, efSearch == nil, candidateFactor == nil { return [] }
        return SearchSetting.allCases.filter { setting in
            switch setting {
            case .nprobe: nprobe != nil
            case .efSearch: efSearch != nil
            case .candidateFactor: candidateFactor != nil
            }
        }
    }
}
