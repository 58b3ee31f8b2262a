import FAISS
import TestSupport

/// Kinds that between them have every array that a container keeps apart.
private let factories = [
    "Flat", "SQ8", "SQfp16", "PQ4x4", "PQ8x4fs", "LSH", "HNSW8", "HNSW8,SQ8", "NSG16,Flat",
    "IVF8,Flat", "IVF8,SQ8",
    "IVF8,PQ4x4", "IVF8,PQ8x4fs", "IVF8_HNSW8,Flat", "PCA8,IVF8,SQ8", "IVF8,PQ8x4fs,RFlat",
    "IDMap,Flat", "IDMap2,SQ8",
    "RQ2x4", "IVF8,RQ2x4", "IVF8,PQ4+4", "RQ2x4fs_32_Nrq2x4",
]
private let binaryFactories = ["BFlat", "BIVF8", "BHNSW8", "BHash4", "BHash4x3"]
private let dimension = 16
/// As many as the additive quantisers need to be trained.
private let rowCount = 640

/// Containers, and what is done to their bytes.
struct Containers {
    private let sources: [[UInt8]]
    private let binarySources: [[UInt8]]

    init() throws(FAISSError) {
        var random = SplitMix64(seed: 41)
        let rows = (0..<rowCount * dimension).map { _ in Float.random(in: -1...1, using: &random) }
        let bits = (0..<rowCount * dimension / 8).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        var sources: [[UInt8]] = []
        for factory in factories {
            var index = try Index(dimension: dimension, factory: factory, metric: .l2)
            try index.train(rows)
            if factory.hasPrefix("IDMap") {
                try index.add(rows, labels: (0..<rowCount).map { Int64($0 * 3) })
            } else {
                try index.add(rows)
            }
            sources.append(try index.serialized())
        }
        self.sources = sources
        var binarySources: [[UInt8]] = []
        for factory in binaryFactories {
            var index = try BinaryIndex(dimension: dimension, factory: factory)
            try index.train(bits)
            try index.add(bits)
            binarySources.append(try index.serialized())
        }
        self.binarySources = binarySources
    }

    /// Half of the time altered bytes, which must be refused before FAISS sees them; else sections whose checksums were put
    /// right again, which are refused or searched without leaving the memory.
    func tryOne(_ random: inout SplitMix64) {
        let isBinary = random.chance(20)
        let sources = isBinary ? binarySources : self.sources
        let place = Int.random(in: sources.indices, using: &random)
        let name = (isBinary ? binaryFactories : factories)[place]
        if random.chance(50) {
            let altered = alter(sources[place], sources, &random)
            guard !sources.contains(altered) else { return }
            announce("\(name), altered")
            do {
                if isBinary {
                    _ = try BinaryIndex(serialized: altered)
                } else if random.chance(50) {
                    _ = try Index(serialized: altered)
                } else {
                    let memory = AlignedBytes(altered)
                    _ = try Index(mapping: memory.bytes)
                }
                fail("altered bytes were read")
            } catch {
                switch error {
                case .checksum, .notAContainer: break
                default: fail("altered bytes reached FAISS: \(error)")
                }
            }
        } else {
            announce("\(name), sealed again")
            var altered = ContainerBytes(sources[place])
            for _ in 0..<Int.random(in: 1...4, using: &random) { change(&altered, &random) }
            altered.seal()
            do throws(FAISSError) {
                if isBinary {
                    try use(BinaryIndex(serialized: altered.bytes), &random)
                } else if random.chance(50) {
                    try use(Index(serialized: altered.bytes), &random)
                } else {
                    let memory = AlignedBytes(altered.bytes)
                    try use(Index(mapping: memory.bytes, isTrusted: random.chance(50)), &random)
                }
            } catch {}
        }
    }

    /// Another number in a section. The skeleton is FAISS's own, which only checksums keep from harm.
    private func change(_ container: inout ContainerBytes, _ random: inout SplitMix64) {
        guard let section = container.sections.randomElement(using: &random) else { return }
        let place = Int.random(in: section, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: container.bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: container.bytes[place] = UInt8.random(in: 0...255, using: &random)
        default:
            let word = place / 8 * 8
            for byte in max(word, section.lowerBound)..<min(word + 8, section.upperBound) {
                container.bytes[byte] = random.chance(50) ? 0xFF : 0
            }
        }
    }

    private func use(_ index: consuming Index, _ random: inout SplitMix64) throws(FAISSError) {
        let queries = random.rows(3, dimension)
        _ = try index.search(queries, k: 5)
        _ = try index.search(
            queries,
            k: 5,
            parameters: SearchParameters(selector: Selector(0..<300))
        )
        _ = try index.rangeSearch(queries, radius: 1)
        do throws(FAISSError) { _ = try index.reconstruct([0, 3]) } catch {}
        _ = try index.serialized()
        do throws(FAISSError) { _ = try index.remove(Selector(3..<9)) } catch {}
        _ = try index.search(queries, k: 700)
    }

    private func use(_ index: consuming BinaryIndex, _ random: inout SplitMix64) throws(FAISSError)
    {
        let queries = (0..<3 * dimension / 8).map { _ in UInt8.random(in: 0...255, using: &random) }
        _ = try index.search(queries, k: 5)
        _ = try index.rangeSearch(queries, radius: 3)
        do throws(FAISSError) { _ = try index.reconstruct([0, 3]) } catch {}
        _ = try index.serialized()
        do throws(FAISSError) { _ = try index.remove(Selector(3..<9)) } catch {}
        _ = try index.search(queries, k: 700)
    }

    private func alter(_ source: [UInt8], _ others: [[UInt8]], _ random: inout SplitMix64)
        -> [UInt8]
    {
        var bytes = source
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case 1:
            bytes += (0..<Int.random(in: 1...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        case 2:
            let other = others[Int.random(in: others.indices, using: &random)]
            let cut = Int.random(in: 0..<min(bytes.count, other.count), using: &random)
            bytes = Array(bytes[..<cut]) + other[cut...]
        case 3:
            let from = Int.random(in: 0..<bytes.count, using: &random)
            let to = Int.random(in: 0..<bytes.count, using: &random)
            let count = Int.random(in: 1...64, using: &random)
            for place in 0..<count where from + place < bytes.count && to + place < bytes.count {
                bytes[to + place] = source[from + place]
            }
        default:
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                // Half of the changes in the front, where numbers are.
                let limit = Bool.random(using: &random) ? bytes.count : min(bytes.count, 1_024)
                bytes[Int.random(in: 0..<limit, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
        }
        return bytes
    }
}
