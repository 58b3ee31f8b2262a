import Indexes
import TestSupport
import Testing

/// An index of FAISS's in memory as a mapped file has it.
private final class MappedIndex {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ rows: Rows, _ kind: FAISSKind, _ settings: FAISSBuildSettings = FAISSBuildSettings())
        throws
    {
        var written: [UInt8] = []
        let built = try FAISSIndex.build(rows: rows, kind: kind, settings: settings)
        try built.write { (piece: UnsafeRawBufferPointer) in
            written.append(contentsOf: piece)
            return true
        }
        bytes = .allocate(byteCount: written.count, alignment: 64)
        bytes.copyBytes(from: written)
    }

    func index(of rows: Rows) throws -> FAISSIndex {
        try FAISSIndex(mapping: UnsafeRawBufferPointer(bytes), rows: rows)
    }

    deinit {
        bytes.deallocate()
    }
}

private struct Case: Sendable, CustomStringConvertible {
    let kind: String
    /// recall@10 that is reached at least, on rows in clusters.
    let recall: Double

    init(_ kind: String, _ recall: Double = 0.9) {
        self.kind = kind
        self.recall = recall
    }

    var description: String { kind }
}

private let cases = [
    Case("SQ8", 0.99), Case("SQ4"), Case("SQfp16", 0.99), Case("PQ8x4"), Case("PQ8x4fs"),
    Case("LSH", 0.8), Case("HNSW16,SQ8"),
    Case("NSG16,Flat"), Case("IVF16,Flat"), Case("IVF16,SQ8"), Case("IVF16,PQ8x4"),
    Case("IVF16,PQ8x4fs"),
    Case("IVF16,PQ8x4fs,RFlat"), Case("IVF16_HNSW8,SQ8"), Case("PCA8,IVF16,Flat"),
    Case("OPQ8,IVF16,PQ8x4fs"),
    Case("RQ4x4"), Case("IVF16,RQ4x4"), Case("PQ8x4,Refine(SQ8)"), Case("L2norm,IVF16,SQ8", 0.3),
]

private let vectors = clusteredVectors(count: 1_500, dimension: 16, seed: 5)
private let queries = clusteredVectors(count: 30, dimension: 16, seed: 6)

@Suite struct `A FAISS index of a segment` {
    private func recall(
        _ index: FAISSIndex,
        _ rows: Rows,
        dead: RowSet? = nil,
        settings: FAISSSearchSettings = FAISSSearchSettings()
    ) throws -> Double {
        var common = 0
        var wanted = 0
        for vector in queries {
            let query = Query(vector, metric: rows.metric)
            var found = Nearest(k: 10)
            try index.search(rows, query: query, settings: settings, excluding: dead, into: &found)
            var truth = Nearest(k: 10)
            try ExactIndex.search(rows, query: query, excluding: dead, into: &truth)
            let hits = found.sorted()
            for hit in hits {
                #expect(dead?.contains(hit.row) != true)
                let distance = try rows.distance(from: query, to: Int(hit.row))
                #expect(hit.distance == distance)
            }
            let trueRows = Set(truth.sorted().map(\.row))
            common += hits.count { trueRows.contains($0.row) }
            wanted += trueRows.count
            #expect(hits.count == trueRows.count)
        }
        return Double(common) / Double(wanted)
    }

    @Test(arguments: cases, Metric.allCases)
    fileprivate func `finds what is near, whatever is dead`(_ given: Case, metric: Metric) throws {
        let kind = try FAISSKind(given.kind)
        do throws(IndexError) {
            try kind.check(dimension: 16, metric: metric)
        } catch {
            // Some kinds are for Euclidean distances alone, and by them for cosine.
            #expect(metric == .innerProduct)
            return
        }
        let stored = StoredRows(vectors, storage: .float32, metric: metric, dimension: 16)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, kind)
        let index = try mapped.index(of: rows)
        let floor = metric == .innerProduct ? given.recall - 0.25 : given.recall
        #expect(try recall(index, rows) >= floor)
        for share in [2, 100] {
            var dead = RowSet(capacity: rows.count)
            for row in 0..<rows.count where row % share != 0 || share == 2 && row % 2 == 0 {
                if share == 2 ? row % 2 == 0 : row % 100 != 0 { dead.insert(UInt32(row)) }
            }
            #expect(try recall(index, rows, dead: dead) >= floor - 0.05)
        }
    }

    @Test(arguments: Storage.allCases)
    func `is built over rows of every storage type`(storage: Storage) throws {
        let stored = StoredRows(vectors, storage: storage, metric: .cosine, dimension: 16)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, try #require(InvertedFile.kind(rowCount: rows.count)))
        #expect(try recall(try mapped.index(of: rows), rows) >= 0.9)
    }

    @Test func `visits all lists and finds all when it is told to`() throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)
        let rows = stored.rows
        let index = try FAISSKind("IVF16,Flat")
        let mapped = try MappedIndex(rows, index)
        #expect(
            try recall(try mapped.index(of: rows), rows, settings: FAISSSearchSettings(nprobe: 16))
                == 1
        )
    }

    @Test(arguments: ["IVF16,SQ8", "HNSW8,SQ8", "PQ8x4fs"])
    func `has the same bytes for the same seed, with more threads, too`(text: String) throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)
        let rows = stored.rows
        let kind = try FAISSKind(text)
        var settings = FAISSBuildSettings()
        settings.seed = 3
        settings.trainingByteCount = 700 * 64
        let one = try MappedIndex(rows, kind, settings)
        let two = try MappedIndex(rows, kind, settings)
        settings.threadCount = 3
        let three = try MappedIndex(rows, kind, settings)
        #expect(two.bytes.elementsEqual(one.bytes))
        #expect(three.bytes.elementsEqual(one.bytes))
        withExtendedLifetime((one, two, three)) {}
    }

    @Test func `is refused with any byte of its front altered, and for other rows`() throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, try FAISSKind("IVF16,SQ8"))
        // The seed and the default of nprobe mean nothing to the rows.
        for place in 0..<128 where !(28..<40).contains(place) {
            let before = mapped.bytes[place]
            mapped.bytes[place] ^= 0x11
            #expect(throws: IndexError.self, "byte \(place)") { _ = try mapped.index(of: rows) }
            mapped.bytes[place] = before
        }
        let fewer = StoredRows(
            Array(vectors.prefix(1_499)),
            storage: .float32,
            metric: .l2,
            dimension: 16
        )
        #expect(throws: IndexError.rowCountMismatch(.faiss, expected: 1_499, found: 1_500)) {
            _ = try mapped.index(of: fewer.rows)
        }
        let other = StoredRows(vectors, storage: .float32, metric: .cosine, dimension: 16)
        #expect(throws: IndexError.self) { _ = try mapped.index(of: other.rows) }
        for count in [0, 63, 64, 127, 128, mapped.bytes.count - 1] {
            #expect(throws: IndexError.self) {
                _ = try FAISSIndex(
                    mapping: UnsafeRawBufferPointer(rebasing: mapped.bytes[..<count]),
                    rows: rows
                )
            }
        }
    }

    @Test func `stops when it is told to`() throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)
        #expect(throws: IndexError.cancelled) {
            _ = try FAISSIndex.build(rows: stored.rows, kind: try FAISSKind("IVF16,SQ8")) { _ in
                false
            }
        }
    }

    @Test(arguments: [
        "IDMap,Flat", "Flat,IDMap2", "BFlat", "BIVF16", "IVF0,Flat", "PQ0", "", "exact",
    ])
    func `is refused by name where it cannot serve`(text: String) {
        #expect {
            _ = try FAISSKind(text)
        } throws: {
            guard case .unsupportedKind(text, let reason) = $0 as? IndexError else { return false }
            return !reason.isEmpty
        }
    }

    @Test func `of few rows is not built`() throws {
        #expect(InvertedFile.kind(rowCount: 999) == nil)
        #expect(try FAISSKind("IVF64,SQ8").minimumRowCount(dimension: 32) == 64)
        #expect(try FAISSKind("PQ8").minimumRowCount(dimension: 32) == 256)
        #expect(try FAISSKind("HNSW24").graphM == 24)
        #expect(try FAISSKind("HNSW24,SQ8").graphM == nil)
        #expect(try FAISSKind("Flat").isExact)
    }
}
