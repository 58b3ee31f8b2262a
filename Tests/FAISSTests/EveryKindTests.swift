import FAISS
import SearcherChecks
import Synchronization
import TestSupport
import Testing

private let rowCount = 1_200
private let rows = ClusteredRows(count: rowCount, dimension: 32, clusters: 40, seed: 21)
private let queries = ClusteredRows(count: 25, dimension: 32, clusters: 40, seed: 22)
private let truth = GroundTruth(k: 10, queries: queries, among: rows)

/// An index of this kind that was trained with all rows and holds the first `count` (0 or all).
///
/// Each is trained once and read back from its bytes, which is what most programs search.
private func filled(_ kind: KindUnderMetric, count: Int = rows.count) throws(FAISSError) -> Index {
    let made = try made.of(kind)
    return try Index(serialized: count == 0 ? made.empty : made.full)
}

private let made = MadeIndexes()

private final class MadeIndexes: Sendable {
    struct Made {
        let empty: [UInt8]
        let full: [UInt8]
    }

    private let known = Mutex<[String: Made]>([:])

    func of(_ kind: KindUnderMetric) throws(FAISSError) -> Made {
        if let made = known.withLock({ $0[kind.testDescription] }) { return made }
        var index = try Index(dimension: 32, factory: kind.kind.factory, metric: kind.metric)
        try index.train(rows.values)
        let empty = try index.serialized()
        try index.add(rows.values)
        let made = Made(empty: empty, full: try index.serialized())
        known.withLock { $0[kind.testDescription] = made }
        return made
    }
}

@Suite struct `Every kind of index` {
    @Test(arguments: KindUnderMetric.all)
    func `finds rows, and the same ones after it was stored`(tested: KindUnderMetric) throws {
        let kind = tested.kind
        let index = try filled(tested)
        #expect(index.count == rows.count && index.nextLabel == 1_200 && index.isTrained)
        let result = try index.search(queries.values, k: 10, parameters: tested.parameters)
        let recall = truth.recall(of: result, tested.metric)
        #expect(recall >= tested.recall, "recall@10 is \(recall)")
        for query in 0..<queries.count {
            let distances = result.distances(of: query)
            let inOrder = zip(distances, distances.dropFirst()).allSatisfy {
                tested.metric == .l2 ? $0 <= $1 : $0 >= $1
            }
            #expect(inOrder)
        }
        try expectDistances(of: result, index, tested)
        let restored = try Index(serialized: try index.serialized())
        #expect(restored.count == index.count && restored.metric == index.metric)
        #expect(restored.dimension == 32 && restored.labels == index.labels)
        let (factory, restoredFactory) = (index.factory, restored.factory)
        #expect(restoredFactory == factory)
        // FAISS stores an OPQ matrix as any linear transform, and no norms, where none are needed, like none asked for.
        let made = [
            try FactoryString(kind.factory),
            try FactoryString(kind.factory.replacing("_Nnone", with: "")),
        ]
        #expect(factory.map(made.contains) ?? kind.factory.contains("OPQ"))
        #expect(try restored.search(queries.values, k: 10, parameters: tested.parameters) == result)
        let (bytes, restoredBytes) = (try index.serialized(), try restored.serialized())
        #expect(bytes == restoredBytes)
    }

    @Test(arguments: KindUnderMetric.all)
    func `finds only what is selected`(tested: KindUnderMetric) throws {
        let index = try filled(tested)
        // All candidates are compared again, so that leaving some out before or after makes no difference.
        var thorough = try tested.parameters
        if thorough.kFactor != nil {
            thorough.kFactor = 1_200
            if thorough.nprobe != nil { thorough.nprobe = 10_000 }
        }
        let all: Float = tested.metric == .l2 ? .infinity : -.infinity
        let full = try index.rangeSearch(queries.values, radius: all, parameters: thorough)
        let selectors: [(Selector, (Int64) -> Bool)] = [
            (try Selector(400..<700), { 400..<700 ~= $0 }),
            (
                try Selector(labels: stride(from: 3, to: 1_200, by: 7).map { $0 }),
                { $0 % 7 == 3 }
            ),
            (
                try Selector(bitmap: [UInt8](repeating: 0b0101_0101, count: 100)),
                { $0 < 800 && $0 % 2 == 0 }
            ),
            (try Selector(10..<1_190).inverted(), { $0 < 10 || $0 >= 1_190 }),
            (try Selector(0..<0), { _ in false }),
        ]
        for (selector, contains) in selectors {
            var parameters = thorough
            parameters.selector = selector
            let result = try index.search(queries.values, k: 10, parameters: parameters)
            let found = try index.rangeSearch(queries.values, radius: all, parameters: parameters)
            for query in 0..<queries.count {
                let expected = zip(full.labels(of: query), full.distances(of: query)).filter {
                    contains($0.0)
                }
                #expect(Set(found.labels(of: query)) == Set(expected.map(\.0)))
                expectNearest(result, query, among: expected, tested.kind)
            }
        }
    }

    @Test(arguments: KindUnderMetric.all)
    func `finds all rows within a radius`(tested: KindUnderMetric) throws {
        let index = try filled(tested)
        var parameters = try tested.parameters
        parameters.kFactor = nil
        if parameters.nprobe != nil { parameters.nprobe = 10_000 }
        let all = try index.rangeSearch(
            queries.values,
            radius: tested.metric == .l2 ? .infinity : -.infinity,
            parameters: parameters
        )
        #expect(all.bounds == (0...queries.count).map { $0 * rows.count })
        for query in [0, 7] {
            // Between two distances that rounding does not make one.
            let distances = Array(all.distances(of: query))
            let place = try #require(
                (100..<1_100).first {
                    abs(distances[$0] - distances[$0 + 1]) > 1e-3 * abs(distances[$0])
                }
            )
            let radius = (distances[place] + distances[place + 1]) / 2
            let some = try index.rangeSearch(
                Array(queries[query]),
                radius: radius,
                parameters: parameters
            )
            #expect(some.labels.count == place + 1)
            #expect(some.distances.allSatisfy { tested.metric == .l2 ? $0 < radius : $0 > radius })
        }
        let none = try index.rangeSearch(
            queries.values,
            // Without norms a distance may be less than 0.
            radius: tested.metric == .innerProduct
                ? .infinity : tested.kind.factory.contains("_Nnone") ? -.infinity : 0,
            parameters: parameters
        )
        #expect(none.labels.isEmpty && none.queryCount == queries.count)
    }

    @Test(arguments: KindUnderMetric.all)
    func `gives rows back, or says that it cannot`(tested: KindUnderMetric) throws {
        let index = try filled(tested)
        let labels: [Int64] = [1_199, 0, 834, 0]
        guard let loss = tested.kind.loss else {
            expectUnsupported("reconstruction") { () throws(FAISSError) in
                _ = try index.reconstruct(labels)
            }
            return
        }
        let given = try index.reconstruct(labels)
        #expect(
            given.count == 4 * 32
                && zip(given[32..<64], given[96..<128]).allSatisfy { abs($0 - $1) < 1e-4 }
        )
        #expect(given.allSatisfy { $0.isFinite })
        let last = try index.reconstruct(1_199)
        #expect(zip(given, last).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(throws: FAISSError.unknownLabel(1_200)) { _ = try index.reconstruct([0, 1_200]) }
        #expect(throws: FAISSError.unknownLabel(-1)) { _ = try index.reconstruct(-1) }
        let everyRow = try index.reconstruct(rows.values.indices.prefix(rows.count).map(Int64.init))
        var lost = 0.0, total = 0.0
        for (x, y) in zip(everyRow, rows.values) {
            lost += Double((x - y) * (x - y))
            total += Double(y * y)
        }
        #expect(lost <= loss * total, "\(lost / total)")
    }

    @Test(arguments: KindUnderMetric.all)
    func `removes rows, or says that it cannot`(tested: KindUnderMetric) throws {
        var index = try filled(tested)
        let selector = try Selector(0..<500)
        guard tested.kind.changes == .all else {
            expectUnsupported("removal") { () throws(FAISSError) in try index.remove(selector) }
            #expect(index.count == 1_200)
            #expect(try index.search(queries.values, k: 1).queryCount == queries.count)
            return
        }
        var fresh = try filled(tested, count: 0)
        try index.remove(selector)
        #expect(index.count == 700)
        let shift: Int64 = index.labels == .positions ? 500 : 0
        let kept = Array(rows.values.dropFirst(500 * 32))
        if index.labels == .positions {
            try fresh.add(kept)
        } else {
            try fresh.add(kept, labels: (500..<1_200).map { Int64($0) })
        }
        func answers(_ index: borrowing Index) throws -> SearchResult {
            try index.search(queries.values, k: 10, parameters: tested.parameters)
        }
        let (found, expected) = (try answers(index), try answers(fresh))
        #expect(found.labels.allSatisfy { 500 - shift..<1_200 - shift ~= $0 })
        expectAlike(found, expected, tested.kind)

        // And what was removed can come back.
        try index.add(Array(rows.values.prefix(500 * 32)))
        try fresh.add(Array(rows.values.prefix(500 * 32)))
        #expect(index.count == 1_200 && index.nextLabel == fresh.nextLabel)
        let (again, expectedAgain) = (try answers(index), try answers(fresh))
        expectAlike(again, expectedAgain, tested.kind)
        let stored = try Index(serialized: index.serialized()).count
        #expect(stored == 1_200)
    }

    @Test(arguments: KindUnderMetric.all)
    func `takes over another's rows, or says that it cannot`(tested: KindUnderMetric) throws {
        var index = try filled(tested, count: 0)
        var other = try filled(tested, count: 0)
        var whole = try filled(tested, count: 0)
        guard tested.kind.changes != .none else {
            #expect(throws: FAISSError.notMergeable(reason: "rows of a graph cannot be moved")) {
                try index.merge(from: &other)
            }
            return
        }
        try index.add(Array(rows.values.prefix(500 * 32)))
        let rest = Array(rows.values.dropFirst(500 * 32))
        if index.labels == .mapped {
            try other.add(rest, labels: (500..<1_200).map { Int64($0) })
        } else {
            try other.add(rest)
        }
        try index.merge(from: &other)
        #expect(index.count == 1_200 && other.count == 0 && index.nextLabel == 1_200)
        try whole.add(rows.values)
        let merged = try index.search(queries.values, k: 10, parameters: tested.parameters)
        let expected = try whole.search(queries.values, k: 10, parameters: tested.parameters)
        expectAlike(merged, expected, tested.kind)
        let stored = try Index(serialized: index.serialized()).count
        #expect(stored == 1_200)
    }

    @Test(arguments: KindUnderMetric.all)
    func `takes labels of the caller's where it keeps them`(tested: KindUnderMetric) throws {
        var index = try filled(tested, count: 0)
        let labels = (0..<1_200).map { Int64($0) * 3 + 1_000_000_000_000 }
        guard index.labels != .positions else {
            expectUnsupported("labels of the caller's") { () throws(FAISSError) in
                try index.add(rows.values, labels: labels)
            }
            #expect(index.count == 0)
            return
        }
        try index.add(rows.values, labels: labels)
        let plain = try filled(tested)
        let found = try index.search(queries.values, k: 10, parameters: tested.parameters)
        let expected = try plain.search(queries.values, k: 10, parameters: tested.parameters)
        #expect(found.distances == expected.distances)
        #expect(found.labels == expected.labels.map { $0 * 3 + 1_000_000_000_000 })
        #expect(index.nextLabel == labels[1_199] + 1)
        var restored = try Index(serialized: index.serialized())
        #expect(restored.nextLabel == labels[1_199] + 1)
        if restored.takesRowsOnce == false {
            try restored.add(Array(rows[0]))
            #expect(restored.nextLabel == labels[1_199] + 2)
        }
        if tested.kind.loss != nil {
            let (labelled, numbered) = (try index.reconstruct(labels[7]), try plain.reconstruct(7))
            #expect(zip(labelled, numbered).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test(arguments: KindUnderMetric.all)
    func `may be empty, and reset`(tested: KindUnderMetric) throws {
        var index = try Index(dimension: 32, factory: tested.kind.factory, metric: tested.metric)
        if index.isTrained == false {
            #expect(throws: FAISSError.notTrained) { try index.add(rows.values) }
            #expect(throws: FAISSError.notTrained) { _ = try index.search(queries.values, k: 1) }
            #expect(index.requiredTrainingRows > 0)
        }
        let cannotBeStored = ["RQ", "RCQ", "LSQ", "+"].contains { tested.kind.factory.contains($0) }
        if cannotBeStored {
            expectUnsupported("an index of this kind cannot be written before it is trained") {
                () throws(FAISSError) in
                _ = try index.serialized()
            }
        } else {
            let untrained = try Index(serialized: index.serialized())
            #expect(untrained.isTrained == index.isTrained)
        }
        try index.train(rows.values)
        #expect(try index.search(queries.values, k: 5).labels.isEmpty)
        #expect(try index.rangeSearch(queries.values, radius: 5).labels.isEmpty)
        let stored0 = try Index(serialized: index.serialized()).count
        #expect(stored0 == 0)
        try index.add(rows.values)
        let before = try index.search(queries.values, k: 10, parameters: tested.parameters)
        try index.reset()
        #expect(index.count == 0 && index.nextLabel == 0 && index.isTrained)
        #expect(try index.search(queries.values, k: 5).labels.isEmpty)
        try index.add(rows.values)
        #expect(
            try index.search(queries.values, k: 10_000, parameters: tested.parameters).labels
                .count > 0
        )
        // A graph draws its levels on from where the last one ended.
        if !tested.kind.factory.contains("HNSW"), !tested.kind.factory.contains("NSG") {
            #expect(
                try index.search(queries.values, k: 10, parameters: tested.parameters)
                    == before
            )
        }
    }
}

/// Nearly all distances are the same. Codes of a few bits make many rows alike, so that labels may differ, and local
/// search finds other codes in another batch.
private func expectAlike(_ found: SearchResult, _ expected: SearchResult, _ kind: IndexKind) {
    #expect(found.bounds == expected.bounds)
    guard kind.factory.contains("LSQ") == false else { return }
    let differing = zip(found.distances, expected.distances).count { abs($0 - $1) > 1e-2 }
    #expect(differing * 50 <= found.distances.count, "\(differing) of \(found.distances.count)")
}

/// The error is `.unsupported`, of this operation.
private func expectUnsupported(
    _ operation: String,
    _ location: SourceLocation = #_sourceLocation,
    _ body: () throws(FAISSError) -> Void
) {
    do throws(FAISSError) {
        try body()
        Issue.record("\(operation) was done", sourceLocation: location)
    } catch {
        guard case .unsupported(operation, _) = error else {
            Issue.record("\(error)", sourceLocation: location)
            return
        }
    }
}

/// Hits have the distances from the query to what the index gives back for them, or those that FAISS itself answers with.
private func expectDistances(
    of result: SearchResult,
    _ index: borrowing Index,
    _ tested: KindUnderMetric
) throws {
    let kind = tested.kind
    let expected: [Double]
    switch kind.distances {
    case .toRows:
        let given = try index.reconstruct(result.labels)
        expected = (0..<result.queryCount).flatMap { query in
            result.bounds[query]..<result.bounds[query + 1]
        }.enumerated().map { place, hit in
            let query = result.bounds.lastIndex { $0 <= hit } ?? 0
            var sum = 0.0
            for (x, y) in zip(queries[query], given[place * 32..<(place + 1) * 32]) {
                let (x, y) = (Double(x), Double(y))
                sum += tested.metric == .l2 ? (x - y) * (x - y) : x * y
            }
            return sum
        }
    case .asFAISS:
        let plain = try CheckedIndex(bytes: index.faissBytes(), dimension: 32)
        var settings = checked_settings()
        settings.nprobe = 1_024
        settings.k_factor = 1_200
        let answer = try plain.plain(queries.values, k: rows.count, settings)
        var known: [Int: Float] = [:]
        for query in 0..<queries.count {
            for (label, distance) in zip(answer.labels(of: query), answer.distances(of: query)) {
                known[query * rows.count + Int(label)] = distance
            }
        }
        expected = (0..<result.queryCount).flatMap { query in
            result.labels(of: query).map { label in
                // Through a graph FAISS may miss a row.
                known[query * rows.count + Int(label)].map(Double.init) ?? .infinity
            }
        }
        #expect(expected.count { $0 == .infinity } * 50 <= expected.count)
    }
    #expect(expected.count == result.distances.count)
    var worst = 0.0
    for (found, expected) in zip(result.distances, expected) where expected.isFinite {
        worst = max(worst, abs(Double(found) - expected) / (1 + abs(expected)))
    }
    #expect(worst <= kind.error, "a distance is off by \(worst)")
}

/// The hits of a query are the ten nearest of `expected`, which is in order; of those at about the same distance any may be.
private func expectNearest(
    _ result: SearchResult,
    _ query: Int,
    among expected: [(label: Int64, distance: Float)],
    _ kind: IndexKind
) {
    let labels = Array(result.labels(of: query))
    #expect(labels.count == min(10, expected.count) && Set(labels).count == labels.count)
    let distances = Dictionary(uniqueKeysWithValues: expected.map { ($0.label, $0.distance) })
    var worst = 0.0
    for (place, (label, found)) in zip(labels, result.distances(of: query)).enumerated() {
        guard let own = distances[label], place < expected.count else {
            Issue.record("\(label) is not selected")
            return
        }
        for distance in [own, expected[place].distance] {
            worst = max(worst, Double(abs(found - distance) / (1 + abs(distance))))
        }
    }
    #expect(worst <= kind.error, "a distance is off by \(worst)")
}
