import Indexes
import TestSupport
import Testing

@Suite struct `The nearest rows` {
    @Test(arguments: [UInt64(41), 42, 43])
    func `are those that sorting keeps`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let values: [Float] = [
            -.infinity, -2, -1, -.leastNonzeroMagnitude, -0.0, 0, .leastNonzeroMagnitude, 1, 2,
            .greatestFiniteMagnitude, .infinity,
        ]
        for k in [0, 1, 2, 7, 100] {
            let all = (0..<60).map { row in
                Neighbour(row: row, distance: values.randomElement(using: &random) ?? 0)
            }
            var nearest = Nearest(k: k)
            for neighbour in all.shuffled(using: &random) {
                nearest.insert(distance: neighbour.distance, row: neighbour.row)
            }
            let expected = all.sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }.prefix(k)
            #expect(nearest.sorted() == Array(expected))
            #expect(nearest.count == min(k, 60))
            if 0 < k, k <= 60 { #expect(nearest.bound == expected.last?.distance) }
        }
    }

    @Test func `give no negative zero`() {
        var nearest = Nearest(k: 1)
        nearest.insert(distance: -0.0, row: 5)
        #expect(nearest.sorted().first?.distance.sign == .plus)
    }

    @Test func `have scores that say which way is nearer`() {
        #expect(Metric.l2.score(fromDistance: 4) == 4)
        #expect(Metric.cosine.score(fromDistance: -0.5) == 0.5)
        #expect(Metric.innerProduct.score(fromDistance: 0).sign == .plus)
        #expect(Metric.allCases.map(\.higherIsNearer) == [false, true, true, false])
    }
}

@Suite struct `A set of rows` {
    @Test(arguments: [UInt64(44), 45])
    func `holds what was inserted`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var model: Set<UInt32> = []
        var set = RowSet(capacity: 100)
        for _ in 0..<80 {
            let row = UInt32.random(in: 0..<500, using: &random)
            model.insert(row)
            set.insert(row)
        }
        #expect(set.count == model.count)
        for row in 0..<UInt32(1_000) { #expect(set.contains(row) == model.contains(row)) }
        #expect(RowSet(words: set.words) == set)
    }
}
