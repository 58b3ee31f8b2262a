import FAISS
import TestSupport

private let names = ["BFlat", "BIVF", "BHNSW", "BHash", "_HNSW", "x", "_", ",", "Flat", " ", "\0"]
private let settings = [
    "nprobe", "max_codes", "efSearch", "quantizer_efSearch", "k_factor_rf", "k_factor", "ht", "=",
    "=", "=", ",", ",", "-1", "1.5", "nan", "inf", "1e30", "0x10", "é", " ", "",
]

extension SplitMix64 {
    /// Words and numbers one behind the other.
    fileprivate mutating func text(_ words: [String]) -> String {
        (0..<Int.random(in: 0...8, using: &self)).map { _ in
            chance(35)
                ? String(pick([0, 1, 2, 3, 4, 8, 16, 32, 33, 64, 1_048_577, 99_999_999_999]))
                : pick(words)
        }.joined()
    }
}

/// A string that names a binary index is read again as what it says, and the index can be used.
func tryBinaryFactory(_ random: inout SplitMix64) {
    let sound = random.pick(["BFlat", "BIVF4", "BIVF4_HNSW4", "BHNSW8", "BHash4", "BHash2x4"])
    let text = random.chance(30) ? sound : random.pick(["", "", sound]) + random.text(names)
    guard let factory = try? BinaryFactoryString(text) else { return }
    announce("\(text) = \(factory)")
    guard (try? BinaryFactoryString(factory.description)) == factory else {
        fail("\(factory) is read otherwise")
    }
    let dimension = random.pick([8, 16, 64, 72])
    let rows = (0..<200 * dimension / 8).map { _ in
        UInt8.random(in: 0...random.pick([0, 3, 255]), using: &random)
    }
    do throws(FAISSError) {
        var index = try BinaryIndex(dimension: dimension, factory: text)
        try index.train(rows)
        try index.add(rows)
        let queries = Array(rows.prefix(3 * dimension / 8))
        _ = try index.search(queries, k: random.pick([1, 10, 1_000]))
        _ = try index.search(
            queries,
            k: 3,
            parameters: SearchParameters(selector: Selector(0..<20))
        )
        _ = try index.rangeSearch(queries, radius: random.pick([0, 3, dimension + 1]))
        _ = try index.reconstruct([0, 199])
        let restored = try BinaryIndex(serialized: index.serialized())
        guard restored.count == index.count else { fail("\(factory) lost rows") }
    } catch {
        announce("  \(error)")
    }
}

/// Text that is a list of search parameters is read again as what it says.
func trySearchParameters(_ random: inout SplitMix64) {
    let sound = random.pick(["", "nprobe=3", "efSearch=9,k_factor_rf=2.5", "max_codes=7,nprobe=1"])
    let text = random.pick(["", sound, sound + ","]) + random.text(settings)
    guard let parameters = try? SearchParameters(text) else { return }
    announce("\(text) = \(parameters)")
    guard let again = try? SearchParameters(parameters.description),
        again.description == parameters.description, again.nprobe == parameters.nprobe,
        again.kFactor == parameters.kFactor
    else { fail("\(parameters) is read otherwise") }
    for factory in ["Flat", "HNSW8", "IVF4_HNSW4,Flat", "PQ2x4fs,RFlat"] {
        do throws(FAISSError) {
            var index = try Index(dimension: 4, factory: factory, metric: .l2)
            let rows = random.rows(40, 4)
            try index.train(rows)
            try index.add(rows)
            _ = try index.search(Array(rows.prefix(8)), k: 3, parameters: parameters)
        } catch {}
    }
}
