/// What a search can be told about how thoroughly it looks. A kind of index knows some of them.
public enum SearchSetting: String, Sendable, Hashable, CaseIterable {
    /// Lists that are visited.
    case nprobe
    /// Candidates that a walk through a graph keeps.
    case efSearch
    /// Candidates a hit that are compared exactly.
    case candidateFactor
}

/// How thoroughly one search of a FAISS index looks. What is nil, or unknown to the kind, is as the index has it.
public struct FAISSSearchSettings: Sendable, Equatable {
    /// Lists that are visited, at least 1.
    public var nprobe: Int?
    /// Candidates that a walk through a graph keeps, at least 1.
    public var efSearch: Int?
    /// Candidates a hit that codes find before they are compared with rows of a better form, at least 1: the stored rows, or
    /// in an index with refinement its own, of whose hits again some for each hit wanted are compared with the stored ones.
    public var candidateFactor: Double?
    /// What the index's own settings are multiplied with, where nothing is said above.
    public var effort = 1.0
    /// Hits that are asked for besides, and no reason to look more thoroughly.
    public var spareCount = 0
    /// Whether the index is asked also where comparing the live rows would be faster.
    public var insists = false

    /// Settings, each of which may be left to the index.
    public init(nprobe: Int? = nil, efSearch: Int? = nil, candidateFactor: Double? = nil) {
        self.nprobe = nprobe
        self.efSearch = efSearch
        self.candidateFactor = candidateFactor
    }
}

/// How a FAISS index is built.
public struct FAISSBuildSettings: Sendable, Equatable {
    /// Of the choice of training rows: the same rows, kind and seed give the same bytes.
    public var seed: UInt64 = 0
    /// Threads that may work, the calling one included.
    public var threadCount = 1
    /// The bytes that training rows may take, as float32; there are never fewer rows than the kind needs.
    public var trainingByteCount = 512 << 20

    /// One thread, seed 0, 512 MiB of training rows.
    public init() {}
}
