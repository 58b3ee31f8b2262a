import FAISS
import TestSupport
import Testing

private let dimension = 64
private let rows = bits(1_000, seed: 31)
private let queries = bits(20, seed: 32)

/// Bits around a few centres.
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

private func distance(_ query: Int, _ row: Int) -> Int {
    (0..<8).reduce(0) { $0 + (queries[query * 8 + $1] ^ rows[row * 8 + $1]).nonzeroBitCount }
}

/// These bits of a row, the lowest of each byte first.
private func key(_ row: Int, _ rows: [UInt8], _ bits: Range<Int>) -> [Bool] {
    bits.map { rows[row * 8 + $0 / 8] >> ($0 % 8) & 1 == 1 }
}

private struct BinaryKind: Sendable, CustomTestStringConvertible {
    let factory: String
    var parameters = SearchParameters()
    /// The share of the nearest rows that it finds at least; nil if it finds just those of `candidates`.
    var recall: Double?
    var canRemove = false
    /// Whether a query is compared with a row.
    var candidates: @Sendable (_ query: Int, _ row: Int) -> Bool = { _, _ in true }

    var testDescription: String { factory }

    static let all = [
        BinaryKind(factory: "BFlat", canRemove: true),
        BinaryKind(
            factory: "BIVF16",
            parameters: SearchParameters(nprobe: 8),
            recall: 0.8,
            canRemove: true
        ),
        BinaryKind(
            factory: "BIVF16_HNSW8",
            parameters: SearchParameters(nprobe: 8),
            recall: 0.8,
            canRemove: true
        ),
        BinaryKind(factory: "BHNSW16", parameters: SearchParameters(efSearch: 64), recall: 0.85),
        BinaryKind(factory: "BHash4") { key($0, queries, 0..<4) == key($1, rows, 0..<4) },
        BinaryKind(factory: "BHash6x6") { query, row in
            (0..<6).contains { group in
                let bits = group * 6..<group * 6 + 6
                return key(query, queries, bits) == key(row, rows, bits)
            }
        },
    ]
}

@Suite struct `An index of bits` {
    private func filled(_ kind: BinaryKind) throws(FAISSError) -> BinaryIndex {
        var index = try BinaryIndex(dimension: dimension, factory: kind.factory)
        try index.train(rows)
        try index.add(rows)
        return index
    }

    @Test(arguments: BinaryKind.all)
    private func `finds rows, and the same ones after it was stored`(kind: BinaryKind) throws {
        let index = try filled(kind)
        let result = try index.search(queries, k: 10, parameters: kind.parameters)
        var good = 0
        for query in 0..<20 {
            let exact = (0..<1_000).map { distance(query, $0) }.sorted()[9]
            for (label, bits) in zip(result.labels(of: query), result.distances(of: query)) {
                #expect(distance(query, Int(label)) == Int(bits))
                if Int(bits) <= exact { good += 1 }
            }
        }
        if let recall = kind.recall {
            #expect(Double(good) >= recall * 200, "\(good) of 200")
        } else {
            for query in 0..<20 {
                let expected = (0..<1_000).filter { kind.candidates(query, $0) }
                #expect(result.labels(of: query).allSatisfy { expected.contains(Int($0)) })
                let nearest = expected.map { distance(query, $0) }.sorted().prefix(10)
                #expect(result.distances(of: query).map { Int($0) } == Array(nearest))
            }
        }
        let bytes = try index.serialized()
        let copied = try BinaryIndex(serialized: bytes)
        #expect(try copied.search(queries, k: 10, parameters: kind.parameters) == result)
        #expect(copied.count == 1_000 && copied.nextLabel == 1_000)
        // Hashes keep their rows in no order.
        #expect(try copied.serialized() == bytes || kind.factory.hasPrefix("BHash"))
        let format = try index.faissBytes()
        let restored = try BinaryIndex(trustingFAISSBytes: format)
        #expect(try restored.search(queries, k: 10, parameters: kind.parameters) == result)
        #expect(restored.count == 1_000 && restored.nextLabel == 1_000)
    }

    @Test(arguments: ["BHash8", "BHash2x8"], [1, 2, 3, 4, 7, 8, 64, 65])
    func `gets back all rows of one key`(factory: String, count: Int) throws {
        var index = try BinaryIndex(dimension: dimension, factory: factory)
        for _ in 0..<count { try index.add(Array(rows[0..<8])) }
        for restored in [
            try BinaryIndex(serialized: index.serialized()).search(Array(rows[0..<8]), k: 100),
            try BinaryIndex(trustingFAISSBytes: index.faissBytes())
                .search(Array(rows[0..<8]), k: 100),
        ] {
            #expect(restored.labels == (0..<Int64(count)).map { $0 })
        }
    }

    @Test(arguments: ["BHNSW4", "BHNSW16"])
    func `finds more the more candidates its graph keeps`(factory: String) throws {
        var index = try BinaryIndex(dimension: dimension, factory: factory)
        try index.add(rows)
        let found = try [10, 30, 1_000].map { efSearch in
            let parameters = SearchParameters(efSearch: efSearch)
            let result = try index.search(queries, k: 10, parameters: parameters)
            return (0..<20).reduce(0) { sum, query in
                let exact = (0..<1_000).map { distance(query, $0) }.sorted()[9]
                return sum + result.distances(of: query).count { Int($0) <= exact }
            }
        }
        #expect(found[0] < found[1] && found[1] <= found[2], "\(found) of 200")
        #expect(found[2] >= 195, "\(found) of 200")
        // As many as there are rows, and as few as there may be.
        let all = try index.search(queries, k: 1_000, parameters: SearchParameters(efSearch: 1))
        #expect((0..<20).allSatisfy { Set(all.labels(of: $0)).count >= 990 })
    }

    @Test(arguments: BinaryKind.all)
    private func `is refused with any byte altered`(kind: BinaryKind) throws {
        let bytes = try filled(kind).serialized()
        for place in Array(0..<512) + Array(stride(from: 512, to: bytes.count, by: 97)) {
            var altered = bytes
            altered[place] ^= 0x10
            expect(.altered, "byte \(place)") {
                _ = try BinaryIndex(serialized: altered)
            }
        }
        let another = try Index(dimension: 8, factory: "Flat", metric: .l2).serialized()
        expect(.altered) { _ = try BinaryIndex(serialized: another) }
        expect(.altered) { _ = try Index(serialized: bytes) }
    }

    @Test(arguments: BinaryKind.all)
    private func `finds what is selected, and all within a radius`(kind: BinaryKind) throws {
        let index = try filled(kind)
        var parameters = kind.parameters
        if parameters.nprobe != nil { parameters.nprobe = 16 }
        parameters.selector = try Selector(100..<200)
        let found = try index.search(queries, k: 10, parameters: parameters)
        #expect(found.labels.count == 200 && found.labels.allSatisfy { 100..<200 ~= $0 })
        let near = try index.rangeSearch(queries, radius: 20, parameters: parameters)
        for query in 0..<20 {
            let expected = Set((100..<200).filter { distance(query, $0) < 20 }.map { Int64($0) })
            #expect(Set(near.labels(of: query)) == expected)
        }
    }

    @Test(arguments: BinaryKind.all)
    private func `gives rows back and takes them out`(kind: BinaryKind) throws {
        var index = try filled(kind)
        let given = try index.reconstruct([999, 0])
        #expect(given == Array(rows[999 * 8..<1_000 * 8]) + Array(rows[0..<8]))
        #expect(throws: FAISSError.unknownLabel(1_000)) { _ = try index.reconstruct([1_000]) }
        guard kind.canRemove else {
            #expect(
                throws: FAISSError.unsupported(operation: "removal", kind: kind.factory)
            ) {
                try index.remove(Selector(0..<10))
            }
            return
        }
        #expect(try index.remove(Selector(0..<10)) == 10)
        #expect(index.count == 990)
        try index.add(Array(rows[0..<8]))
        #expect(index.nextLabel == (index.labels == .stored ? 1_001 : 991))
        try index.reset()
        #expect(try index.search(queries, k: 3).labels.isEmpty)
    }

    @Test func `is refused with a reason`() throws {
        for text in [
            "", "Flat", "BFlat,", "BIVF0", "BIVF", "BIVF4_HNSW1", "BHNSW", "BHash0", "BHash33",
            "BHash2x", "BFlat2",
        ] {
            expect(.unsupportedFactory, "\(text)") {
                _ = try BinaryIndex(dimension: 64, factory: text)
            }
        }
        expect(.unsupportedFactory) { _ = try BinaryIndex(dimension: 8, factory: "BHash3x4") }
        #expect(throws: FAISSError.notWholeBytes(dimension: 12)) {
            _ = try BinaryIndex(dimension: 12, factory: "BFlat")
        }
        var index = try BinaryIndex(dimension: 64, factory: "BIVF16")
        #expect(throws: FAISSError.notTrained) { try index.add(rows) }
        #expect(throws: FAISSError.tooFewTrainingRows(required: 16, found: 1)) {
            try index.train(Array(rows.prefix(8)))
        }
        #expect(throws: FAISSError.notWholeRows(dimension: 8, valueCount: 7)) {
            try index.train(Array(rows.prefix(7)))
        }
        #expect(throws: FAISSError.unknownParameter("efSearch", factory: "BIVF16")) {
            try index.train(rows)
            _ = try index.search(queries, k: 1, parameters: SearchParameters(efSearch: 3))
        }
    }
}
