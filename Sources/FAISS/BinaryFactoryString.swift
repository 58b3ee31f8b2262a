/// What a binary index is made of, in FAISS's notation: `BFlat`, `BIVF64`, `BIVF64_HNSW16`, `BHNSW16`, `BHash16`,
/// `BHash4x16`. As with `FactoryString`, FAISS is given only what a value of this type says.
public enum BinaryFactoryString: Sendable, Equatable {
    /// `BFlat`: rows are compared one by one.
    case flat
    /// `BIVF64`: rows in lists, one a centroid, found by comparing with all centroids or through a graph of `M` links.
    case inverted(listCount: Int, M: Int?)
    /// `BHNSW16`: a graph over rows.
    case graph(M: Int)
    /// `BHash16`: rows by their first bits; a search finds those with the same.
    case hash(bits: Int)
    /// `BHash4x16`: rows by several groups of bits; a search finds those that agree in one.
    case hashes(count: Int, bits: Int)

    /// Reads `text`.
    ///
    /// - Throws: `.unsupportedFactory` with the reason for everything else.
    public init(_ text: String) throws(FAISSError) {
        let parser = FactoryParser(text)
        guard text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }), text.utf8.count <= 64 else {
            throw parser.failure("is no name of a binary index")
        }
        var words = Words(Substring(text))
        if words.skip("BFlat") {
            self = .flat
        } else if words.skip("BIVF") {
            let count = try parser.number(&words, "the number of lists", Limits.listCount)
            var M: Int?
            if words.skip("_HNSW") {
                M = try parser.number(&words, "M of the lists' graph", Limits.M)
            }
            self = .inverted(listCount: count, M: M)
        } else if words.skip("BHNSW") {
            self = .graph(M: try parser.number(&words, "M", Limits.M))
        } else if words.skip("BHash") {
            let first = try parser.number(&words, "the number of bits", 1...1_024)
            if words.skip("x") {
                let bits = try parser.number(&words, "the number of bits", Limits.hashBits)
                self = .hashes(count: first, bits: bits)
            } else {
                guard Limits.hashBits.contains(first) else {
                    throw parser.failure(
                        "the number of bits is to be 1 to \(Limits.hashBits.upperBound)"
                    )
                }
                self = .hash(bits: first)
            }
        } else {
            throw parser.failure("is none of BFlat, BIVF…, BHNSW…, BHash…")
        }
        try parser.end(words, of: Substring(text))
    }

    /// As `FactoryString.restored`.
    static func restored(
        stored: String,
        described: String,
        dimension: Int
    ) throws(FAISSError) -> BinaryFactoryString {
        let found: BinaryFactoryString
        do throws(FAISSError) {
            found = try BinaryFactoryString(described)
            try found.check(dimension: dimension)
        } catch {
            throw .malformed(reason: "\"\(described)\" is no index that a factory string makes")
        }
        guard stored.isEmpty || stored == found.description else {
            throw .malformed(reason: "\"\(stored)\" is not what the index is made of")
        }
        return found
    }

    func check(dimension: Int) throws(FAISSError) {
        let bits =
            switch self {
            case .hash(let bits): bits
            case .hashes(let count, let bits): count * bits
            case .flat, .inverted, .graph: 0
            }
        guard bits <= dimension else {
            throw .unsupportedFactory(
                description,
                reason: "\(bits) bits are more than the dimension \(dimension)"
            )
        }
    }

    var requiredTrainingRows: Int {
        if case .inverted(let listCount, _) = self { listCount } else { 0 }
    }
}

extension BinaryFactoryString: CustomStringConvertible {
    /// The string in its one canonical form.
    public var description: String {
        switch self {
        case .flat: "BFlat"
        case .inverted(let count, let M): "BIVF\(count)\(M.map { "_HNSW\($0)" } ?? "")"
        case .graph(let M): "BHNSW\(M)"
        case .hash(let bits): "BHash\(bits)"
        case .hashes(let count, let bits): "BHash\(count)x\(bits)"
        }
    }
}
