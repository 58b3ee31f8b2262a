import FAISS
import Indexes
import TestSupport
import Testing

@Suite struct `A trained index` {
    /// What is left of an index when its rows are taken out again.
    private func emptied(_ built: borrowing FAISSIndex.Built) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try built.write {
            bytes += $0
            return true
        }
        let magic = Array("QVFAISS\0".utf8)
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: magic) }
        )
        var index = try FAISS.Index(serialized: Array(bytes[start...]).span.bytes)
        #expect(index.count == 3_000)
        try index.reset()
        return try index.serialized()
    }

    @Test(arguments: ["IVF16,SQ8", "IVF16,PQ8x4fs,RFlat", "SQ8", "PCA8,IVF16,Flat"])
    func `is what an index of other rows is made of`(factory: String) throws {
        let kind = try FAISSKind(factory)
        let stored = StoredRows(
            clusteredVectors(count: 3_000, dimension: 24, seed: 81),
            storage: .float32,
            metric: .l2,
            dimension: 24
        )
        let other = clusteredVectors(count: 2_000, dimension: 24, spread: 1.5, seed: 82)
        let trained = try TrainedIndex(
            of: other.flatMap(\.self),
            dimension: 24,
            metric: .l2,
            kind: kind
        )
        #expect(try TrainedIndex(trained.bytes) == trained)
        let begun = try FAISSIndex.build(rows: stored.rows, kind: kind, trained: trained)
        #expect(try TrainedIndex(try emptied(begun)) == trained)
        let own = try FAISSIndex.build(rows: stored.rows, kind: kind)
        #expect(try TrainedIndex(try emptied(own)) != trained)
    }
}
