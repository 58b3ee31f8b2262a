import FAISS
import TestSupport

/// Kinds that between them have every part of FAISS's format and every array that a container keeps apart.
private let factories = [
    "Flat", "SQ8", "SQfp16", "PQ4x4", "PQ8x4fs", "LSH", "LSHrt", "HNSW8", "HNSW8,SQ8", "HNSW8,PQ4",
    "NSG16,Flat", "NSG16,SQ8",
    "IVF8,Flat", "IVF8,SQ8",
    "IVF8,PQ4x4", "IVF8,PQ8x4fs", "IVF8,PQ8x4fsr", "IVF8_HNSW8,Flat",
    "IVF8(PCA4,HNSW8,SQ8),PQ8x4fsr",
    "IVF16(RCQ2x2),Flat", "IMI2x2,SQ8",
    "PCA8,IVF8,SQ8", "IVF8,PQ8x4fs,RFlat", "OPQ4,PQ4x4", "ITQ8,LSH", "RR8,L2norm,Pad16,Flat",
    "IDMap,Flat", "IDMap2,SQ8", "IDMap2,PQ4x4,Refine(SQ8)",
    "RQ2x4", "RQ2x4_Ncqint8", "IVF8,RQ2x4", "IVF8,PQ4+4", "RQ2x4fs_32_Nrq2x4", "LSQ2x4_Ncqint4",
    "PRQ2x2x4", "PLSQ2x2x4_Nlsq2x4", "IVF8,LSQ2x4fs_32_Nlsq2x4", "IVF8,PRQ2x2x4fsr_32_Nrq2x4",
    "PLSQ2x2x4fs_32_Nlsq2x4", "IVF8,PLSQ2x2x4",
]
private let binaryFactories = [
    "BFlat", "BIVF8", "BIVF8_HNSW4", "BHNSW8", "BHash4", "BHash4x3",
]
private let dimension = 16
/// As many as the additive quantisers need to be trained.
private let rowCount = 640

/// Containers, and what is done to their bytes.
struct Containers {
    private let sources: [[UInt8]]
    private let binarySources: [[UInt8]]
    // The same in FAISS's own format.
    private let formats: [[UInt8]]
    private let binaryFormats: [[UInt8]]

    init() throws(FAISSError) {
        var random = SplitMix64(seed: 41)
        let rows = (0..<rowCount * dimension).map { _ in Float.random(in: -1...1, using: &random) }
        let bits = (0..<rowCount * dimension / 8).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        var sources: [[UInt8]] = []
        var formats: [[UInt8]] = []
        for factory in factories {
            var index = try Index(dimension: dimension, factory: factory, metric: .l2)
            try index.train(rows)
            if factory.hasPrefix("IDMap") {
                try index.add(rows, labels: (0..<rowCount).map { Int64($0 * 3) })
            } else {
                try index.add(rows)
            }
            sources.append(try index.serialized())
            formats.append(try index.faissBytes())
        }
        self.sources = sources
        self.formats = formats
        var binarySources: [[UInt8]] = []
        var binaryFormats: [[UInt8]] = []
        for factory in binaryFactories {
            var index = try BinaryIndex(dimension: dimension, factory: factory)
            try index.train(bits)
            try index.add(bits)
            binarySources.append(try index.serialized())
            binaryFormats.append(try index.faissBytes())
        }
        self.binarySources = binarySources
        self.binaryFormats = binaryFormats
    }

    /// Altered bytes, which must be refused before FAISS sees them; bytes whose checksums were put right again, or that have
    /// none: they are refused, or used without leaving the memory.
    func tryOne(_ random: inout SplitMix64) {
        let isBinary = random.chance(20)
        let places = isBinary ? binarySources.indices : sources.indices
        let place = Int.random(in: places, using: &random)
        let name = (isBinary ? binaryFactories : factories)[place]
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<2: tryAltered(isBinary, place, name, &random)
        case 2..<7: trySealed(isBinary, place, name, &random)
        default: tryFormat(isBinary, place, name, &random)
        }
    }

    private func tryAltered(
        _ isBinary: Bool,
        _ place: Int,
        _ name: String,
        _ random: inout SplitMix64
    ) {
        let sources = isBinary ? binarySources : self.sources
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
    }

    private func trySealed(
        _ isBinary: Bool,
        _ place: Int,
        _ name: String,
        _ random: inout SplitMix64
    ) {
        announce("\(name), sealed again")
        var altered = ContainerBytes((isBinary ? binarySources : sources)[place])
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let section = altered.sections.randomElement(using: &random)
            let range = random.chance(50) ? altered.skeleton : section
            if let range { change(&altered.bytes, in: range, &random) }
        }
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

    private func tryFormat(
        _ isBinary: Bool,
        _ place: Int,
        _ name: String,
        _ random: inout SplitMix64
    ) {
        announce("\(name), FAISS's format")
        let formats = isBinary ? binaryFormats : self.formats
        var bytes = formats[place]
        if random.chance(20) { bytes = alter(bytes, formats, &random) }
        if !bytes.isEmpty, random.chance(90) {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Numbers stand in front and at the end more than between.
                let range =
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: 0..<min(bytes.count, 300)
                    case 1: max(0, bytes.count - 300)..<bytes.count
                    default: bytes.indices
                    }
                change(&bytes, in: range, &random)
            }
        }
        do throws(FAISSError) {
            if isBinary {
                try use(BinaryIndex(trustingFAISSBytes: bytes), &random)
            } else {
                try use(Index(trustingFAISSBytes: bytes), &random)
            }
        } catch {}
    }

    /// Another number somewhere.
    private func change(_ bytes: inout [UInt8], in range: Range<Int>, _ random: inout SplitMix64) {
        let place = Int.random(in: range, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes[place] = random.pick([0, 1, 2, 4, 16, 32, 0x7F, 0x80, 0xFF])
        default:
            let word = place / 8 * 8
            for byte in max(word, range.lowerBound)..<min(word + 8, range.upperBound) {
                bytes[byte] = random.chance(50) ? 0xFF : 0
            }
        }
    }

    private func use(_ index: consuming Index, _ random: inout SplitMix64) throws(FAISSError) {
        let d = index.dimension
        guard d <= 1_024, index.count <= 10_000 else { return }
        let queries = random.rows(3, d)
        do throws(FAISSError) { _ = try index.search(queries, k: 5) } catch {}
        let selected = SearchParameters(selector: try Selector(0..<300))
        do throws(FAISSError) {
            _ = try index.search(queries, k: 5, parameters: selected)
        } catch {}
        do throws(FAISSError) { _ = try index.rangeSearch(queries, radius: 1) } catch {}
        do throws(FAISSError) { _ = try index.reconstruct([0, 3]) } catch {}
        _ = try index.serialized()
        do throws(FAISSError) { _ = try index.faissBytes() } catch {}
        if random.chance(50) {
            do throws(FAISSError) { _ = try index.remove(Selector(3..<9)) } catch {}
        }
        if random.chance(50) {
            let rows = random.rows(random.pick([1, 40]), d)
            do throws(FAISSError) { try index.add(rows) } catch {}
        }
        _ = try index.search(queries, k: 700)
        _ = try index.serialized()
    }

    private func use(_ index: consuming BinaryIndex, _ random: inout SplitMix64) throws(FAISSError)
    {
        let d = index.dimension
        guard index.count <= 10_000 else { return }
        let queries = (0..<3 * d / 8).map { _ in UInt8.random(in: 0...255, using: &random) }
        _ = try index.search(queries, k: 5)
        do throws(FAISSError) { _ = try index.rangeSearch(queries, radius: 3) } catch {}
        do throws(FAISSError) { _ = try index.reconstruct([0, 3]) } catch {}
        _ = try index.serialized()
        _ = try index.faissBytes()
        if random.chance(50) {
            do throws(FAISSError) { _ = try index.remove(Selector(3..<9)) } catch {}
        }
        if random.chance(50) {
            do throws(FAISSError) { try index.add(queries) } catch {}
        }
        _ = try index.search(queries, k: 700)
        _ = try index.serialized()
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
