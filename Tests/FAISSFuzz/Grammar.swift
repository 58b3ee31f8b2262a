import FAISS
import TestSupport

private let words = [
    "Flat", "SQ8", "SQ4", "SQ6", "SQfp16", "PQ", "x", "x4fs", "x4fsr", "np", "+", "RQ", "LSQ",
    "PRQ", "PLSQ",
    "_Nnone", "_Nfloat", "_Nqint8", "_Nqint4", "_Ncqint8", "_Ncqint4", "_Nlsq2x4", "_Nrq2x4", "_32",
    "_64",
    "LSH", "r", "t", "HNSW", "NSG", "IVF", "_HNSW", "_NSG", "IMI2x", "RCQ", "(", ")", ",", ",", ",",
    "PCA", "W", "R", "OPQ", "ITQ", "RR", "L2norm", "Pad", "IDMap", "IDMap2", "RFlat", "Refine(",
    "_",
    "Residual", "ZnLattice", "MinMax", "BFlat", "FlatDedup", "SH", "k", " ", "\0", "é", "-1", "1e9",
]

private let seeds = [
    "Flat", "SQ8", "PQ4", "PQ4x4", "PQ4x4fs", "RQ2x4", "LSQ2x4", "PRQ2x2x4", "PLSQ2x2x4",
    "RQ2x4fs_32_Nrq2x4",
    "LSH", "LSHrt", "HNSW8,SQ8", "HNSW8_PQ4", "NSG16,Flat", "IVF8,Flat", "IVF8,PQ4x4fsr",
    "IVF8_HNSW4,SQ4",
    "IVF8(PCA4,HNSW4,SQ8),Flat", "IVF16(RCQ2x2),SQ8", "IMI2x2,Flat", "PCA4,Flat", "PCAWR4,SQ8",
    "OPQ4_8,PQ4x4",
    "ITQ4,LSH", "RR8,SQfp16", "L2norm,Pad16,Flat", "IDMap,IVF8,PQ4x4fs,RFlat",
    "PQ4x4fs,Refine(SQ8)",
    "IVF8,PQ2+2", "IVF8,RQ2x4_Nqint8",
]

extension SplitMix64 {
    fileprivate mutating func number() -> String {
        String(
            pick([
                0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 17, 24, 32, 33, 64, 100, 128, 255, 256, 512,
                1_000, 65_536,
                1_048_577, 2_147_483_648, 99_999_999_999,
            ])
        )
    }

    /// A string put together of words, or a sound one of which a part has changed.
    fileprivate mutating func factory() -> String {
        if chance(35) {
            return (0..<Int.random(in: 1...9, using: &self)).map { _ in
                chance(40) ? number() : pick(words)
            }.joined()
        }
        var text = pick(seeds)
        for _ in 0..<Int.random(in: 0...3, using: &self) {
            var parts = split(text)
            let place = Int.random(in: 0..<parts.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: parts[place] = number()
            case 1: parts[place] = pick(words)
            case 2: parts.remove(at: place)
            case 3: parts.insert(chance(50) ? number() : pick(words), at: place)
            default: parts = split(pick(seeds)) + [","] + parts
            }
            text = parts.isEmpty ? pick(seeds) : parts.joined()
        }
        return text
    }
}

/// Runs of digits, and everything between them.
private func split(_ text: String) -> [String] {
    var parts: [String] = []
    for character in text {
        if let last = parts.last?.last, last.isNumber == character.isNumber, character.isNumber {
            parts[parts.count - 1].append(character)
        } else {
            parts.append(String(character))
        }
    }
    return parts
}

/// If the grammar lets a string through, everything that can be done with the index must end, well or in an error.
func tryFactory(_ random: inout SplitMix64) {
    let text = random.factory()
    let dimension = random.pick([1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 24, 32])
    let metric: Metric = random.chance(50) ? .l2 : .innerProduct
    guard let factory = try? FactoryString(text) else { return }
    announce("\(text) = \(factory), dimension \(dimension), \(metric)")
    do {
        // What the string says is what it says when it is read again.
        guard try FactoryString(factory.description) == factory else {
            fail("\(factory) is read otherwise")
        }
        var index = try Index(dimension: dimension, factory: factory, metric: metric)
        let required = index.requiredTrainingRows
        guard required <= 1_100 else { return }
        let training = random.rows(required + Int.random(in: 0...60, using: &random), dimension)
        if !training.isEmpty || required > 0 { try index.train(training) }
        let count =
            index.takesRowsOnce
            ? 200 + Int.random(in: 0...60, using: &random) : Int.random(in: 0...90, using: &random)
        let rows = random.rows(count, dimension)
        if index.labels != .positions, random.chance(30) {
            try index.add(
                rows,
                labels: (0..<count).map { _ in Int64.random(in: 0...500, using: &random) }
            )
        } else {
            try index.add(rows)
        }
        if !index.takesRowsOnce { try index.add(random.rows(7, dimension)) }
        try tryEverything(&index, dimension, &random)
        let restored = try Index(serialized: index.serialized())
        guard restored.count == index.count else { fail("\(factory) lost rows") }
        _ = try restored.search(random.rows(3, dimension), k: 4)
    } catch let error as FAISSError {
        announce("  \(error)")
    } catch {
        fail("\(error)")
    }
}

private func tryEverything(
    _ index: inout Index,
    _ dimension: Int,
    _ random: inout SplitMix64
) throws {
    let queries = random.rows(random.pick([0, 1, 2, 25]), dimension)
    let k = random.pick([1, 3, 10, 1_000])
    _ = try index.search(queries, k: k, threadCount: random.pick([1, 2]))
    var parameters = SearchParameters(selector: try selector(&random))
    _ = try index.search(queries, k: k, parameters: parameters)
    for name in [
        "nprobe=3", "max_codes=5", "efSearch=9", "quantizer_efSearch=4", "k_factor_rf=2.5",
    ] {
        var one = try SearchParameters(name)
        if random.chance(50) { one.selector = parameters.selector }
        do {
            _ = try index.search(queries, k: k, parameters: one)
            _ = try index.rangeSearch(
                queries,
                radius: random.pick([0, 1, -1, .infinity]),
                parameters: one
            )
        } catch FAISSError.unknownParameter {}
    }
    if random.chance(50) { parameters.selector = nil }
    _ = try index.rangeSearch(queries, radius: random.pick([0, 0.5, 1e20]), parameters: parameters)
    do { _ = try index.reconstruct([0, 3]) } catch FAISSError.unknownLabel, FAISSError.unsupported {
    }
    do { _ = try index.remove(selector(&random)) } catch FAISSError.unsupported {}
    _ = try index.search(queries, k: k)
    if !index.takesRowsOnce { try index.add(random.rows(random.pick([0, 1, 40]), dimension)) }
    _ = try index.search(queries, k: k)
}

private func selector(_ random: inout SplitMix64) throws(FAISSError) -> Selector {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: try Selector(labels: (0..<20).map { _ in Int64.random(in: -5...300, using: &random) })
    case 1: try Selector(0..<Int64.random(in: 0...200, using: &random))
    case 2: try Selector(bitmap: (0..<30).map { _ in UInt8.random(in: 0...255, using: &random) })
    case 3: try Selector(20..<30).inverted()
    default: try Selector(0..<100).intersection(Selector(50..<200)).union(Selector(labels: [0]))
    }
}
