import FAISS
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
            expect(.altered, "byte \(place)") {
                _ = try Index(mapping: UnsafeRawBufferPointer(memory))
            }
            memory[place] = bytes[place]
        }
        _ = try Index(mapping: UnsafeRawBufferPointer(memory))
    }
}
