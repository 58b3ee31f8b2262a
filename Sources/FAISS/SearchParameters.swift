internal import CFAISS

/// How thoroughly one search looks. It holds for that search alone and changes nothing in the index.
///
/// A parameter reaches the part of the index that knows it, through transforms, labels and refinement. One that no
/// part knows is an error, not a wish.
public struct SearchParameters: Sendable {
    /// Lists that an IVF index visits, at least 1; more than it has means all. Nil is the index's own, 1.
    public var nprobe: Int?
    /// Rows compared after which an IVF index begins no further list, at least 1. Nil is no limit.
    public var maxCodes: Int?
    /// Candidates that a HNSW or NSG graph keeps, at least 1; `k` if that is more. Nil is the index's own, 16.
    public var efSearch: Int?
    /// The same for the graph over the lists of an `IVF…_HNSW…` index.
    public var quantizerEfSearch: Int?
    /// Candidates a hit that are compared again in an index with refinement, at least 1. Nil is the index's own, 1.
    public var kFactor: Float?
    /// The labels that may be hits. Nil is all.
    ///
    /// Lists are searched as ever, and their other rows skipped. A HNSW graph over float32 or 8-bit rows is walked, also
    /// through rows that are not selected, unless comparing the selected ones is faster. Where rows are in neither, all
    /// those that are selected are compared one by one, so that a FastScan index finds them exactly, in time linear in
    /// the rows.
    public var selector: Selector?

    /// Parameters for the kinds of index that know them; what is nil stays as the index has it.
    public init(
        nprobe: Int? = nil,
        maxCodes: Int? = nil,
        efSearch: Int? = nil,
        quantizerEfSearch: Int? = nil,
        kFactor: Float? = nil,
        selector: Selector? = nil
    ) {
        self.nprobe = nprobe
        self.maxCodes = maxCodes
        self.efSearch = efSearch
        self.quantizerEfSearch = quantizerEfSearch
        self.kFactor = kFactor
        self.selector = selector
    }

    /// The parameters as C takes them; throws for one that is out of range or unknown to `factory`. The selector must
    /// live as long as the result is used.
    func checked(
        for factory: FactoryString?,
        count: Int
    ) throws(FAISSError) -> cfaiss_search_parameters {
        var result = cfaiss_search_parameters()
        let parts = factory.map { ParameterParts(of: $0.structure) }
        func known(_ name: String, _ isKnown: (ParameterParts) -> Bool) throws(FAISSError) {
            guard parts.map(isKnown) ?? true else {
                throw .unknownParameter(name, factory: factory?.description ?? "")
            }
        }
        if let nprobe {
            try known("nprobe") { $0.listCount != nil }
            try check("nprobe", nprobe, in: 1...Int.max)
            result.nprobe = min(nprobe, parts?.listCount ?? Limits.listCount.upperBound)
        }
        if let maxCodes {
            try known("max_codes") { $0.listCount != nil }
            try check("max_codes", maxCodes, in: 1...Int.max)
            result.max_codes = maxCodes
        }
        if let efSearch {
            try known("efSearch") { $0.hasGraph }
            try check("efSearch", efSearch, in: 1...Int.max)
            // More candidates than rows are never kept, but FAISS would make room for them.
            result.ef_search = Int32(clamping: min(efSearch, max(count, 1)))
        }
        if let quantizerEfSearch {
            try known("quantizer_efSearch") { $0.hasQuantizerGraph }
            try check("quantizer_efSearch", quantizerEfSearch, in: 1...Int.max)
            result.quantizer_ef_search = Int32(
                clamping: min(quantizerEfSearch, parts?.listCount ?? Limits.listCount.upperBound)
            )
        }
        if let kFactor {
            try known("k_factor_rf") { $0.isRefined }
            guard !kFactor.isNaN else { throw .notANumber(parameter: "k_factor_rf") }
            guard kFactor.isFinite, kFactor >= 1 else {
                throw .outOfRange(
                    parameter: "k_factor_rf",
                    allowed: 1...Int.max,
                    found: Int(exactly: kFactor.rounded(.towardZero)) ?? (kFactor > 0 ? .max : .min)
                )
            }
            result.k_factor = kFactor
        }
        result.selector = selector?.handle
        return result
    }
}

/// Which parts an index has that know parameters.
struct ParameterParts {
    private(set) var listCount: Int?
    private(set) var hasGraph = false
    private(set) var hasQuantizerGraph = false
    private(set) var isRefined = false

    init(of structure: FactoryString.Structure) {
        switch structure {
        case .flat, .scalarQuantizer, .productQuantizer, .fastScan, .additive, .signs: break
        case .refinedProductQuantizer: isRefined = true
        case .graph, .spreadingGraph: hasGraph = true
        case .inverted(let lists, let rows):
            listCount = lists.count
            switch lists {
            case .graph, .index(_, .graph): hasQuantizerGraph = true
            case .flat, .index, .residual, .pairs: break
            }
            isRefined = ParameterParts(of: rows).isRefined
        case .transformed(_, let rest), .labelled(let rest, _):
            self = ParameterParts(of: rest)
        case .refined(let rest, _):
            self = ParameterParts(of: rest)
            isRefined = true
        }
    }
}
