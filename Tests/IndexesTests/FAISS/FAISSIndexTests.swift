import Glibc
import Indexes
import TestSupport
import Testing

private let dimension = IndexKind.dimension
private let kinds = IndexKind.all.filter { !$0.isLabelled }
private let kindsUnderMetrics = drawnCases(
    of: kinds.map { kind in Metric.ofNumbers.map { (kind, $0) } }
)
private let vectors = clusteredVectors(count: 1_500, dimension: dimension, seed: 5)
private let queries = clusteredVectors(count: 30, dimension: dimension, seed: 6)

@Suite struct `A FAISS index of a segment` {
    private func recall(
        _ index: FAISSIndex,
        _ rows: Rows,
        dead: RowSet? = nil,
        settings: FAISSSearchSettings = FAISSSearchSettings()
    ) throws -> Double {
        try tenNearest(of: queries, in: index, rows, dead: dead, settings: settings).recall
    }

    @Test(arguments: kindsUnderMetrics)
    func `finds what is near, whatever is dead`(_ given: IndexKind, metric: Metric) throws {
        let kind = try FAISSKind(given.factory)
        do throws(IndexError) {
            try kind.check(dimension: dimension, metric: metric)
        } catch {
            // Cosine is compared as Euclidean distance of unit vectors.
            #expect((metric == .innerProduct ? given.dot : given.l2) == nil)
            return
        }
        let stored = StoredRows(vectors, storage: .float32, metric: metric, dimension: dimension)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, kind)
        let index = try mapped.index(of: rows)
        #expect(index.kind == kind)
        let floor = IndexKind.recallInCollection
        #expect(try recall(index, rows) >= floor)
        for isAlive: (Int) -> Bool in [{ $0 % 2 != 0 }, { $0 % 100 == 0 }] {
            var dead = RowSet(capacity: rows.count)
            for row in 0..<rows.count where !isAlive(row) { dead.insert(UInt32(row)) }
            #expect(try recall(index, rows, dead: dead) >= floor)
        }
    }

    @Test(arguments: Storage.ofNumbers)
    func `is built over rows of every storage type`(storage: Storage) throws {
        let stored = StoredRows(vectors, storage: storage, metric: .cosine, dimension: dimension)
        let rows = stored.rows
        let mapped = try MappedIndex(rows, try #require(InvertedFile.kind(rowCount: rows.count)))
        #expect(try recall(try mapped.index(of: rows), rows) >= 0.9)
    }

    @Test func `visits all lists and finds all when it is told to`() throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: dimension)
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
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: dimension)
        let rows = stored.rows
        let kind = try FAISSKind(text)
        var settings = FAISSBuildSettings()
        settings.seed = 3
        settings.trainingByteCount = 700 * dimension * 4
        let one = try MappedIndex(rows, kind, settings)
        let two = try MappedIndex(rows, kind, settings)
        settings.threadCount = 3
        let three = try MappedIndex(rows, kind, settings)
        #expect(two.bytes.elementsEqual(one.bytes))
        #expect(three.bytes.elementsEqual(one.bytes))
        withExtendedLifetime((one, two, three)) {}
    }

    @Test func `is refused with any byte of its front altered, and for other rows`() throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: dimension)
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
            dimension: dimension
        )
        #expect(throws: IndexError.rowCountMismatch(.faiss, expected: 1_499, found: 1_500)) {
            _ = try mapped.index(of: fewer.rows)
        }
        let other = StoredRows(vectors, storage: .float32, metric: .cosine, dimension: dimension)
        #expect(throws: IndexError.self) { _ = try mapped.index(of: other.rows) }
        let short = IndexError.wrongLength(.faiss, expected: 64, found: 63)
        #expect("\(short)" == "a FAISS index of 63 bytes, its header says 64")
        #expect(throws: short) {
            _ = try FAISSIndex(
                mapping: UnsafeRawBufferPointer(rebasing: mapped.bytes[..<63]),
                rows: rows
            )
        }
        for count in [0, 63, 64, 127, 128, mapped.bytes.count - 1] {
            #expect(throws: IndexError.self) {
                _ = try FAISSIndex(
                    mapping: UnsafeRawBufferPointer(rebasing: mapped.bytes[..<count]),
                    rows: rows
                )
            }
        }
    }

    /// The container of one index behind the header of another.
    private func forged(_ rows: Rows, header: MappedIndex, container: MappedIndex) throws {
        // Both strings are short, so that the containers begin at the same place.
        let place = 128
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: container.bytes.count,
            alignment: 64
        )
        defer { bytes.deallocate() }
        bytes.copyBytes(from: container.bytes)
        let length = Array(bytes[40..<48])
        bytes.copyBytes(from: header.bytes[..<place])
        UnsafeMutableRawBufferPointer(rebasing: bytes[40..<48]).copyBytes(from: length)
        _ = try FAISSIndex(mapping: UnsafeRawBufferPointer(bytes), rows: rows)
    }

    @Test func `is refused where its container holds another index than its header says`() throws {
        func stored(_ metric: Metric) -> StoredRows {
            StoredRows(vectors, storage: .float32, metric: metric, dimension: dimension)
        }
        let (l2, product, cosine) = (stored(.l2), stored(.innerProduct), stored(.cosine))
        let bytes = try MappedIndex(l2.rows, try FAISSKind("IVF16,SQ8"))
        try forged(l2.rows, header: bytes, container: bytes)
        let halves = try MappedIndex(l2.rows, try FAISSKind("IVF16,SQ4"))
        #expect(
            throws: IndexError.damagedIndex(reason: "it is of another kind than its header says")
        ) {
            try forged(l2.rows, header: bytes, container: halves)
        }
        for other in [product, cosine] {
            let foreign = try MappedIndex(other.rows, try FAISSKind("IVF16,SQ8"))
            #expect(
                throws: IndexError.damagedIndex(
                    reason: "it compares rows otherwise than its header says"
                )
            ) {
                try forged(l2.rows, header: bytes, container: foreign)
            }
        }
    }

    @Test func `is trained with the threads that it is given`() async {
        await #expect(processExitsWith: .success) {
            let vectors = clusteredVectors(count: 20_000, dimension: 16, seed: 5)
            let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 16)
            var settings = FAISSBuildSettings()
            settings.threadCount = 3
            let before = threadCount()
            var most = 0
            _ = try FAISSIndex.build(
                rows: stored.rows,
                kind: try FAISSKind("IVF64,SQ8"),
                settings: settings
            ) { rowsDone in
                if rowsDone == 0 { most = max(most, threadCount()) }
                return true
            }
            exit(most == before + 2 ? 0 : 1)
        }
    }

    /// In a sample of all rows but one, and in the second of two portions.
    @Test(arguments: [("IVF16,SQ8", 16, 1_099), ("SQ8", 8_192, 16)])
    func `names the row that stands against it by its number in the segment`(
        text: String,
        dimension: Int,
        trainingRowCount: Int
    ) throws {
        var vectors = clusteredVectors(count: 1_100, dimension: dimension, seed: 8)
        vectors[1_099][3] = 1e16
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: dimension)
        var settings = FAISSBuildSettings()
        settings.trainingByteCount = trainingRowCount * dimension * 4
        let reason = "row 1099 holds a number beyond ±1e+15"
        #expect(throws: IndexError.unbuildable(reason: reason)) {
            _ = try FAISSIndex.build(
                rows: stored.rows,
                kind: try FAISSKind(text),
                settings: settings
            )
        }
    }

    @Test func `knows the settings that mean something to it`() throws {
        for (text, settings) in [
            ("HNSW16", [.efSearch]), ("HNSW16,SQ8", [.efSearch, .candidateFactor]),
            ("NSG16,Flat", [.efSearch]), ("IVF16,Flat", [.nprobe]),
            ("IVF16_HNSW8,SQ8", [.nprobe, .candidateFactor]), ("SQ8", [.candidateFactor]),
            ("Flat", []), ("IVF16,Flat,Refine(SQ8)", [.nprobe, .candidateFactor]),
            ("PCA8,IVF16,Flat", [.nprobe, .candidateFactor]),
        ] as [(String, Set<SearchSetting>)] {
            #expect(try FAISSKind(text).searchSettings == settings, "\(text)")
        }
    }

    @Test func `stops when it is told to`() throws {
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: dimension)
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

/// The threads of this process, as the kernel counts them.
private func threadCount() -> Int {
    guard let directory = opendir("/proc/self/task") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
        if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
}
