import FAISS
import Testing

private let rows = ClusteredRows(count: 700, dimension: 16, clusters: 20, seed: 61)
private let others = ClusteredRows(count: 700, dimension: 16, clusters: 9, spread: 0.9, seed: 62)

/// Rows of one would be read with what the other learned, and be others.
@Suite struct `Indexes that were trained apart` {
    @Test(
        arguments: [
            "SQ8", "PQ4", "PQ4x4fs", "RQ2x4", "LSHt", "IVF8,Flat", "IVF8,SQ8", "IVF8,PQ4x4",
            "IVF8,PQ4x4fs", "IVF8,RQ2x4", "IVF8,PQ4+4", "IVF8_HNSW8,Flat", "IMI2x2,Flat",
            "PCA8,Flat", "PCA8,IVF8,Flat", "SQ8,RFlat", "PQ4x4fs,Refine(SQ8)", "IDMap,SQ8",
            "IDMap2,IVF8,Flat",
        ]
    )
    func `are not merged`(factory: String) throws {
        var index = try filled(factory, rows, .l2)
        var other = try filled(factory, others, .l2)
        let (before, otherBefore) = (try index.serialized(), try other.serialized())
        #expect(throws: FAISSError.notMergeable(reason: "they were not trained alike")) {
            try index.merge(from: &other)
        }
        #expect(index.count == 700 && other.count == 700)
        #expect(try index.serialized() == before)
        #expect(try other.serialized() == otherBefore)
        // Neither is the worse for it.
        try index.add(Array(rows[0]))
        #expect(index.count == 701)
    }

    @Test(
        arguments: [
            ("SQ8", "SQ4", "they were not trained alike"),
            ("PQ4x4", "PQ4", "they were not trained alike"),
            ("IVF8,Flat", "IVF4,Flat", "they were not trained alike"),
            ("Flat", "SQ8", "they are of different kinds"),
            ("IVF8,Flat", "IVF8,SQ8", "they are of different kinds"),
            ("PCA8,Flat", "RR8,Flat", "they were not trained alike"),
            ("IDMap,Flat", "Flat", "they are of different kinds"),
            ("HNSW8", "HNSW8", "rows of a graph cannot be moved"),
        ]
    )
    func `are not merged if they are of different kinds`(
        factory: String,
        otherFactory: String,
        reason: String
    ) throws {
        var index = try filled(factory, rows, .l2)
        var other = try filled(otherFactory, rows, .l2)
        let (before, otherBefore) = (try index.serialized(), try other.serialized())
        #expect(throws: FAISSError.notMergeable(reason: reason)) {
            try index.merge(from: &other)
        }
        #expect(try index.serialized() == before)
        #expect(try other.serialized() == otherBefore)
    }
}

/// Blocks hold 32 rows, of which the last ones may still be free.
@Suite struct `A merged index of blocks` {
    @Test(arguments: [
        "PQ4x4fs", "IDMap,PQ4x4fs", "PQ4x4fs,RFlat", "PCA8,PQ4x4fs", "RQ2x4fs_32_Nrq2x4",
    ])
    func `takes more rows as one that was filled in one go`(factory: String) throws {
        var whole = try Index(dimension: 16, factory: factory, metric: .l2)
        try whole.train(rows.values)
        let trained = try whole.faissBytes()
        var left = try Index(trustingFAISSBytes: trained)
        var right = try Index(trustingFAISSBytes: trained)
        func part(_ range: Range<Int>) -> [Float] {
            Array(rows.values[range.lowerBound * 16..<range.upperBound * 16])
        }
        for range in [0..<250, 250..<270, 270..<287] { try whole.add(part(range)) }
        try left.add(part(0..<250))
        try right.add(part(250..<270))
        // Labels of the caller's stay as they are unless he says more.
        try left.merge(from: &right, shiftingLabelsBy: left.labels == .mapped ? 250 : nil)
        try left.add(part(270..<287))
        let labels = (250..<287).map { Int64($0) }
        let given = try left.reconstruct(labels)
        #expect(try whole.reconstruct(labels) == given)
    }
}
