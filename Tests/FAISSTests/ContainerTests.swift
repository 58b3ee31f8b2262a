import FAISS
import Foundation
import TestSupport
import Testing

private let rows = ClusteredRows(count: 600, dimension: 16, seed: 41)
private let queries = ClusteredRows(count: 12, dimension: 16, seed: 42)

/// Kinds that between them have every array that a container keeps apart.
private let factories = [
    "Flat", "SQ8", "SQfp16", "PQ4x4", "PQ8x4fs", "LSH", "HNSW8", "HNSW8,SQ8", "NSG16,Flat",
    "IVF8,Flat", "IVF8,SQ8",
    "IVF8,PQ4x4", "IVF8,PQ8x4fs", "IVF8_HNSW8,Flat", "PCA8,IVF8,SQ8", "IVF8,PQ8x4fs,RFlat",
    "IDMap,Flat", "IDMap2,SQ8",
    "RQ2x4", "IVF8,RQ2x4",
]

private let labels = (0..<600).map { Int64($0 * 3) }

private func filled(_ index: inout Index, labelled: Bool) throws {
    let values = rows.values
    let given = labels
    try index.train(values.span)
    if labelled {
        try index.add(values.span, labels: given.span)
    } else {
        try index.add(values.span)
    }
}

private func made(_ factory: String) throws -> Index {
    var index = try Index(dimension: 16, factory: factory, metric: .l2)
    try filled(&index, labelled: factory.hasPrefix("IDMap"))
    return index
}

@Suite struct `A container` {
    @Test(arguments: factories)
    func `gives the same answers copied and mapped, and a mapped index cannot change`(
        factory: String
    ) throws {
        let index = try made(factory)
        let answer = try index.search(queries.values, k: 9)
        let bytes = try index.serialized()
        #expect(try index.serialized() == bytes)
        let memory = AlignedBytes(bytes)
        for isTrusted in [false, true] {
            var mapped = try Index(mapping: memory.bytes, isTrusted: isTrusted)
            #expect(mapped.count == 600)
            #expect(try mapped.search(queries.values, k: 9) == answer)
            #expect(try mapped.serialized() == bytes)
            #expect(throws: FAISSError.readOnly) {
                try mapped.reset()
            }
            #expect(try mapped.search(queries.values, k: 9) == answer)
        }
        var copied = try Index(serialized: bytes)
        #expect(try copied.search(queries.values, k: 9) == answer)
        #expect(try copied.serialized() == bytes)
        try copied.reset()
        #expect(copied.count == 0)
    }

    @Test func `is read in pieces, which a sink can stop`() throws {
        let index = try made("IVF8,Flat")
        let whole = try index.serialized()
        var pieces: [UInt8] = []
        try index.write { (bytes: UnsafeRawBufferPointer) in
            pieces.append(contentsOf: bytes)
            return true
        }
        #expect(pieces == whole)
        var count = 0
        #expect(throws: FAISSError.cancelled) {
            try index.write { (_: UnsafeRawBufferPointer) in
                count += 1
                return count < 3
            }
        }
        #expect(count == 3)
    }

    @Test(arguments: ["Flat", "IVF8,PQ8x4fs", "HNSW8,SQ8"])
    func `is refused with any byte altered`(factory: String) throws {
        let bytes = try made(factory).serialized()
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        defer { memory.deallocate() }
        memory.copyBytes(from: bytes)
        var random = SplitMix64(seed: 1)
        // All of the front, every seventh behind it.
        let places =
            Array(0..<min(2_000, bytes.count)) + Array(stride(from: 2_000, to: bytes.count, by: 7))
        for place in places {
            memory[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(throws: FAISSError.self, "byte \(place)") {
                _ = try Index(mapping: UnsafeRawBufferPointer(memory))
            }
            memory[place] = bytes[place]
        }
        _ = try Index(mapping: UnsafeRawBufferPointer(memory))
    }

    /// Truncated, extended, spliced and altered bytes, for FUZZ_SECONDS.
    @Test func `never reaches FAISS altered`() throws {
        let seconds = Double(ProcessInfo.processInfo.environment["FUZZ_SECONDS"] ?? "") ?? 2
        let seed = UInt64(ProcessInfo.processInfo.environment["FUZZ_SEED"] ?? "") ?? 9
        let sources = try ["Flat", "IVF8,SQ8", "HNSW8", "IVF8,PQ8x4fs", "IDMap,Flat"].map {
            try made($0).serialized()
        }
        var random = SplitMix64(seed: seed)
        let end = ContinuousClock.now + .seconds(seconds)
        var rounds = 0
        while ContinuousClock.now < end {
            let source = sources[Int.random(in: sources.indices, using: &random)]
            let altered = alter(source, sources, &random)
            if sources.contains(altered) { continue }
            rounds += 1
            do {
                _ = try Index(serialized: altered)
                Issue.record("altered bytes were read, seed \(seed), round \(rounds)")
                return
            } catch {
                guard case .malformed = error else {
                    Issue.record(
                        "altered bytes reached FAISS: \(error), seed \(seed), round \(rounds)"
                    )
                    return
                }
            }
        }
        #expect(rounds > 0)
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

    /// Sections with right checksums and wrong contents: refused, or searched without leaving the memory.
    @Test(arguments: factories)
    func `with wrong links, labels or sizes stays inside its memory`(factory: String) throws {
        let seconds =
            (Double(ProcessInfo.processInfo.environment["FUZZ_SECONDS"] ?? "") ?? 4)
            / Double(factories.count)
        let source = ContainerBytes(try made(factory).serialized())
        var random = SplitMix64(seed: 17)
        let end = ContinuousClock.now + .seconds(seconds)
        var answered = 0
        var refused = 0
        while ContinuousClock.now < end {
            var altered = source
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let sections = altered.sections
                let section = sections[Int.random(in: sections.indices, using: &random)]
                let place = Int.random(in: section, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: altered.bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: altered.bytes[place] = UInt8.random(in: 0...255, using: &random)
                default:
                    let word = place / 8 * 8
                    for byte in word..<min(word + 8, section.upperBound)
                    where byte >= section.lowerBound {
                        altered.bytes[byte] = Bool.random(using: &random) ? 0xFF : 0
                    }
                }
            }
            altered.seal()
            let memory = AlignedBytes(altered.bytes)
            do {
                let index = try Index(mapping: memory.bytes)
                _ = try index.search(queries.values, k: 5)
                answered += 1
            } catch {
                refused += 1
            }
        }
        #expect(answered + refused > 0)
    }
}
