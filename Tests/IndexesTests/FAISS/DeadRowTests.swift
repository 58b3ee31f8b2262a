import Indexes
import TestSupport
import Testing

private let vectors = clusteredVectors(count: 12_000, dimension: 16, seed: 31)
private let queries = clusteredVectors(count: 40, dimension: 16, seed: 32)

@Suite struct `A FAISS index with dead rows` {
    private static let kinds = [
        "IVF256,Flat", "IVF256,SQ8", "IVF256,PQ8x4fs,RFlat", "IVF256,PQ8x4fsr,Refine(SQ8)",
        "PQ8x4fs", "HNSW32,SQ8",
    ]

    private let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)

    /// Few lists for a kind that has some.
    private func settings(_ kind: FAISSKind) -> FAISSSearchSettings {
        FAISSSearchSettings(nprobe: kind.searchSettings.contains(.nprobe) ? 8 : nil)
    }

    @Test(arguments: kinds)
    func `answers itself when a tenth is dead, about as well as when none is`(text: String) throws {
        let rows = stored.rows
        let kind = try FAISSKind(text)
        let mapped = try MappedIndex(rows, kind)
        let index = try mapped.index(of: rows)
        let before = try tenNearest(of: queries, in: index, rows, settings: settings(kind))
        #expect(before.answers == [.candidates])
        // Fewer than all: the exact scan would find them all.
        if text.hasPrefix("IVF") { #expect(before.recall < 1) }
        var dead = RowSet(capacity: rows.count)
        var random = SplitMix64(seed: 33)
        for row in 0..<UInt32(rows.count) where random.next() % 10 == 0 { dead.insert(row) }
        let after = try tenNearest(
            of: queries,
            in: index,
            rows,
            dead: dead,
            settings: settings(kind)
        )
        #expect(after.answers == [.candidates])
        #expect(after.recall >= before.recall - 0.03)
    }

    @Test(arguments: kinds.dropLast())
    func `passes over the dead ones even where all that is near is dead`(text: String) throws {
        let rows = stored.rows
        let kind = try FAISSKind(text)
        let mapped = try MappedIndex(rows, kind)
        let index = try mapped.index(of: rows)
        var dead = RowSet(capacity: rows.count)
        for vector in queries {
            var nearest = Nearest(k: 30)
            try ExactIndex.search(rows, query: Query(vector, metric: .l2), into: &nearest)
            for hit in nearest.sorted() { dead.insert(hit.row) }
        }
        let found = try tenNearest(
            of: queries,
            in: index,
            rows,
            dead: dead,
            settings: settings(kind)
        )
        #expect(found.answers == [.candidates])
        #expect(found.recall >= 0.6)
    }

    @Test(arguments: [
        "IVF16,Flat", "IVF16,SQ8", "IVF35,SQ8", "IVF256,SQ8", "PQ8x4fs", "HNSW32,SQ8",
    ])
    func `is not given up for one, but for nearly all`(text: String) throws {
        let rows = stored.rows
        let mapped = try MappedIndex(rows, try FAISSKind(text))
        let index = try mapped.index(of: rows)
        for share in [0, 1, 100] {
            var dead = RowSet(capacity: rows.count)
            for row in 0..<share { dead.insert(UInt32(row * 7)) }
            let found = try tenNearest(of: queries, in: index, rows, dead: dead)
            #expect(found.answers == [.candidates], "\(share) dead")
        }
        var dead = RowSet(capacity: rows.count)
        for row in 0..<UInt32(rows.count) where row % 50 != 0 { dead.insert(row) }
        let found = try tenNearest(of: queries, in: index, rows, dead: dead)
        #expect(found.answers == [.allRows])
        #expect(found.recall == 1)
    }
}
