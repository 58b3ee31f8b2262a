import FAISS
import TestSupport
import Testing
import Threads

private let rows = ClusteredRows(count: 2_000, dimension: 16, clusters: 20, seed: 81)
private let queries = ClusteredRows(count: 300, dimension: 16, clusters: 20, seed: 82)

/// Rows of 64 bits around a few centres.
private func bits(_ count: Int, seed: UInt64) -> [UInt8] {
    var centreRandom = SplitMix64(seed: 1)
    var random = SplitMix64(seed: seed)
    let centres = (0..<16).map { _ in UInt64.random(in: .min ... .max, using: &centreRandom) }
    return (0..<count).flatMap { _ in
        var value = centres[Int.random(in: 0..<16, using: &random)]
        for _ in 0..<12 { value ^= 1 << UInt64.random(in: 0..<64, using: &random) }
        return withUnsafeBytes(of: value) { Array($0) }
    }
}

@Suite struct `Work that threads share` {
    @Test(arguments: [
        "Flat", "SQ8", "IVF8,Flat", "IVF8,PQ4x4fs", "HNSW8", "PCA8,Flat", "IDMap,SQ8",
    ])
    func `finds the same within a radius`(factory: String) throws {
        let index = try filled(factory, rows, .l2)
        let parameters = SearchParameters(selector: try Selector(0..<1_500))
        for parameters in [SearchParameters(), parameters] {
            let alone = try index.rangeSearch(queries.values, radius: 3, parameters: parameters)
            #expect(!alone.labels.isEmpty)
            for threadCount in [2, 3, 7] {
                let shared = try index.rangeSearch(
                    queries.values,
                    radius: 3,
                    parameters: parameters,
                    threadCount: threadCount
                )
                #expect(shared == alone)
            }
        }
    }

    @Test func `learns the same transform and the same index behind it`() throws {
        func trained(_ threadCount: Int) throws -> ([UInt8], [UInt8]) {
            var transform = try VectorTransform(
                dimension: 16,
                .productRotation(parts: 4, dimension: 8)
            )
            try transform.train(rows.values, threadCount: threadCount)
            var index = try Index(dimension: 16, factory: "OPQ4_8,IVF8,PQ4x4", metric: .l2)
            try index.train(rows.values, threadCount: threadCount)
            return (try transform.serialized(), try index.serialized())
        }
        let alone = try trained(1)
        let shared = try trained(3)
        let isSame = alone.0 == shared.0 && alone.1 == shared.1
        #expect(isSame)
    }

    @Test(arguments: [false, true])
    func `finds the same means, and each row's`(isSpherical: Bool) throws {
        let parameters = KMeans.Parameters(isSpherical: isSpherical)
        let means = try KMeans.train(
            rows.values,
            dimension: 16,
            count: 20,
            parameters: parameters
        )
        let shared = try KMeans.train(
            rows.values,
            dimension: 16,
            count: 20,
            parameters: parameters,
            threadCount: 3
        )
        #expect(shared == means && means.isSpherical == isSpherical)
        let assigned = try means.assign(rows.values)
        #expect(try means.assign(rows.values, threadCount: 3) == assigned)
        #expect(try means.assign([]) == [])
        #expect(assigned.count == 2_000)
        for row in 0..<2_000 {
            func nearness(_ centroid: Int) -> Float {
                zip(rows[row], means.centroids[centroid * 16..<centroid * 16 + 16]).reduce(0) {
                    $0 + (isSpherical ? $1.0 * $1.1 : -($1.0 - $1.1) * ($1.0 - $1.1))
                }
            }
            let best = (0..<20).map(nearness).max() ?? 0
            // A matrix product rounds otherwise than a sum.
            #expect(nearness(Int(assigned[row])) >= best - 1e-4 * max(1, abs(best)))
        }
        #expect(throws: FAISSError.notWholeRows(dimension: 16, valueCount: 17)) {
            _ = try means.assign([Float](repeating: 0, count: 17))
        }
        #expect(throws: FAISSError.notFinite(row: 0)) {
            _ = try means.assign([Float](repeating: .nan, count: 16))
        }
    }

    @Test(arguments: ["BFlat", "BIVF16", "BIVF16_HNSW8", "BHNSW8", "BHash4", "BHash4x6"])
    func `fills and searches the same index of bits`(factory: String) throws {
        let rows = bits(20_000, seed: 1)
        let queries = bits(50, seed: 2)
        var alone = try BinaryIndex(dimension: 64, factory: factory)
        var shared = try BinaryIndex(dimension: 64, factory: factory)
        var told: [Int] = []
        try alone.train(rows)
        try shared.train(rows, threadCount: 3) { done, total in
            #expect(total == 10)
            told.append(done)
            return true
        }
        #expect(told == (factory.hasPrefix("BIVF") ? Array(0..<10) : []))
        told = []
        try alone.add(rows)
        try shared.add(rows, threadCount: 3) { done, total in
            #expect(total == 20_000)
            told.append(done)
            return true
        }
        #expect(told == [16_384, 20_000])
        let answer = try alone.search(queries, k: 10)
        #expect(answer.labels.count > 0)
        #expect(try shared.search(queries, k: 10) == answer)
        #expect(try shared.search(queries, k: 10, threadCount: 3) == answer)
        let chosen = SearchParameters(selector: try Selector(0..<5_000))
        #expect(
            try shared.search(queries, k: 10, parameters: chosen, threadCount: 64)
                == alone.search(queries, k: 10, parameters: chosen)
        )
    }

    @Test func `on an index of bits can be cancelled`() throws {
        let rows = bits(20_000, seed: 1)
        var index = try BinaryIndex(dimension: 64, factory: "BIVF16")
        #expect(throws: FAISSError.cancelled) { try index.train(rows) { done, _ in done < 2 } }
        #expect(throws: FAISSError.unusable(after: "cancelled")) { try index.train(rows) }
        var other = try BinaryIndex(dimension: 64, factory: "BFlat")
        #expect(throws: FAISSError.cancelled) { try other.add(rows) { _, _ in false } }
        #expect(throws: FAISSError.unusable(after: "cancelled")) {
            _ = try other.search(rows, k: 1)
        }
    }
}

@Suite struct `Two indexes of bits` {
    @Test(arguments: ["BFlat", "BIVF16", "BIVF16_HNSW8"])
    func `become one`(factory: String) throws {
        let rows = bits(1_000, seed: 3)
        let queries = bits(20, seed: 4)
        var whole = try BinaryIndex(dimension: 64, factory: factory)
        try whole.train(rows)
        let empty = try whole.serialized()
        try whole.add(rows)
        var left = try BinaryIndex(serialized: empty)
        var right = try BinaryIndex(serialized: empty)
        try left.add(Array(rows.prefix(600 * 8)))
        try right.add(Array(rows.dropFirst(600 * 8)))
        try left.merge(from: &right)
        #expect(left.count == 1_000 && left.nextLabel == 1_000)
        #expect(right.count == 0 && right.nextLabel == 0)
        let parameters = SearchParameters(nprobe: factory == "BFlat" ? nil : 16)
        let answer = try whole.search(queries, k: 10, parameters: parameters)
        #expect(try left.search(queries, k: 10, parameters: parameters) == answer)
        try right.add(Array(rows.prefix(8)))
        #expect(right.nextLabel == 1)
    }

    @Test func `with labels of their own shift them`() throws {
        let rows = bits(100, seed: 3)
        var left = try BinaryIndex(dimension: 64, factory: "BIVF4")
        try left.train(rows)
        var right = try BinaryIndex(serialized: left.serialized())
        try right.add(Array(rows.prefix(16)), labels: [7, 9])
        try left.merge(from: &right, shiftingLabelsBy: 1_000)
        #expect(left.nextLabel == 1_010)
        #expect(try left.reconstruct([1_009, 1_007]) == Array(rows[8..<16]) + Array(rows[0..<8]))
    }

    @Test func `that do not fit are left as they were`() throws {
        let rows = bits(100, seed: 3)
        func made(_ factory: String, _ dimension: Int = 64, seed: UInt64 = 3) throws -> BinaryIndex
        {
            var index = try BinaryIndex(dimension: dimension, factory: factory)
            let rows = bits(100, seed: seed)
            try index.train(rows)
            try index.add(rows)
            return index
        }
        func isRefused(
            _ left: consuming BinaryIndex,
            _ right: consuming BinaryIndex,
            _ offset: Int64? = nil
        )
            -> Bool
        {
            let counts = (left.count, right.count)
            do throws(FAISSError) {
                try left.merge(from: &right, shiftingLabelsBy: offset)
                return false
            } catch {
                guard case .notMergeable = error else { return false }
                return left.count == counts.0 && right.count == counts.1
            }
        }
        #expect(try isRefused(made("BFlat"), made("BIVF4")))
        #expect(try isRefused(made("BFlat"), made("BFlat", 32)))
        #expect(try isRefused(made("BIVF4"), made("BIVF4", seed: 5)))
        #expect(try isRefused(made("BIVF4"), made("BIVF5")))
        #expect(try isRefused(made("BHNSW8"), made("BHNSW8")))
        #expect(try isRefused(made("BHash4"), made("BHash4")))
        #expect(try isRefused(made("BFlat"), made("BFlat"), 5))
        #expect(try isRefused(made("BIVF4"), made("BIVF4"), -1))
        #expect(try isRefused(made("BIVF4"), made("BIVF4"), .max))
        var untrained = try BinaryIndex(dimension: 64, factory: "BIVF4")
        var trained = try made("BIVF4")
        #expect(throws: FAISSError.notTrained) { try trained.merge(from: &untrained) }
        #expect(rows.count == 800)
    }
}

@Suite struct `A transform in bytes` {
    @Test(
        arguments: [
            FactoryString.Transform.principalComponents(
                dimension: 8,
                whitened: false,
                rotated: false
            ),
            .principalComponents(dimension: 8, whitened: true, rotated: true),
            .productRotation(parts: 4, dimension: nil), .productRotation(parts: 4, dimension: 8),
            .productRotation(parts: 4, dimension: 16),
            .signRotation(dimension: nil), .signRotation(dimension: 8),
            .randomRotation(dimension: nil), .randomRotation(dimension: 32), .normalization,
            .padding(dimension: 20),
        ]
    )
    func `comes back, trained or not`(kind: FactoryString.Transform) throws {
        var transform = try VectorTransform(dimension: 16, kind)
        var untrained = try VectorTransform(serialized: transform.serialized())
        let (wasTrained, isTrained) = (transform.isTrained, untrained.isTrained)
        #expect(untrained.kind == kind && isTrained == wasTrained)
        try transform.train(rows.values)
        try untrained.train(rows.values)
        let bytes = try transform.serialized()
        let isSame = try untrained.serialized() == bytes
        #expect(isSame)
        let restored = try VectorTransform(serialized: bytes)
        #expect(restored.kind == kind && restored.isTrained)
        let (output, restoredOutput) = (transform.outputDimension, restored.outputDimension)
        let (reversible, isReversible) = (transform.isReversible, restored.isReversible)
        #expect(restored.inputDimension == 16 && output == restoredOutput)
        #expect(reversible == isReversible)
        let there = try transform.apply(queries.values)
        #expect(try restored.apply(queries.values) == there)
        if isReversible {
            #expect(try restored.reverse(there) == transform.reverse(there))
        }
        for place in Array(0..<256) + Array(stride(from: 256, to: bytes.count, by: 7)) {
            var altered = bytes
            altered[place] ^= 4
            let error = #expect(throws: FAISSError.self) {
                _ = try VectorTransform(serialized: altered)
            }
            switch error {
            case .checksum, .notAContainer: break
            default: Issue.record("byte \(place): \(String(describing: error))")
            }
        }
    }
}

@Suite struct `Operating points` {
    private func tried(
        _ factory: String,
        _ values: ParameterValues = ParameterValues()
    ) throws -> (total: Int, best: OperatingPoint) {
        let index = try filled(factory, rows, .l2)
        let few = Array(queries.values.prefix(10 * 16))
        let truth = try filled("Flat", rows, .l2).search(few, k: 5)
        var total = 0
        let points = try index.operatingPoints(
            for: few,
            truth: truth.labels,
            k: 5,
            trying: values,
            threadCount: 2
        ) {
            total = $1
            return true
        }
        return (total, try #require(points.last))
    }

    @Test func `try the number of lists itself`() throws {
        let lists = try tried("IVF100,Flat")
        #expect(lists.total == 8 && lists.best.recall == 1)
        let all = try tried("IVF100,Flat", ParameterValues(nprobe: [100]))
        #expect(all.total == 1 && all.best.recall == 1 && all.best.parameters.nprobe == 100)
        #expect(try tried("IVF1,Flat").total == 1)
    }

    @Test func `try how the graph over the lists is searched`() throws {
        // 1 to 16 and 20 lists; the index's own candidates and 16.
        #expect(try tried("IVF20_HNSW8,Flat").total == 6 * 2)
        let given = ParameterValues(nprobe: [1, 20], quantizerEfSearch: [4, 8, 20])
        let some = try tried("IVF20_HNSW8,Flat", given)
        #expect(some.total == 6 && some.best.parameters.quantizerEfSearch != nil)
    }

    @Test func `are of values that the index knows`() throws {
        #expect(try tried("Flat").total == 1)
        #expect(
            try tried("IVF20,Flat", ParameterValues(nprobe: [1, 2], maxCodes: [9, 99])).total == 4
        )
        #expect(throws: FAISSError.unknownParameter("nprobe", factory: "Flat")) {
            _ = try tried("Flat", ParameterValues(nprobe: [1]))
        }
        #expect(throws: FAISSError.outOfRange(parameter: "nprobe", allowed: 1...Int.max, found: 0))
        {
            _ = try tried("IVF20,Flat", ParameterValues(nprobe: [0]))
        }
    }
}
