import SearcherChecks
import TestSupport
import Testing

/// Rows around a few centres, some queries among them.
private func clustered(_ count: Int, dimension: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: 900)
    let centres = (0..<12).map { _ in
        (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
    }
    random = SplitMix64(seed: seed)
    return (0..<count).flatMap { _ in
        let centre = centres[Int.random(in: 0..<centres.count, using: &random)]
        return centre.map { $0 + Float.random(in: -0.4...0.4, using: &random) }
    }
}

/// The same hits at about the same distances. Rounding may swap neighbours in the order, so hits are compared where
/// their distances stand apart.
private func expectEqual(
    _ found: CheckedIndex.Answer,
    _ expected: CheckedIndex.Answer,
    tolerance: Float = 1e-4,
    _ name: String
) {
    for (i, (a, b)) in zip(found.distances, expected.distances).enumerated() {
        let missing = found.labels[i] < 0 && expected.labels[i] < 0
        let close = missing || abs(a - b) <= tolerance * (1 + abs(b))
        #expect(close, "\(name): distance \(i): \(a), \(b)")
        #expect((found.labels[i] < 0) == (expected.labels[i] < 0), "\(name): hit \(i)")
    }
    for query in 0..<found.labels.count / found.k {
        let distances = expected.distances(of: query)
        let labels = found.labels(of: query)
        #expect(Set(labels.filter { $0 >= 0 }).count == labels.filter { $0 >= 0 }.count)
        let ours = Set(labels)
        // What is clearly nearer than the last hit must be among ours.
        guard let last = distances.last(where: { $0.isFinite }) else { continue }
        for (distance, label) in zip(distances, expected.labels(of: query)) where label >= 0 {
            let apart = abs(distance - last) > 2 * tolerance * (1 + abs(last))
            #expect(!apart || ours.contains(label), "\(name): \(label) is missing")
        }
    }
}

private func shared(_ a: CheckedIndex.Answer, _ b: CheckedIndex.Answer) -> Double {
    var common = 0
    for query in 0..<a.labels.count / a.k {
        common += Set(a.labels(of: query)).intersection(b.labels(of: query)).count
    }
    return Double(common) / Double(a.labels.count)
}

@Suite struct `Searchers over quantised rows` {
    private static let rowCount = 700
    private static let sq = [
        "IVF8,SQ8", "IVF64,SQ8", "IVF64,Flat", "SQ8", "IDMap,SQ8", "IDMap2,IVF8,SQ8",
        "PCA7,IVF8,SQ8", "RR9,SQ8",
        "L2norm,IVF8,SQ8",
        "IVF8,SQ8,RFlat", "SQ8,Refine(SQ8)", "IVF8,Flat,Refine(PQ1x4)", "IDMap,PCA7,SQ8",
        "PCA7,IVF8,SQ8,RFlat",
    ]

    @Test(arguments: sq, [false, true])
    func `answer as FAISS does`(factory: String, innerProduct: Bool) throws {
        for dimension in [9, 37] where !factory.contains("RR9") || dimension == 9 {
            let rows = clustered(Self.rowCount, dimension: dimension, seed: 1)
            let queries = clustered(20, dimension: dimension, seed: 2)
            for residual in factory.contains("IVF") ? [true, false] : [true] {
                let index = try CheckedIndex(
                    factory,
                    dimension: dimension,
                    innerProduct: innerProduct,
                    rows: rows,
                    adding: Self.rowCount,
                    firstLabel: 5,
                    labelStep: 3,
                    byResidual: residual
                )
                for (k, nprobe) in [(1, 1), (10, 3), (50, 8), (5, 100)] {
                    var settings = checked_settings()
                    settings.nprobe = nprobe
                    settings.k_factor = 4
                    let expected = try index.plain(queries, k: k, settings)
                    let name =
                        "\(factory) \(dimension) k \(k) nprobe \(nprobe) residual \(residual)"
                    expectEqual(try index.ours(queries, k: k, settings), expected, name)
                    // A query alone may take another way.
                    var alone = CheckedIndex.Answer(distances: [], labels: [], k: k)
                    for start in stride(from: 0, to: queries.count, by: dimension) {
                        let query = Array(queries[start..<start + dimension])
                        let answer = try index.ours(query, k: k, settings)
                        alone.distances += answer.distances
                        alone.labels += answer.labels
                    }
                    expectEqual(alone, expected, name + ", alone")
                }
            }
        }
    }

    private static let fastScans = [
        "IVF8,PQ5x4fs", "IVF8,PQ6x4fsr", "PQ5x4fs", "PQ7x4fs", "IDMap,PQ8x4fs", "PQ8x4fs,RFlat",
        "IVF8,PQ5x4fs,RFlat", "IVF8,PQ6x4fsr,RFlat", "PCA12,IVF8,PQ6x4fs",
    ]

    @Test(arguments: fastScans, [false, true])
    func `find what FAISS's fast scan finds`(factory: String, innerProduct: Bool) throws {
        for width in [1, 2, 3, 4, 8, 12] {
            let dimension =
                width
                * (factory.contains("PCA")
                    ? 12
                    : factory.contains("5x")
                        ? 5 : factory.contains("6x") ? 6 : factory.contains("7x") ? 7 : 8)
            if factory.contains("PCA") && width > 2 { continue }
            let rows = clustered(Self.rowCount, dimension: dimension, seed: 3)
            let queries = clustered(40, dimension: dimension, seed: 4)
            let index = try CheckedIndex(
                factory,
                dimension: dimension,
                innerProduct: innerProduct,
                rows: rows,
                adding: Self.rowCount
            )
            let exact = try CheckedIndex(
                "Flat",
                dimension: dimension,
                innerProduct: innerProduct,
                rows: rows,
                adding: Self.rowCount
            ).ours(queries, k: 10)
            var settings = checked_settings()
            settings.nprobe = 4
            settings.k_factor = 5
            let ours = try index.ours(queries, k: 10, settings)
            let plain = try index.plain(queries, k: 10, settings)
            // Tables are rounded to bytes in both, not to the same ones.
            #expect(shared(ours, plain) > 0.8, "\(factory) \(width): \(shared(ours, plain))")
            #expect(
                shared(ours, exact) >= shared(plain, exact) - 0.02,
                "\(factory) \(width): \(shared(ours, exact)), \(shared(plain, exact))"
            )
            let spread = (plain.distances.max() ?? 0) - (plain.distances.min() ?? 0)
            for (a, b) in zip(ours.distances, plain.distances) {
                #expect(abs(a - b) <= 0.1 * (spread + abs(b)), "\(factory) \(width): \(a), \(b)")
            }
        }
    }

    @Test(arguments: sq + fastScans, [false, true])
    func `keep to the selected labels`(factory: String, innerProduct: Bool) throws {
        // Refinement takes its candidates from the selected rows: with all of them it leaves nothing out.
        let dimension = factory.contains("RR9") ? 9 : 5 * 6 * 7 * 8 / 2
        let rows = clustered(300, dimension: dimension, seed: 5)
        let queries = clustered(8, dimension: dimension, seed: 6)
        let index = try CheckedIndex(
            factory,
            dimension: dimension,
            innerProduct: innerProduct,
            rows: rows,
            adding: 300
        )
        var random = SplitMix64(seed: 7)
        for share in [0.0, 0.02, 0.5, 1.0] {
            let members = (0..<300).map { _ in
                UInt8(Double.random(in: 0..<1, using: &random) < share ? 1 : 0)
            }
            var settings = checked_settings()
            settings.nprobe = 5
            settings.k_factor = 300
            let all = try index.ours(queries, k: 300, settings)
            let some = try index.ours(queries, k: 12, settings, members: members)
            for query in 0..<8 {
                let expected = zip(all.labels(of: query), all.distances(of: query)).filter {
                    $0.0 >= 0 && members[Int($0.0)] != 0
                }.prefix(12)
                let found = zip(some.labels(of: query), some.distances(of: query)).filter {
                    $0.0 >= 0
                }
                #expect(found.map(\.0) == expected.map(\.0), "\(factory) \(share)")
                #expect(found.map(\.1) == expected.map(\.1), "\(factory) \(share)")
            }
        }
    }

    @Test(arguments: [
        "IVF32,SQ8", "IVF32,PQ4x4fs", "SQ8", "PQ4x4fs", "IVF32,PQ4x4fs,RFlat", "IDMap,SQ8",
    ])
    func `answer from few rows and empty lists`(factory: String) throws {
        let rows = clustered(Self.rowCount, dimension: 8, seed: 8)
        let queries = clustered(5, dimension: 8, seed: 9)
        for added in [0, 1, 2, 31, 32, 33, 65] {
            let index = try CheckedIndex(factory, dimension: 8, rows: rows, adding: added)
            var settings = checked_settings()
            settings.nprobe = 1000
            settings.k_factor = 3
            let answer = try index.ours(queries, k: 70, settings)
            for query in 0..<5 {
                let labels = answer.labels(of: query)
                #expect(Set(labels.prefix(added)) == Set((0..<added).map(Int64.init)))
                #expect(labels.dropFirst(added).allSatisfy { $0 == -1 })
                let distances = answer.distances(of: query)
                #expect(distances.prefix(added).allSatisfy { $0.isFinite })
                #expect(distances.dropFirst(added).allSatisfy { $0 == .infinity })
                #expect(distances == distances.sorted())
            }
        }
    }

    @Test func `stop after max_codes`() throws {
        let rows = clustered(Self.rowCount, dimension: 8, seed: 10)
        let queries = clustered(10, dimension: 8, seed: 11)
        for factory in ["IVF8,SQ8", "IVF8,PQ4x4fs"] {
            let index = try CheckedIndex(factory, dimension: 8, rows: rows, adding: Self.rowCount)
            var settings = checked_settings()
            settings.nprobe = 8
            settings.max_codes = 1
            let answer = try index.ours(queries, k: 10, settings)
            var one = checked_settings()
            one.nprobe = 1
            #expect(answer.labels == (try index.ours(queries, k: 10, one)).labels)
        }
    }
}
