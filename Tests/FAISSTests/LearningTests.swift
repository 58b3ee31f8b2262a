import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 1_500, dimension: 16, clusters: 20, seed: 41)

@Suite struct `K-means` {
    @Test func `finds the centres, and the same ones again`() throws {
        var told: [Int] = []
        let parameters = KMeans.Parameters(iterationCount: 10, runCount: 2, seed: 7)
        let means = try KMeans.train(
            rows.values,
            dimension: 16,
            count: 20,
            parameters: parameters
        ) { done, total in
            #expect(total == 20)
            told.append(done)
            return true
        }
        #expect(means.count == 20 && means.centroids.allSatisfy { $0.isFinite })
        #expect(told == Array(0..<20))
        #expect(means.objectives.count >= 10)
        let first = try #require(means.objectives.first), last = means.objectives[9]
        #expect(last < first)
        let again = try KMeans.train(
            rows.values,
            dimension: 16,
            count: 20,
            parameters: parameters
        )
        #expect(again == means)
    }

    @Test func `is cancelled and refused by name`() throws {
        #expect(throws: FAISSError.cancelled) {
            _ = try KMeans.train(rows.values, dimension: 16, count: 20) { done, _ in done < 3 }
        }
        #expect(throws: FAISSError.tooFewTrainingRows(required: 1_501, found: 1_500)) {
            _ = try KMeans.train(rows.values, dimension: 16, count: 1_501)
        }
        #expect(
            throws: FAISSError.outOfRange(parameter: "dimension", allowed: 1...65_536, found: 0)
        ) {
            _ = try KMeans.train(rows.values, dimension: 0, count: 1)
        }
        let spherical = try KMeans.train(
            rows.values,
            dimension: 16,
            count: 8,
            parameters: KMeans.Parameters(isSpherical: true)
        )
        for centroid in 0..<8 {
            let norm = spherical.centroids[centroid * 16..<centroid * 16 + 16].reduce(0) {
                $0 + $1 * $1
            }
            #expect(abs(norm - 1) < 1e-4)
        }
    }
}

@Suite struct `A transform of rows` {
    @Test(
        arguments: [
            (
                FactoryString.Transform.principalComponents(
                    dimension: 8,
                    whitened: false,
                    rotated: false
                ), 8, true
            ),
            (.principalComponents(dimension: 8, whitened: true, rotated: true), 8, false),
            (.productRotation(parts: 4, dimension: nil), 16, true),
            (.signRotation(dimension: 8), 8, false),
            (.randomRotation(dimension: nil), 16, true),
            (.randomRotation(dimension: 32), 32, true),
            (.normalization, 16, true),
            (.padding(dimension: 20), 20, true),
        ]
    )
    func `goes there and back`(kind: FactoryString.Transform, output: Int, isReversible: Bool)
        throws
    {
        var transform = try VectorTransform(dimension: 16, kind)
        if transform.isTrained == false {
            #expect(throws: FAISSError.notTrained) { _ = try transform.apply(rows.values) }
        }
        try transform.train(rows.values)
        #expect(transform.outputDimension == output && transform.isReversible == isReversible)
        let there = try transform.apply(rows.values)
        #expect(there.count == 1_500 * output && there.allSatisfy { $0.isFinite })
        guard isReversible else {
            expect(.unsupported) { _ = try transform.reverse(there) }
            return
        }
        let back = try transform.reverse(there)
        #expect(back.count == rows.values.count)
        guard output >= 16, kind != .normalization else { return }
        #expect(zip(back, rows.values).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test func `is refused with a reason`() {
        let bad: [FactoryString.Transform] = [
            .principalComponents(dimension: 17, whitened: false, rotated: false),
            .padding(dimension: 15),
            .productRotation(parts: 0, dimension: nil), .productRotation(parts: 5, dimension: nil),
            .principalComponents(dimension: 0, whitened: false, rotated: false),
            .randomRotation(dimension: 4_097),
        ]
        for kind in bad {
            expect(.unsupportedFactory) { _ = try VectorTransform(dimension: 16, kind) }
        }
        expect(.degenerate) {
            var transform = try VectorTransform(
                dimension: 16,
                .principalComponents(dimension: 16, whitened: true, rotated: false)
            )
            // Sixteen rows along one line.
            try transform.train((0..<256).map { Float($0 / 16) })
        }
    }
}

@Suite struct `Search parameters` {
    @Test func `are read and written as FAISS does`() throws {
        let parameters = try SearchParameters(
            "nprobe=16,efSearch=64,k_factor_rf=4,max_codes=1000,quantizer_efSearch=9"
        )
        #expect(parameters.nprobe == 16 && parameters.efSearch == 64 && parameters.kFactor == 4)
        #expect(parameters.maxCodes == 1_000 && parameters.quantizerEfSearch == 9)
        #expect(
            parameters.description
                == "nprobe=16,max_codes=1000,efSearch=64,quantizer_efSearch=9,k_factor_rf=4.0"
        )
        #expect(try SearchParameters("").description == "")
        #expect(try SearchParameters("k_factor=2.5").kFactor == 2.5)
        #expect(try SearchParameters("max_codes=0").maxCodes == nil)
    }

    @Test(
        arguments: [
            "nprobe", "nprobe=", "nprobe=x", "nprobe=-1", "nprobe=0", "nprobe=1,nprobe=2", "ht=3",
            "verbose=1",
            ",", "nprobe=1,", "k_factor_rf=0.5", "k_factor_rf=nan", "k_factor=1,k_factor_rf=2",
            "nprobe=1=2",
            "nprobe=99999999999999999999",
        ]
    )
    func `are refused when they are something else`(text: String) {
        // "0" is a number, but none that this parameter can have.
        expect(text == "nprobe=0" ? .outOfRange : .malformedParameters) {
            _ = try SearchParameters(text)
        }
    }

    @Test func `lead from fast and careless to slow and thorough`() throws {
        let queries = ClusteredRows(count: 30, dimension: 16, clusters: 20, seed: 42)
        let exact = try filled("Flat", rows, .l2)
        let truth = try exact.search(queries.values, k: 5)
        let index = try filled("IVF32,PQ8x4fs,RFlat", rows, .l2)
        var told = 0
        let points = try index.operatingPoints(
            for: queries.values,
            truth: truth.labels,
            k: 5
        ) { _, total in
            #expect(total == 6 * 7)
            told += 1
            return true
        }
        #expect(told == 43)
        let last = try #require(points.last)
        #expect(last.recall > 0.95)
        let inOrder = zip(points, points.dropFirst()).allSatisfy {
            $0.recall < $1.recall && $0.durationPerQuery <= $1.durationPerQuery
        }
        #expect(inOrder)
        #expect(throws: FAISSError.wrongLabelCount(expected: 150, found: 3)) {
            _ = try index.operatingPoints(for: queries.values, truth: [1, 2, 3], k: 5)
        }
        #expect(throws: FAISSError.cancelled) {
            _ = try index.operatingPoints(for: queries.values, truth: truth.labels, k: 5) {
                done,
                _ in done < 2
            }
        }
    }
}
