import CFAISS
import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 1_200, dimension: 32, clusters: 40, seed: 51)
private let queries = ClusteredRows(count: 10, dimension: 32, clusters: 40, seed: 52)

/// FAISS writes an OPQ matrix as any linear transform.
private let rotated = [
    "OPQ8,PQ8", "OPQ8_16,IVF16,PQ8x4fs", "IDMap,OPQ8_16,IVF16,PQ8x4fs,Refine(SQfp16)",
    "L2norm,OPQ4_16,IVF16,SQ8", "OPQ4,IVF300(OPQ8,SQ8),Flat",
]

private func container(of index: borrowing Index, naming factory: String) throws -> [UInt8] {
    var memory: OpaquePointer?
    let bytes = try index.serialized()
    #expect(
        cfaiss_container_read(bytes, bytes.count, Int32(CFAISS_CONTAINER_COPY), &memory)
            == CFAISS_OK
    )
    defer { cfaiss_index_destroy(memory) }
    var named: [UInt8] = []
    let status = withUnsafeMutablePointer(to: &named) { named in
        cfaiss_container_write(
            memory,
            factory,
            { context, piece, byteCount in
                context?.assumingMemoryBound(to: [UInt8].self).pointee.append(
                    contentsOf: UnsafeRawBufferPointer(start: piece, count: byteCount)
                )
                return 0
            },
            UnsafeMutableRawPointer(named)
        )
    }
    #expect(status == CFAISS_OK)
    return named
}

/// Nil for a kind that cannot be written before it is trained.
private func untrainedBytes(of index: borrowing Index) throws(FAISSError) -> [UInt8]? {
    do throws(FAISSError) {
        return try index.serialized()
    } catch {
        guard case .unsupported = error else { throw error }
        return nil
    }
}

@Suite struct `The factory string of an index` {
    @Test(arguments: KindUnderMetric.all)
    func `comes back before training, and training learns the same`(
        tested: KindUnderMetric
    ) throws {
        var index = try Index(dimension: 32, factory: tested.kind.factory, metric: tested.metric)
        guard let bytes = try untrainedBytes(of: index) else {
            // FAISS's reader dies of these.
            let isAdditive = ["RQ", "LSQ", "RCQ", "+"].contains { tested.kind.factory.contains($0) }
            #expect(isAdditive)
            return
        }
        var restored = try Index(serialized: bytes)
        let (factory, restoredFactory) = (index.factory, restored.factory)
        #expect(factory != nil && restoredFactory == factory)
        let (required, restoredRequired) = (
            index.requiredTrainingRows, restored.requiredTrainingRows
        )
        #expect(required == restoredRequired)
        guard required > 0 else { return }
        #expect(throws: FAISSError.tooFewTrainingRows(required: required, found: required - 1)) {
            try restored.train(Array(rows.values.prefix((required - 1) * 32)))
        }
        try index.train(rows.values)
        try restored.train(rows.values)
        try index.add(rows.values)
        try restored.add(rows.values)
        let answer = try index.search(
            queries.values,
            k: 10,
            parameters: tested.parameters
        )
        #expect(
            try restored.search(queries.values, k: 10, parameters: tested.parameters)
                == answer
        )
        // A megabyte of numbers would explain nothing.
        let isSame = try index.serialized() == restored.serialized()
        #expect(isSame)
    }

    @Test(arguments: rotated)
    func `is that of OPQ, with what it refuses`(factory: String) throws {
        var index = try Index(dimension: 32, factory: factory, metric: .l2)
        try index.train(rows.values)
        try index.add(rows.values)
        let bytes = try index.serialized()
        let memory = AlignedBytes(bytes)
        func check(_ restored: borrowing Index) throws {
            let (name, restoredName) = (index.factory, restored.factory)
            #expect(name != nil && restoredName == name)
            let far = [Float](repeating: 1e7, count: 32)
            let answer = try index.search(far, k: 3)
            #expect(try restored.search(far, k: 3) == answer)
            #expect(
                throws: FAISSError.unknownParameter("efSearch", factory: name?.description ?? "")
            ) {
                _ = try restored.search(far, k: 3, parameters: SearchParameters(efSearch: 9))
            }
        }
        var copied = try Index(serialized: bytes)
        try check(copied)
        try check(Index(mapping: memory.bytes))
        try check(Index(mapping: memory.bytes, isTrusted: true))
        try copied.add([Float](repeating: 1e7, count: 32))
        #expect(copied.count == 1_201)
        // Copies of one index were trained alike.
        var other = try Index(serialized: bytes)
        try index.merge(from: &other)
        #expect(index.count == 2_400)
        let points = try copied.operatingPoints(
            for: queries.values,
            truth: copied.search(queries.values, k: 1).labels,
            k: 1,
            trying: ParameterValues(nprobe: factory.contains("IVF") ? [1, 16] : nil)
        )
        #expect(!points.isEmpty)
    }

    @Test(arguments: rotated)
    func `is lost in FAISS's bytes if it has OPQ, which are refused untrained`(
        factory: String
    ) throws {
        var index = try Index(dimension: 32, factory: factory, metric: .l2)
        let error = #expect(throws: FAISSError.self) { _ = try index.faissBytes() }
        guard case .unsupported = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try index.train(rows.values)
        let restored = try Index(trustingFAISSBytes: index.faissBytes())
        #expect(restored.factory == nil)
        let again = try Index(serialized: restored.serialized())
        #expect(again.factory == nil)
    }

    @Test(
        arguments: [
            ("IVF4,Flat", "IVF4,Flat", true), ("IVF4,Flat", "IVF5,Flat", false),
            ("IVF4,Flat", "IVF4,SQ8", false), ("IVF4,Flat", "Flat", false),
            ("IVF4,Flat", "IVF0,Flat", false), ("IVF4,Flat", "nonsense", false),
            ("IVF4,Flat", "IVF04,Flat", false), ("IVF4,Flat", "BFlat", false),
            ("IVF4,Flat", "OPQ4,IVF4,Flat", false), ("OPQ8,Flat", "OPQ8,Flat", true),
            // Other parts of the same rotation are as good; such as do not divide it are not.
            ("OPQ8,Flat", "OPQ16,Flat", true), ("OPQ8,Flat", "OPQ8_32,Flat", true),
            ("OPQ8,Flat", "OPQ8_16,Flat", false), ("OPQ8,Flat", "OPQ5,Flat", false),
            ("OPQ8,Flat", "OPQ0,Flat", false), ("OPQ8,Flat", "OPQ99999999999,Flat", false),
            ("OPQ8,Flat", "OPQ8,OPQ8,Flat", false), ("OPQ8,Flat", "RR,Flat", false),
            ("OPQ8,Flat", "OPQ,Flat", false),
            ("RR32,Flat", "RR,Flat", true), ("RQ2x4_1x4,Flat", "RQ3x4", false),
            ("RQ2x4_1x4", "RQ3x4", true), ("IVF4(HNSW8),Flat", "IVF4_HNSW8,Flat", true),
            ("HNSW8", "HNSW16,Flat", false), ("PCA8,Flat", "PCAR8,Flat", false),
            ("PCA8,Flat", "PCA9,Flat", false), ("IDMap,Flat", "IDMap2,Flat", false),
            ("SQ8", "SQ4", false), ("PQ4", "PQ4x4", false), ("Flat", "Flät", false),
        ]
    )
    func `is refused in a container of another index`(made: String, named: String, fits: Bool)
        throws
    {
        guard let factory = try? FactoryString(made) else { return }
        var index = try Index(dimension: 32, factory: factory, metric: .l2)
        try index.train(rows.values)
        let bytes = try container(of: index, naming: named)
        if fits {
            let restored = try Index(serialized: bytes)
            #expect(restored.factory?.description == named)
            return
        }
        let error = #expect(throws: FAISSError.self) { _ = try Index(serialized: bytes) }
        guard case .malformed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `may be missing`() throws {
        let index = try filled("IVF4,Flat", rows, .l2)
        let restored = try Index(serialized: container(of: index, naming: ""))
        #expect(restored.factory?.description == "IVF4,Flat")
    }
}

@Suite struct `The factory string of an index of bits` {
    private let bits = (0..<500 * 8).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

    @Test(arguments: ["BFlat", "BIVF16", "BIVF16_HNSW8", "BHNSW16", "BHash4", "BHash6x6"])
    func `comes back, and training learns the same`(factory: String) throws {
        var index = try BinaryIndex(dimension: 64, factory: factory)
        let required = index.requiredTrainingRows
        #expect(required == (factory.hasPrefix("BIVF") ? 16 : 0))
        for isFAISS in [false, true] {
            var restored =
                isFAISS
                ? try BinaryIndex(trustingFAISSBytes: index.faissBytes())
                : try BinaryIndex(serialized: index.serialized())
            #expect(restored.factory?.description == factory)
            let restoredRequired = restored.requiredTrainingRows
            #expect(restoredRequired == required)
            guard required > 0 else { continue }
            #expect(throws: FAISSError.tooFewTrainingRows(required: 16, found: 1)) {
                try restored.train(Array(bits.prefix(8)))
            }
            try restored.train(bits)
            var fresh = try BinaryIndex(dimension: 64, factory: factory)
            try fresh.train(bits)
            let isSame = try fresh.faissBytes() == restored.faissBytes()
            #expect(isSame)
        }
        try index.train(bits)
        try index.add(bits)
        let filled = try BinaryIndex(serialized: index.serialized())
        #expect(filled.factory?.description == factory)
        #expect(throws: FAISSError.unknownParameter("max_codes", factory: factory)) {
            _ = try filled.search(bits, k: 1, parameters: SearchParameters(maxCodes: 4))
        }
    }
}
