/// Reads a factory string. The grammar, in which spaces between words are not part of the text:
///
///     factory    = [label] core [label]                    ; one label at most
///     label      = "IDMap" / "IDMap2"
///     core       = *(transform ",") base ["," refine]
///     refine     = "RFlat" / "Refine(" plain ")"
///     transform  = "PCA" ["W"] ["R"] n / "OPQ" n ["_" n] / "ITQ" [n] / "RR" [n] / "L2norm" / "Pad" n
///     base       = plain / fastscan / "LSH" ["r"] ["t"] / graph / inverted
///     plain      = "Flat" / "SQ8" / "SQ6" / "SQ4" / "SQfp16" / "PQ" n ["x" n] ["np"] / additive [norm]
///     fastscan   = "PQ" n "x4fs" ["_32"] / (("RQ" / "LSQ") n / ("PRQ" / "PLSQ") n "x" n) "x4fs" ["_32"] [norm]
///     additive   = "RQ" stages / "LSQ" n "x" n / ("PRQ" / "PLSQ") n "x" n "x" n
///     stages     = n "x" n *("_" n "x" n)
///     norm       = "_Nnone" / "_Nfloat" / "_Nqint8" / "_Nqint4" / "_Ncqint8" / "_Ncqint4" / "_Nlsq2x4" / "_Nrq2x4"
///     graph      = ("HNSW" / "NSG") [n] [("," / "_") ("Flat" / SQ… / "PQ" n ["np"])]
///     inverted   = lists "," (plain / fastscan, where "fsr" may stand for "fs" / "PQ" n "+" n)
///     lists      = "IVF" n ["_HNSW" [n] / "(" *(transform ",") (Flat / SQ… / HNSW…) ")" / "(RCQ" stages ")"] / "IMI2x" n
///     n          = 1*9DIGIT                                ; in range, without a leading 0
///
/// `np` is read and dropped: polysemous training renumbers centroids for a search that this module does not offer,
/// takes a minute and changes no answer of any other.
struct FactoryParser {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    mutating func parse() throws(FAISSError) -> FactoryString.Structure {
        guard text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
            throw failure("holds something else than printed ASCII characters")
        }
        // Each part recurses into parentheses at most twice, so a long text is refused for its nesting, not by the stack.
        guard text.utf8.count <= 256 else { throw failure("is longer than 256 characters") }
        var parts = try split(Substring(text))[...]
        let label = try takeLabel(&parts)
        var structure = try core(&parts)
        if let rest = parts.first { throw failure("\"\(rest)\" is one part too many") }
        if let label { structure = .labelled(structure, reversible: label) }
        return structure
    }

    /// Whether the label that stands in front or at the end is reversible; nil without one.
    private func takeLabel(_ parts: inout ArraySlice<Substring>) throws(FAISSError) -> Bool? {
        let labels: [Substring: Bool] = ["IDMap": false, "IDMap2": true]
        var label: Bool?
        if let first = parts.first, let found = labels[first] {
            label = found
            parts.removeFirst()
        } else if let last = parts.last, let found = labels[last] {
            label = found
            parts.removeLast()
        }
        if let other = parts.first(where: { labels[$0] != nil }) {
            throw failure("\(other) is to stand once, in front of everything or behind it")
        }
        return label
    }

    private func core(
        _ parts: inout ArraySlice<Substring>
    ) throws(FAISSError) -> FactoryString.Structure {
        var refinement: FactoryString.Structure?
        if parts.last == "RFlat" {
            refinement = .flat
            parts.removeLast()
        } else if let last = parts.last, let inner = last.inside("Refine(") {
            refinement = try plain(inner, "Refine(…) holds")
            parts.removeLast()
        }
        var structure = try transformed(&parts)
        if let refinement { structure = .refined(structure, by: refinement) }
        return structure
    }

    private func transformed(
        _ parts: inout ArraySlice<Substring>
    ) throws(FAISSError) -> FactoryString.Structure {
        var transforms: [FactoryString.Transform] = []
        while let first = parts.first, let transform = try transform(first) {
            transforms.append(transform)
            parts.removeFirst()
        }
        guard transforms.count <= Limits.transformCount else {
            throw failure("\(transforms.count) transforms are more than \(Limits.transformCount)")
        }
        var structure = try base(&parts)
        for transform in transforms.reversed() { structure = .transformed(transform, structure) }
        return structure
    }

    private func transform(_ part: Substring) throws(FAISSError) -> FactoryString.Transform? {
        var words = Words(part)
        let result: FactoryString.Transform
        if words.skip("PCA") {
            let whitened = words.skip("W")
            let rotated = words.skip("R")
            let dimension = try number(&words, "the dimension of PCA", Limits.dimension)
            result = .principalComponents(
                dimension: dimension,
                whitened: whitened,
                rotated: rotated
            )
        } else if words.skip("OPQ") {
            let parts = try number(&words, "the parts of OPQ", Limits.dimension)
            let dimension =
                words.skip("_") ? try number(&words, "the dimension of OPQ", Limits.dimension) : nil
            result = .productRotation(parts: parts, dimension: dimension)
        } else if words.skip("ITQ") {
            result = .signRotation(
                dimension: try optionalNumber(&words, "the dimension of ITQ", Limits.dimension)
            )
        } else if words.skip("RR") {
            result = .randomRotation(
                dimension: try optionalNumber(&words, "the dimension of RR", Limits.dimension)
            )
        } else if words.skip("L2norm") || words.skip("L2Norm") {
            result = .normalization
        } else if words.skip("Pad") {
            result = .padding(
                dimension: try number(&words, "the dimension of Pad", Limits.dimension)
            )
        } else {
            return nil
        }
        try end(words, of: part)
        return result
    }

    private func base(
        _ parts: inout ArraySlice<Substring>
    ) throws(FAISSError) -> FactoryString.Structure {
        guard let first = parts.popFirst(), !first.isEmpty else {
            throw failure("a part that says how rows are stored is missing")
        }
        for (name, reason) in refused where first.hasPrefix(name) {
            throw failure("\(name)… is not offered: \(reason)")
        }
        if first.hasPrefix("IVF") || first.hasPrefix("IMI") {
            let lists = try lists(first)
            guard let rows = parts.popFirst() else {
                throw failure("\(first) is to be followed by how rows are stored, such as Flat")
            }
            return .inverted(lists, try code(rows, insideLists: true))
        }
        if first.hasPrefix("HNSW") || first.hasPrefix("NSG") { return try graph(first, &parts) }
        return try code(first, insideLists: false)
    }

    private func graph(
        _ part: Substring,
        _ parts: inout ArraySlice<Substring>
    ) throws(FAISSError) -> FactoryString.Structure {
        var words = Words(part)
        let isSpreading = words.skip("NSG")
        if !isSpreading { _ = words.skip("HNSW") }
        let links =
            try optionalNumber(&words, isSpreading ? "R" : "M", isSpreading ? Limits.R : Limits.M)
            ?? Limits.defaultM
        var storage: Substring?
        if words.skip("_") {
            storage = words.rest
        } else {
            try end(words, of: part)
            if let next = parts.first, !next.hasPrefix("Refine(") { storage = parts.popFirst() }
        }
        let rows: FactoryString.Structure
        if let storage {
            rows = try plain(storage, "\(part) is to be followed by")
            switch rows {
            case .flat, .scalarQuantizer: break
            case .productQuantizer(let parts, 8):
                guard parts <= Limits.graphParts else {
                    throw failure("PQ under a graph is to have 1 to \(Limits.graphParts) parts")
                }
            default:
                throw failure(
                    "\(part) is to be followed by Flat, SQ4, SQ6, SQ8, SQfp16 or PQ of 8 bits, not \"\(storage)\""
                )
            }
        } else {
            rows = .flat
        }
        return isSpreading ? .spreadingGraph(R: links, rows) : .graph(M: links, rows)
    }

    private func lists(_ part: Substring) throws(FAISSError) -> FactoryString.Lists {
        var words = Words(part)
        if words.skip("IMI2x") {
            let bits = try number(&words, "the bits of IMI", Limits.pairBits)
            try end(words, of: part)
            return .pairs(bits: bits)
        }
        guard words.skip("IVF") else { throw failure("IMI is to be written IMI2x and the bits") }
        let count = try number(&words, "the number of lists", Limits.listCount)
        if words.rest.isEmpty { return .flat(count: count) }
        if words.skip("_HNSW") {
            let M = try optionalNumber(&words, "M of the lists' graph", Limits.M) ?? Limits.defaultM
            try end(words, of: part)
            return .graph(count: count, M: M)
        }
        if words.skip("_NSG") {
            throw failure("a NSG over the lists is not offered: use _HNSW")
        }
        guard let inner = words.rest.inside("(") else {
            throw failure("\"\(words.rest)\" behind IVF\(count) is not known")
        }
        var quantizer = Words(inner)
        if quantizer.skip("RCQ") {
            let stages = try stages(&quantizer, Limits.residualSteps, Limits.residualBits)
            try end(quantizer, of: inner)
            let bits = stages.reduce(0) { $0 + $1.count * $1.bits }
            guard bits <= 20, 1 << bits == count else {
                throw failure(
                    bits <= 20
                        ? "RCQ of \(bits) bits makes \(1 << bits) lists, not \(count)"
                        : "RCQ is to have at most 20 bits"
                )
            }
            return .residual(stages)
        }
        var innerParts = try split(inner)[...]
        let structure = try transformed(&innerParts)
        if let rest = innerParts.first { throw failure("\"\(rest)\" is one part too many") }
        var storage = structure
        while case .transformed(_, let rest) = storage { storage = rest }
        switch storage {
        case .flat where storage == structure: return .flat(count: count)
        case .graph(let M, .flat) where storage == structure: return .graph(count: count, M: M)
        case .flat, .scalarQuantizer: break
        case .graph(_, .flat), .graph(_, .scalarQuantizer): break
        default:
            throw failure(
                "the lists are to be found through Flat, SQ…, HNSW… or RCQ…, not \(storage)"
            )
        }
        return .index(count: count, structure)
    }
}

/// Kinds that FAISS 1.7.3 makes and that are of no use as an index, with the reason.
private let refused = [
    ("Residual", "FAISS cannot search it"),
    ("RCQ", "it is no index of rows, but may stand in parentheses behind IVF"),
    ("LSCQ", "FAISS cannot fill it"),
    ("ZnLattice", "FAISS cannot fill it"),
    ("MinMax", "FAISS cannot fill it"),
    ("BFlat", "it is a binary index, see BinaryIndex"),
    ("BIVF", "it is a binary index, see BinaryIndex"),
    ("BHNSW", "it is a binary index, see BinaryIndex"),
    ("BHash", "it is a binary index, see BinaryIndex"),
]
