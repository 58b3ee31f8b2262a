import Indexes
import TestSupport
import Testing

/// Kinds whose rows lose much: what they lose is made up for by asking for more.
@Suite struct `A FAISS index that keeps little of its rows` {
    @Test(arguments: [
        "SQ8,Refine(PQ4)", "PQ8x4fs,Refine(SQ4)", "RQ4x4,Refine(PQ8)", "IVF16,SQ8,Refine(PQ4)",
        "PQ8x4fs,RFlat",
    ])
    func `finds what is near, whatever its refinement loses`(text: String) throws {
        let vectors = clusteredVectors(count: 6_000, dimension: 16, seed: 41)
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, try FAISSKind(text))
        let found = try tenNearest(
            of: clusteredVectors(count: 40, dimension: 16, seed: 42),
            in: try mapped.index(of: rows),
            rows
        )
        #expect(found.answers == [.candidates])
        #expect(found.recall >= 0.97)
    }

    @Test(arguments: Metric.ofNumbers)
    func `finds what is near without the rows' norms`(metric: Metric) throws {
        let vectors = clusteredVectors(count: 6_000, dimension: 16, seed: 43)
        let stored = StoredRows(vectors, storage: .float32, metric: metric, dimension: 16)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, try FAISSKind("L2norm,Flat"))
        let found = try tenNearest(
            of: clusteredVectors(count: 40, dimension: 16, seed: 44),
            in: try mapped.index(of: rows),
            rows
        )
        #expect(found.answers == [.candidates])
        #expect(found.recall >= 0.97)
    }
}
