import Files
import Quiver
import TestSupport
import Testing

@Suite struct TuningTests {
    private let directory = TemporaryDirectory()

    private static let dimension = 24

    private func collection(
        count: Int,
        metric: Metric = .cosine,
        segmentCount: Int = 1,
        change: (inout [[Float]]) -> Void = { _ in }
    ) throws -> (collection: Collection, queries: [[Float]]) {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: Self.dimension, metric: metric, index: .exact)
        )
        var vectors = clusteredVectors(
            count: count + 300,
            dimension: Self.dimension,
            clusterCount: 60,
            seed: 7
        )
        change(&vectors)
        let documents = vectors[..<count].enumerated().map {
            Document(key: .integer(UInt64($0)), vector: $1)
        }
        for segment in 0..<segmentCount {
            let range = (count * segment / segmentCount)..<(count * (segment + 1) / segmentCount)
            try collection.upsert(Array(documents[range]))
            try collection.seal()
        }
        return (collection, Array(vectors[count...]))
    }

    private func specifications(_ texts: [String]) throws -> [IndexSpecification] {
        try texts.map { try IndexSpecification(parsing: $0) }
    }

    @Test(arguments: Metric.ofNumbers, [1, 3])
    func `each index is measured on the same queries, and the collection stays as it was`(
        metric: Metric,
        segmentCount: Int
    ) throws {
        let (collection, queries) = try collection(
            count: 4_500,
            metric: metric,
            segmentCount: segmentCount
        )
        let before = try collection.statistics()
        let wanted = try specifications(["graph", "ivf", "IVF16,SQ8", "PQ6x4fs"])
        let tuning = try collection.tune(wanted, queries: queries)
        #expect(tuning.trials.map(\.specification) == [.exact] + wanted)
        #expect(tuning.basis == .queries && tuning.queryCount == 300)
        #expect(tuning.rowCount == 4_500 && tuning.rowByteCount >= 4_500 * 24 * 4)
        for trial in tuning.trials {
            let curve = trial.curve
            #expect(curve.points.count == trial.times.count)
            #expect(trial.times.allSatisfy { $0.mean > .zero && $0.mean <= $0.percentile99 * 2 })
            #expect(try #require(curve.points.last).recall > 0.9, "\(trial.specification)")
            guard trial.specification != .exact else {
                #expect(curve.points.map(\.recall) == [1] && trial.indexByteCount == 0)
                #expect(curve.points[0].distanceCount == 4_500)
                continue
            }
            #expect(trial.indexedSegmentCount == segmentCount && trial.refusal == nil)
            #expect(trial.indexByteCount > 0 && trial.buildTime > .zero)
            // Codes in no lists are all compared.
            let areAllCompared = trial.specification == wanted[3]
            #expect((curve.points[0].distanceCount < 4_500) != areAllCompared)
        }
        #expect(tuning.trials.contains(tuning.best))
        #expect(try collection.statistics() == before)
        #expect(try directoryEntries(directory.file("store/staging")).isEmpty)
    }

    @Test func `what a trial finds is what the collection finds with that index`() throws {
        let (collection, queries) = try collection(count: 6_000)
        var options = TuningOptions()
        options.recall = 0.9
        let tuning = try collection.tune(
            try specifications(["IVF32,SQ8"]),
            queries: queries,
            options: options
        )
        let trial = tuning.trials[1]
        try collection.alter([.setIndex(vectorField: "", trial.specification), .setRecall(0.9)])
        try collection.maintain()
        #expect(try collection.statistics().vectorFields[0].indexByteCount == trial.indexByteCount)
        let calibration = try #require(
            try collection.calibrate(
                queries: queries,
                options: CalibrationOptions(queryCount: 300)
            )
        )
        // The same index, built of the same rows, asked the same queries.
        let measured = try #require(calibration.curve(.queries, k: 10))
        for (one, other) in zip(trial.curve.points, measured.points) {
            #expect(abs(one.recall - other.recall) < 1e-9)
            #expect(one.distanceCount == other.distanceCount)
        }
    }

    @Test func `rows are the queries where nobody asked, each as if it were not there`() throws {
        let (collection, _) = try collection(count: 6_000)
        var options = TuningOptions()
        options.queryCount = 200
        options.seed = 3
        func curves(_ seed: UInt64, threads: Int) throws -> [RecallCurve] {
            options.seed = seed
            options.threadCount = threads
            return try collection.tune(try specifications(["HNSW16"]), options: options)
                .trials.map(\.curve)
        }
        let first = try curves(3, threads: 1)
        #expect(first.allSatisfy { $0.basis == .rows })
        #expect(first[1].queryCount == 200)
        #expect(first[1].points[0].recall < 1)
        let again = try curves(3, threads: 2)
        #expect(again[0] == first[0])
        // How thoroughly depends on times; what is found with one effort does not.
        #expect(zip(again[1].points, first[1].points).allSatisfy { $0 == $1 })
        #expect(try curves(4, threads: 1)[1].points[0] != first[1].points[0])
    }

    @Test func `without a wish, indexes that suit the data are tried, and the best fits the space`()
        throws
    {
        let (collection, queries) = try collection(count: 6_000)
        var options = TuningOptions()
        options.queryCount = 100
        let tuning = try collection.tune(queries: queries, options: options)
        #expect(tuning.trials.count >= 5)
        let time = try #require(tuning.best.queryTime(forRecall: 0.95))
        for trial in tuning.trials {
            guard let other = trial.queryTime(forRecall: 0.95) else { continue }
            #expect(time * 20 <= other * 21)
        }
        options.indexByteLimit = 0
        #expect(
            try collection.tune(queries: queries, options: options).best.specification == .exact
        )
    }

    @Test func `an index that cannot be built of the rows says so`() throws {
        let (collection, queries) = try collection(count: 2_000, metric: .l2) { vectors in
            vectors[17][3] = 1e16
        }
        let tuning = try collection.tune(try specifications(["IVF16,SQ8"]), queries: queries)
        let trial = tuning.trials[1]
        #expect(trial.refusal?.contains("17") == true)
        #expect(trial.indexedSegmentCount == 0 && trial.indexByteCount == 0)
        #expect(trial.curve.points.map(\.recall) == [1])
    }

    @Test func `too few rows for an index are compared one by one`() throws {
        let (collection, queries) = try collection(count: 150)
        let tuning = try collection.tune(
            try specifications(["IVF1024,SQ8"]),
            queries: Array(queries.prefix(1))
        )
        #expect(tuning.trials[1].indexedSegmentCount == 0 && tuning.trials[1].refusal == nil)
        #expect(tuning.queryCount == 1)
    }

    @Test func `a cancelled trial leaves nothing behind`() throws {
        let (collection, queries) = try collection(count: 4_000)
        for stage in [Progress.Stage.indexing, .calibrating] {
            #expect(throws: StoreError.cancelled) {
                try collection.tune(try specifications(["graph"]), queries: queries) {
                    $0 == .exact || $1.stage != stage
                }
            }
            #expect(try directoryEntries(directory.file("store/staging")).isEmpty)
        }
    }

    @Test func `what cannot be is refused`() throws {
        let (collection, queries) = try collection(count: 200)
        func refused(
            _ specifications: [String] = [],
            _ queries: [[Float]],
            _ change: (inout TuningOptions) -> Void = { _ in }
        ) throws -> StoreError? {
            var options = TuningOptions()
            change(&options)
            let parsed = try self.specifications(specifications)
            do throws(StoreError) {
                _ = try collection.tune(parsed, queries: queries, options: options)
                return nil
            } catch {
                return error
            }
        }
        for change: (inout TuningOptions) -> Void in [
            { $0.recall = 0 }, { $0.recall = 1 }, { $0.recall = .nan }, { $0.k = 0 },
            { $0.k = 20_000 }, { $0.queryCount = 99 },
        ] {
            guard case .invalidSearch = try refused([], queries, change) else {
                Issue.record("was not refused")
                continue
            }
        }
        guard case .unsupportedIndex = try refused(["PQ7"], queries) else {
            Issue.record("an index that does not fit the dimension was tried")
            return
        }
        guard case .dimensionMismatch = try refused([], [[1, 2]]) else {
            Issue.record("a query of another dimension was asked")
            return
        }
        let other = try Store.create(at: directory.file("empty"))
        let empty = try other.createCollection("c", CollectionConfiguration(dimension: 4))
        #expect(throws: StoreError.self) { try empty.tune() }
    }
}
