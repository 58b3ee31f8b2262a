import Foundation
import Quiver
import TestSupport
import Testing

@Suite struct RecallTests {
    private let directory = TemporaryDirectory()

    private static let dimension = 24

    /// A collection whose rows are indexed and whose recall is measured, and queries like its rows.
    private func collection(
        _ index: IndexSpecification = .graph,
        metric: Metric = .cosine,
        count: Int = 3_000
    ) throws -> (store: Store, collection: Collection, queries: [[Float]]) {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: Self.dimension, metric: metric, index: index)
        )
        let vectors = clusteredVectors(
            count: count + 300,
            dimension: Self.dimension,
            clusterCount: 60,
            seed: 5
        )
        try collection.upsert(
            vectors[..<count].enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        try collection.maintain(threadCount: 2)
        if count < 5_000 { try collection.calibrate(options: CalibrationOptions(threadCount: 2)) }
        return (store, collection, Array(vectors[count...]))
    }

    /// The share of the exact answers that a search with a recall target finds, and how it says it was come by.
    private func found(
        _ recall: Double,
        _ queries: [[Float]],
        in collection: Collection
    ) throws -> (share: Double, choices: [RecallChoice]) {
        var request = SearchRequest(queries: queries)
        request.mode = .exact
        let truth = try collection.search(request)
        request.mode = .automatic
        request.recall = recall
        request.explains = true
        let answers = try collection.search(request)
        var (same, all) = (0, 0)
        for (one, other) in zip(truth, answers) {
            same += Set(one.hits.map(\.key)).intersection(other.hits.map(\.key)).count
            all += one.hits.count
        }
        return (Double(same) / Double(all), answers.compactMap { $0.explanation?.recall })
    }

    private var recallFile: String { directory.file("store/recall/1-0") }

    @Test(arguments: ["graph", "ivf", "IVF32,SQ8", "HNSW8,SQ8"], Metric.ofNumbers)
    func `a recall target is kept, and more of it costs more`(index: String, metric: Metric) throws
    {
        let (_, collection, queries) = try collection(
            try IndexSpecification(parsing: index),
            metric: metric
        )
        var efforts: [Double] = []
        for target in [0.8, 0.9, 0.95, 0.99] {
            let (share, choices) = try found(target, queries, in: collection)
            #expect(share >= target - 0.02, "\(target)")
            #expect(choices.count == queries.count && choices.allSatisfy { $0.recall == target })
            efforts.append(try #require(choices.last).effort ?? .infinity)
        }
        #expect(efforts == efforts.sorted())
    }

    @Test func `what was measured is there for every sample and count, and grows with the effort`()
        throws
    {
        let (store, collection, _) = try collection()
        let calibration = try #require(try collection.snapshot().calibration())
        #expect(
            Set(calibration.curves.map { "\($0.basis) \($0.k)" })
                == [
                    "rows 1", "rows 10", "rows 100", "mixtures 1", "mixtures 10", "mixtures 100",
                ]
        )
        for curve in calibration.curves {
            #expect(try #require(curve.points.last).recall > 0.98)
            for (one, next) in zip(curve.points, curve.points.dropFirst()) {
                #expect(one.effort < next.effort)
                #expect(one.recall <= next.recall + 0.01)
                #expect(one.distanceCount <= next.distanceCount)
            }
        }
        let shown = try collection.statistics().vectorFields[0].recall
        #expect(shown.map(\.basis) == [.rows])
        #expect(shown[0].effort == 1 && shown[0].interval.contains(shown[0].recall))
        // Read from its file by another handle.
        store.close()
        let other = try Store.open(at: directory.file("store"), access: .readOnly)
        #expect(try other.collection("c").snapshot().calibration() == calibration)
    }

    @Test func `the same seed measures the same, on however many threads`() throws {
        let (_, collection, _) = try collection(count: 2_000)
        func curves(_ seed: UInt64, threads: Int) throws -> [RecallCurve]? {
            let options = CalibrationOptions(queryCount: 200, seed: seed, threadCount: threads)
            return try collection.calibrate(options: options)?.curves
        }
        let one = try curves(1, threads: 1)
        #expect(try curves(1, threads: 3) == one)
        #expect(try curves(2, threads: 1) != one)
    }

    @Test func `the interval has the recall of all rows in nearly every sample`() throws {
        let (_, collection, _) = try collection(count: 3_000)
        func curve(_ seed: UInt64, count: Int) throws -> RecallCurve {
            let options = CalibrationOptions(queryCount: count, seed: seed, threadCount: 2)
            let calibration = try #require(try collection.calibrate(options: options))
            return try #require(calibration.curve(.rows, k: 10))
        }
        let all = try curve(0, count: 3_000)
        #expect(all.queryCount == 3_000)
        var (inside, trials) = (0, 0)
        for seed in UInt64(1)...20 {
            let sample = try curve(seed, count: 300)
            for effort in [0.125, 0.25] {
                trials += 1
                let truth = all.estimate(atEffort: effort).recall
                inside += sample.estimate(atEffort: effort).interval.contains(truth) ? 1 : 0
            }
        }
        #expect(Double(inside) >= 0.9 * Double(trials), "\(inside) of \(trials)")
    }

    @Test func `where nothing is known every row is compared`() throws {
        let (_, collection, queries) = try collection()
        try FileManager.default.removeItem(atPath: directory.file("store/recall"))
        let other = try Store.open(at: directory.file("store"), access: .readOnly)
            .collection("c")
        let (share, choices) = try found(0.8, Array(queries[..<20]), in: other)
        #expect(share == 1)
        #expect(choices.allSatisfy { $0.basis == nil && $0.effort == nil })
        #expect(try other.snapshot().calibration() == nil)
        #expect(try other.statistics().vectorFields[0].recall == [])
        _ = collection
    }

    @Test func `a damaged file is as good as none`() throws {
        let (store, _, queries) = try collection(count: 2_000)
        store.close()
        let whole = try #require(FileManager.default.contents(atPath: recallFile))
        var random = SplitMix64(seed: 3)
        var damaged = (0..<20).map { _ in
            var bytes = whole
            bytes[Int.random(in: 0..<whole.count, using: &random)] ^=
                1
                << UInt8.random(
                    in: 0..<8,
                    using: &random
                )
            return bytes
        }
        damaged += [Data(), whole.prefix(8), whole.dropLast(), whole + [0]]
        for bytes in damaged {
            try bytes.write(to: URL(fileURLWithPath: recallFile))
            let store = try Store.open(at: directory.file("store"), access: .readOnly)
            let collection = try store.collection("c")
            #expect(try collection.snapshot().calibration() == nil)
            #expect(try found(0.9, Array(queries[..<3]), in: collection).share == 1)
        }
    }

    @Test func `it is measured again where much has changed, and not where little has`() throws {
        let (_, collection, _) = try collection(count: 5_500)
        func commit() throws -> UInt64? { try collection.snapshot().calibration()?.commit }
        let first = try commit()
        try collection.upsert([
            Document(key: "one", vector: clusteredVectors(count: 1, dimension: 24, seed: 1)[0])
        ])
        try collection.maintain()
        #expect(try commit() == first)
        var batch = WriteBatch()
        for key in UInt64(0)..<1_000 { batch.delete(.integer(key)) }
        try collection.write(batch)
        #expect(try commit() == first)
        try collection.maintain()
        #expect(try #require(try commit()) > #require(first))
    }

    @Test func `queries are kept, and measured with once they are enough`() throws {
        let (_, collection, queries) = try collection(count: 5_500)
        var request = SearchRequest(queries: Array(queries[..<150]))
        request.recall = 0.9
        request.keepsQueries = false
        _ = try collection.search(request)
        let kept = directory.file("store/recall/1-0-queries")
        #expect(!FileManager.default.fileExists(atPath: kept))
        request.keepsQueries = true
        request.scope.filter = nil
        _ = try collection.search(request)
        #expect(FileManager.default.fileExists(atPath: kept))
        try collection.maintain()
        let calibration = try #require(try collection.snapshot().calibration())
        let curve = try #require(calibration.curve(.queries, k: 10))
        #expect((100...150).contains(curve.queryCount))
        #expect(
            try collection.statistics().vectorFields[0].recall.map(\.basis) == [.rows, .queries]
        )
        // Those that are given take their place.
        let given = try collection.calibrate(
            queries: queries,
            options: CalibrationOptions(queryCount: 300)
        )
        #expect(given?.curve(.queries, k: 10)?.queryCount == 300)
        #expect(given?.curve(.farQueries, k: 10)?.queryCount == 150)
        // A torn entry is passed over, and so is a file of something else.
        let handle = try #require(FileHandle(forUpdatingAtPath: kept))
        try handle.seek(toOffset: 64 + 20)
        try handle.write(contentsOf: Data([1, 2, 3, 4, 5]))
        try handle.close()
        #expect(
            try collection.calibrate(options: CalibrationOptions(queryCount: 300))?
                .curve(.queries, k: 10)?.queryCount == 299
        )
        try Data(repeating: 7, count: 5_000).write(to: URL(fileURLWithPath: kept))
        #expect(try collection.calibrate()?.curve(.queries, k: 10) == nil)
    }

    @Test func `a cancelled measurement leaves what was known`() throws {
        let (_, collection, _) = try collection()
        let before = try collection.snapshot().calibration()
        let countdown = Countdown(5)
        #expect(throws: StoreError.cancelled) {
            try collection.calibrate(options: CalibrationOptions(seed: 9)) { _ in
                countdown.next()
            }
        }
        #expect(try collection.snapshot().calibration() == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.file("store/staging"))
                == []
        )
    }

    @Test(arguments: [1, 3, 10, 40, 250])
    func `a target is kept of codes, however few are wanted`(k: Int) throws {
        let (_, collection, queries) = try collection(try IndexSpecification(parsing: "PQ8"))
        var request = SearchRequest(queries: queries, k: k)
        request.mode = .exact
        let truth = try collection.search(request)
        request.mode = .automatic
        request.recall = 0.9
        let found = try collection.search(request)
        let same = zip(truth, found).reduce(0) {
            $0 + Set($1.0.hits.map(\.key)).intersection($1.1.hits.map(\.key)).count
        }
        #expect(Double(same) >= 0.87 * Double(k * queries.count), "\(same)")
    }

    @Test func `a target is kept of what is left when much has died, before it is measured again`()
        throws
    {
        let (_, collection, queries) = try collection(count: 5_500)
        var batch = WriteBatch()
        for key in UInt64(0)..<5_500 where key % 5 < 2 { batch.delete(.integer(key)) }
        try collection.write(batch)
        for target in [0.8, 0.9, 0.95] {
            let (share, choices) = try found(target, queries, in: collection)
            #expect(share >= target - 0.02, "\(target)")
            #expect(choices.allSatisfy { $0.effort != nil })
        }
    }

    @Test func `the whole truth is every row compared, and no k is too large`() throws {
        let (_, collection, queries) = try collection()
        let (share, choices) = try found(1, Array(queries[..<5]), in: collection)
        #expect(share == 1 && choices.allSatisfy { $0.effort == nil })
        var request = SearchRequest(queries: [queries[0]], k: .max)
        for recall in [0.5, 0.99, 0.9999] {
            request.recall = recall
            #expect(try collection.search(request)[0].hits.count == 3_000)
        }
        request.k = 10
        request.offset = .max
        #expect(try collection.search(request)[0].hits.isEmpty)
    }

    @Test func `the pages of a query are pages of one list, whatever is asked between them`() throws
    {
        let (_, collection, queries) = try collection()
        var request = SearchRequest(queries: [queries[0]], k: 5)
        request.recall = 0.8
        var pages = try collection.search(request)[0].hits.map(\.key)
        var others = SearchRequest(queries: Array(queries[1..<200]))
        others.recall = 0.8
        _ = try collection.search(others)
        for page in 1..<4 {
            request.offset = page * 5
            pages += try collection.search(request)[0].hits.map(\.key)
        }
        #expect(pages.count == 20 && Set(pages).count == 20)
    }

    @Test func `queries are kept in a file of the store's own alone`() throws {
        let (store, collection, queries) = try collection()
        let path = directory.file("store/recall/1-0-queries")
        let victim = directory.file("victim")
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
        var request = SearchRequest(queries: Array(queries[..<20]))
        request.recall = 0.9
        _ = try collection.search(request)
        #expect(FileManager.default.contents(atPath: victim) == Data("precious".utf8))
        try FileManager.default.removeItem(atPath: path)
        #expect(mkfifo(path, 0o600) == 0)
        request = SearchRequest(queries: Array(queries[20..<40]))
        request.recall = 0.9
        _ = try collection.search(request)
        store.close()
        // Nothing depends on the folder.
        try FileManager.default.removeItem(atPath: directory.file("store/recall"))
        try Data("no folder".utf8).write(to: URL(fileURLWithPath: directory.file("store/recall")))
        let other = try Store.open(at: directory.file("store"))
        let again = try other.collection("c")
        try again.maintain()
        #expect(try found(0.9, [queries[50]], in: again).share == 1)
    }

    @Test func `a collection's own target counts where a search says nothing`() throws {
        let (_, collection, queries) = try collection()
        func choice(_ change: (inout SearchRequest) -> Void = { _ in }) throws -> RecallChoice? {
            var request = SearchRequest(queries: [queries[0]])
            request.explains = true
            change(&request)
            return try collection.search(request)[0].explanation?.recall
        }
        #expect(try choice() == nil)
        try collection.alter([.setRecall(0.9)])
        #expect(try choice()?.recall == 0.9)
        #expect(try choice()?.basis != nil)
        #expect(try choice { $0.recall = 0.99 }?.recall == 0.99)
        #expect(try choice { $0.efSearch = 20 } == nil)
        #expect(try choice { $0.mode = .exact } == nil)
        #expect(throws: StoreError.self) { try collection.alter([.setRecall(1.5)]) }
        try collection.alter([.setRecall(nil)])
        #expect(try choice() == nil)
        let other = try collectionOfItsOwn()
        #expect(other.configuration.recall == 0.75)
    }

    private func collectionOfItsOwn() throws -> Collection {
        let store = try Store.create(at: directory.file("other"))
        var configuration = CollectionConfiguration(dimension: 2)
        configuration.recall = 0.75
        _ = try store.createCollection("c", configuration)
        store.close()
        return try Store.open(at: directory.file("other"), access: .readOnly).collection("c")
    }

    @Test func `targets and samples that cannot be are refused`() throws {
        let (store, collection, queries) = try collection(count: 2_000)
        func refused(_ change: (inout SearchRequest) -> Void) {
            var request = SearchRequest(queries: [queries[0]])
            change(&request)
            #expect(throws: StoreError.self) { try collection.search(request) }
        }
        refused { $0.recall = 0 }
        refused { $0.recall = 1.01 }
        refused { $0.recall = .nan }
        refused {
            $0.recall = 0.9
            $0.efSearch = 50
        }
        #expect(throws: StoreError.self) {
            try collection.calibrate(options: CalibrationOptions(queryCount: 99))
        }
        #expect(throws: StoreError.self) {
            try collection.calibrate(options: CalibrationOptions(queryCount: .max))
        }
        #expect(throws: StoreError.unknownVectorField("x", collection: "c")) {
            try collection.calibrate(vectorField: "x")
        }
        #expect(throws: StoreError.dimensionMismatch(key: nil, field: "", expected: 24, found: 2)) {
            try collection.calibrate(queries: [[1, 2]])
        }
        store.close()
        let reader = try Store.open(at: directory.file("store"), access: .readOnly)
        #expect(throws: StoreError.readOnly(path: directory.file("store"))) {
            try reader.collection("c").calibrate()
        }
    }

    @Test func `a dropped vector field's files go when a writer opens the store`() throws {
        let (store, collection, queries) = try collection(count: 2_000)
        var request = SearchRequest(queries: queries)
        request.recall = 0.9
        _ = try collection.search(request)
        let folder = directory.file("store/recall")
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == [
                "1-0", "1-0-queries",
            ]
        )
        try collection.alter([
            .addVectorField(VectorField(name: "other", dimension: 2)), .dropVectorField(""),
        ])
        store.close()
        _ = try Store.open(at: directory.file("store"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func `a dropped collection's files go when a writer opens the store`() throws {
        let (store, _, _) = try collection(count: 2_000)
        #expect(FileManager.default.fileExists(atPath: recallFile))
        try store.dropCollection("c")
        store.close()
        _ = try Store.open(at: directory.file("store"))
        #expect(!FileManager.default.fileExists(atPath: recallFile))
    }

    @Test func `without an index there is nothing to measure`() throws {
        let (_, collection, queries) = try collection(.exact, count: 500)
        #expect(try collection.calibrate() == nil)
        let (share, choices) = try found(0.5, queries, in: collection)
        #expect(share == 1 && choices.isEmpty)
    }
}
