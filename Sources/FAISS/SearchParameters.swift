internal import CFAISS

/// How thoroughly one search looks. It holds for that search alone and changes nothing in the index.
public struct SearchParameters: Sendable, Equatable {
    /// Lists that an IVF index visits, at least 1; more than it has means all. Nil is the index's own, 1.
    public var nprobe: Int?
    /// Candidates that a HNSW index keeps on level 0, at least 1; `k` if that is more. Nil is the index's own, 16.
    public var efSearch: Int?

    /// Parameters for the kinds of index that know them; what is nil stays as the index has it.
    public init(nprobe: Int? = nil, efSearch: Int? = nil) {
        self.nprobe = nprobe
        self.efSearch = efSearch
    }

    /// The parameters as C takes them; throws for one that is out of range or unknown to `factory`.
    func checked(
        for factory: FactoryString,
        count: Int
    ) throws(FAISSError) -> cfaiss_search_parameters {
        var result = cfaiss_search_parameters(nprobe: 0, ef_search: 0)
        if let nprobe {
            guard case .inverted(let listCount, _) = factory.structure else {
                throw .unknownParameter("nprobe", factory: factory.description)
            }
            try check("nprobe", nprobe, in: 1...Int.max)
            result.nprobe = min(nprobe, listCount)
        }
        if let efSearch {
            guard case .graph = factory.structure else {
                throw .unknownParameter("efSearch", factory: factory.description)
            }
            try check("efSearch", efSearch, in: 1...Int.max)
            // More candidates than rows are never kept, but FAISS would make room for them.
            result.ef_search = Int32(clamping: min(efSearch, max(count, 1)))
        }
        return result
    }
}
