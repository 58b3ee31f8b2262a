import Foundation
import Quiver
import TestSupport
import Testing

/// The kinds that a collection may have.
private let kinds = IndexKind.all.filter { !$0.isLabelled }
private let kindsUnderMetrics = drawnCases(
    of: kinds.map { kind in Metric.ofNumbers.map { (kind, $0) } }
)

private let vectors = clusteredVectors(count: 1_200, dimension: 32, seed: 77)

@Suite struct `A collection with an index of FAISS's` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    private func filled(_ index: String, _ metric: Metric, _ storage: Storage = .float32) throws
        -> Store
    {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                dimension: 32,
                metric: metric,
                storage: storage,
                index: try IndexSpecification(parsing: index)
            )
        )
        try collection.upsert(
            vectors.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        try collection.maintain()
        return store
    }

    /// recall@10 against the exact answer, whose scores the others must have.
    private func recall(_ collection: Collection) throws -> Double {
        var request = SearchRequest(queries: Array(vectors[..<40]), k: 10)
        let found = try collection.search(request).map(\.hits)
        request.mode = .exact
        let truth = try collection.search(request).map(\.hits)
        var common = 0
        for (hits, best) in zip(found, truth) {
            #expect(hits.count == best.count)
            let scores = Dictionary(uniqueKeysWithValues: best.map { ($0.key, $0.score) })
            for hit in hits {
                guard let score = scores[hit.key] else { continue }
                #expect(hit.score == score)
                common += 1
            }
        }
        return Double(common) / Double(truth.reduce(0) { $0 + $1.count })
    }

    @Test func `has a name of its own for lists`() throws {
        let store = try filled("ivf", .cosine)
        let collection = try store.collection("c")
        #expect(try collection.statistics().unindexedSegmentCount == 0)
        #expect(try recall(collection) >= 0.9)
    }

    @Test(arguments: kindsUnderMetrics)
    func `is searched, changed, opened again and verified`(kind: IndexKind, metric: Metric) throws {
        // By cosine a kind needs to know Euclidean distances or dot products, either.
        guard metric == .cosine || (metric == .l2 ? kind.l2 : kind.dot) != nil else {
            let error = #expect(throws: StoreError.self) { _ = try filled(kind.factory, metric) }
            guard case .unsupportedIndex(_, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(!reason.isEmpty)
            return
        }
        let floor = IndexKind.recallInCollection
        do {
            let store = try filled(kind.factory, metric)
            let collection = try store.collection("c")
            #expect(try collection.statistics().unindexedSegmentCount == 0)
            let whole = try recall(collection)
            #expect(whole >= floor, "recall@10 is \(whole)")
            var batch = WriteBatch()
            for key in 0..<600 { batch.delete(.integer(UInt64(key * 2))) }
            try collection.write(batch)
            let half = try recall(collection)
            #expect(half >= floor, "recall@10 is \(half)")
            store.close()
        }
        let store = try Store.open(at: path)
        let collection = try store.collection("c")
        #expect(try recall(collection) >= floor)
        #expect(collection.configuration.vectorFields[0].index.description.isEmpty == false)
        var batch = WriteBatch()
        for key in 0..<600 where key % 50 != 0 { batch.delete(.integer(UInt64(key * 2 + 1))) }
        try collection.write(batch)
        #expect(try recall(collection) >= floor)
        store.close()
        #expect(try Store.verify(at: path).isSound)
    }

    @Test(arguments: Storage.ofNumbers)
    func `holds rows of every storage type`(storage: Storage) throws {
        let store = try filled("IVF16,SQ8", .cosine, storage)
        #expect(try recall(try store.collection("c")) >= 0.9)
    }

    @Test func `compares row by row while there are too few rows to train`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                dimension: 32,
                index: try IndexSpecification(parsing: "IVF1024,Flat")
            )
        )
        try collection.upsert(
            vectors.prefix(500).enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        try collection.maintain()
        #expect(try recall(collection) == 1)
        #expect(try collection.statistics().unindexedSegmentCount == 0)
    }

    @Test func `tells damage to the file of its index, whatever byte it is`() throws {
        try filled("IVF16,SQ8", .l2).close()
        let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        let name = try #require(files.first { $0.contains("index-0-") })
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        let whole = try Data(contentsOf: url)
        for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 150)) {
            // Zeros of the header page that nothing reads.
            if (40..<4_096).contains(place) { continue }
            var altered = whole
            altered[place] ^= 0x20
            try altered.write(to: url)
            #expect(try !Store.verify(at: path).isSound, "byte \(place)")
        }
        try whole.write(to: url)
        #expect(try Store.verify(at: path).isSound)
    }

    @Test func `takes nprobe with a search`() throws {
        let store = try filled("IVF64,Flat", .l2)
        let collection = try store.collection("c")
        var request = SearchRequest(queries: vectors, k: 10, nprobe: 1)
        let one = try collection.search(request).map { $0.hits.map(\.key) }
        request.nprobe = 64
        let all = try collection.search(request).map { $0.hits.map(\.key) }
        request.mode = .exact
        let truth = try collection.search(request).map { $0.hits.map(\.key) }
        #expect(all == truth)
        #expect(one != truth)
        request.nprobe = 0
        #expect(throws: StoreError.invalidSearch(reason: "nprobe is at least 1, not 0")) {
            _ = try collection.search(request)
        }
    }

    @Test func `is built over some segments only, and a search may set what it has`() throws {
        let store = try filled("IVF16,SQ8", .l2)
        let collection = try store.collection("c")
        // A second segment that has no index yet, and a tail.
        try collection.upsert(
            vectors.prefix(100).enumerated().map {
                Document(key: .string("\($0)"), vector: $1)
            }
        )
        try collection.seal()
        try collection.upsert([Document(key: "tail", vector: vectors[0])])
        var request = SearchRequest(queries: [vectors[0]], k: 3, nprobe: 4, candidateFactor: 3)
        let keys = Set(try collection.search(request)[0].hits.map(\.key))
        #expect(keys == [.integer(0), "0", "tail"])
        request.efSearch = 10
        #expect(throws: StoreError.unknownSearchSetting(.efSearch, index: "IVF16,SQ8")) {
            _ = try collection.search(request)
        }
    }

    @Test(
        arguments: [
            ("exact", []), ("automatic", [.efSearch]), ("graph", [.efSearch]),
            ("ivf", [.nprobe, .candidateFactor]), ("HNSW16,Flat", [.efSearch]),
        ] as [(String, Set<SearchSetting>)]
    )
    func `takes the settings of its own and refuses others`(
        index: String,
        settings: Set<SearchSetting>
    ) throws {
        let store = try filled(index, .l2)
        let collection = try store.collection("c")
        for setting in SearchSetting.allCases {
            var request = SearchRequest(queries: [vectors[0]])
            switch setting {
            case .nprobe: request.nprobe = 3
            case .efSearch: request.efSearch = 30
            case .candidateFactor: request.candidateFactor = 3
            }
            if settings.contains(setting) {
                #expect(try collection.search(request)[0].hits.count == 10)
            } else {
                #expect(throws: StoreError.unknownSearchSetting(setting, index: index)) {
                    _ = try collection.search(request)
                }
            }
        }
    }

    @Test func `leaves out what died since the last search, in every snapshot its own`() throws {
        let store = try filled("IVF64,Flat", .l2)
        let collection = try store.collection("c")
        let request = SearchRequest(queries: [vectors[7]], k: 5, nprobe: 2)
        var batch = WriteBatch()
        batch.delete(.integer(1))
        try collection.write(batch)
        var snapshots: [(snapshot: Snapshot, nearest: Key)] = []
        for _ in 0..<4 {
            let snapshot = try collection.snapshot()
            let nearest = try #require(try snapshot.search(request)[0].hits.first?.key)
            snapshots.append((snapshot, nearest))
            var batch = WriteBatch()
            batch.delete(nearest)
            try collection.write(batch)
        }
        #expect(Set(snapshots.map(\.nearest)).count == 4)
        for (snapshot, nearest) in snapshots {
            #expect(try snapshot.search(request)[0].hits.first?.key == nearest)
        }
    }
}
