import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 300, dimension: 8, seed: 91)
private let bytes = (0..<300 * 8).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }

@Suite struct `The edges of what is accepted` {
    @Test(arguments: [0, -1, 65_537, Int.min, .max])
    func `exclude a dimension out of range`(dimension: Int) {
        func refused(_ range: ClosedRange<Int>) -> FAISSError {
            .outOfRange(parameter: "dimension", allowed: range, found: dimension)
        }
        #expect(throws: refused(1...65_536)) {
            _ = try Index(dimension: dimension, factory: FactoryString("IVF4,Flat"), metric: .l2)
        }
        #expect(throws: refused(8...65_536)) {
            _ = try BinaryIndex(dimension: dimension, factory: "BFlat")
        }
        #expect(throws: refused(1...65_536)) {
            _ = try KMeans.train(rows.values, dimension: dimension, count: 1)
        }
        #expect(throws: refused(1...65_536)) {
            _ = try VectorTransform(dimension: dimension, .normalization)
        }
    }

    @Test func `exclude a search for nothing, and a radius or factor that is no number`() throws {
        var bits = try BinaryIndex(dimension: 64, factory: "BFlat")
        try bits.add(bytes)
        #expect(throws: FAISSError.outOfRange(parameter: "k", allowed: 1...Int.max, found: 0)) {
            _ = try bits.search(bytes, k: 0)
        }
        #expect(
            throws: FAISSError.outOfRange(parameter: "radius", allowed: 0...65_537, found: -1)
        ) {
            _ = try bits.rangeSearch(bytes, radius: -1)
        }
        let index = try filled("Flat,RFlat", rows, .l2)
        #expect(throws: FAISSError.notANumber(parameter: "radius")) {
            _ = try index.rangeSearch(rows.values, radius: .nan)
        }
        #expect(throws: FAISSError.notANumber(parameter: "k_factor_rf")) {
            _ = try index.search(rows.values, k: 1, parameters: SearchParameters(kFactor: .nan))
        }
        let factors: [(Float, Int)] = [
            (.infinity, .max), (-.infinity, .min), (0.5, 0), (-3, -3), (-1e30, .min),
        ]
        for (factor, found) in factors {
            let expected = FAISSError.outOfRange(
                parameter: "k_factor_rf",
                allowed: 1...Int.max,
                found: found
            )
            #expect(throws: expected) {
                _ = try index.search(
                    rows.values,
                    k: 1,
                    parameters: SearchParameters(kFactor: factor)
                )
            }
        }
    }

    @Test(arguments: ["Flat", "IVF4,Flat", "HNSW8", "PCA4,SQ8", "IDMap,Flat", "PQ4x4fs,RFlat"])
    func `include no rows, queries and labels at all`(factory: String) throws {
        var index = try filled(factory, rows, .l2)
        try index.add([])
        #expect(index.count == 300)
        #expect(try index.reconstruct([]) == [])
        let found = try index.search([], k: 5)
        #expect(found.labels.isEmpty && found.bounds == [0] && found.queryCount == 0)
        let near = try index.rangeSearch([], radius: 1)
        #expect(near.labels.isEmpty && near.bounds == [0] && near.queryCount == 0)
        try index.reset()
        let nothing = try index.rangeSearch(rows.values, radius: .infinity)
        #expect(nothing.labels.isEmpty && nothing.queryCount == 300)
    }

    @Test(arguments: ["BFlat", "BIVF4", "BHNSW8", "BHash4", "BHash4x6"])
    func `include no bits at all`(factory: String) throws {
        var index = try BinaryIndex(dimension: 64, factory: factory)
        if index.requiredTrainingRows > 0 {
            #expect(throws: FAISSError.tooFewTrainingRows(required: 4, found: 0)) {
                try index.train([])
            }
        }
        try index.train(bytes)
        try index.add([])
        #expect(index.count == 0 && index.nextLabel == 0)
        #expect(try index.search(bytes, k: 3).labels.isEmpty)
        try index.add(bytes)
        #expect(try index.reconstruct([]) == [])
        #expect(try index.search([], k: 5).bounds == [0])
        #expect(try index.rangeSearch([], radius: 3).bounds == [0])
        #expect(try index.rangeSearch(bytes, radius: 0).labels.isEmpty)
    }

    @Test func `include nothing to transform`() throws {
        var transform = try VectorTransform(
            dimension: 8,
            .principalComponents(dimension: 4, whitened: false, rotated: false)
        )
        #expect(throws: FAISSError.notTrained) { _ = try transform.apply([]) }
        #expect(throws: FAISSError.notTrained) { _ = try transform.reverse([]) }
        #expect(throws: FAISSError.tooFewTrainingRows(required: 4, found: 0)) {
            try transform.train([])
        }
        try transform.train(rows.values)
        #expect(try transform.apply([]) == [])
        #expect(try transform.reverse([]) == [])
    }
}

@Suite struct `Each error` {
    private func distinct(_ count: Int) -> [Float] {
        ClusteredRows(count: count, dimension: 8, seed: 92).values
    }

    @Test func `of labels names the row`() throws {
        var index = try Index(dimension: 8, factory: "IDMap,Flat", metric: .l2)
        let three = distinct(3)
        #expect(throws: FAISSError.negativeLabel(-7, row: 2)) {
            try index.add(three, labels: [1, 2, -7])
        }
        #expect(throws: FAISSError.wrongLabelCount(expected: 3, found: 2)) {
            try index.add(three, labels: [1, 2])
        }
        #expect(index.count == 0)
        var bits = try BinaryIndex(dimension: 64, factory: "BIVF4")
        try bits.train(bytes)
        #expect(throws: FAISSError.negativeLabel(.min, row: 0)) {
            try bits.add(Array(bytes.prefix(8)), labels: [.min])
        }
        #expect(throws: FAISSError.wrongLabelCount(expected: 1, found: 0)) {
            try bits.add(Array(bytes.prefix(8)), labels: [])
        }
        #expect(bits.count == 0)
        var flat = try BinaryIndex(dimension: 64, factory: "BFlat")
        #expect(
            throws: FAISSError.unsupported(operation: "labels of the caller's", kind: "BFlat")
        ) {
            try flat.add(Array(bytes.prefix(8)), labels: [1])
        }
    }

    @Test func `of a graph that takes its rows at once says what it wants`() throws {
        var index = try Index(dimension: 8, factory: "NSG16", metric: .l2)
        #expect(throws: FAISSError.tooFewRows(required: 200, found: 199)) {
            try index.add(distinct(199))
        }
        #expect(index.count == 0)
        try index.add(rows.values)
        #expect(throws: FAISSError.holdsRows(kind: "NSG16,Flat")) { try index.add(rows.values) }
        // No rows are nothing to refuse.
        try index.add([])
        #expect(index.count == 300)
        var equal = try Index(dimension: 8, factory: "NSG16", metric: .l2)
        #expect(
            throws: FAISSError.degenerate(
                reason: "too many rows are equal, or have equal codes, for a NSG"
            )
        ) {
            try equal.add([Float](repeating: 1, count: 300 * 8))
        }
        // Nothing had changed.
        try equal.add(rows.values)
        #expect(equal.count == 300)
    }

    @Test func `in the middle of training leaves an index that says so`() throws {
        var index = try Index(dimension: 8, factory: "PCAW8,Flat", metric: .l2)
        // All along one line.
        let line = (0..<256).map { Float($0 / 8) }
        let degenerate = FAISSError.degenerate(
            reason: "the training rows span fewer dimensions than are to come out"
        )
        #expect(throws: degenerate) { try index.train(line) }
        let unusable = FAISSError.unusable(after: degenerate.description)
        #expect(throws: unusable) { try index.train(rows.values) }
        #expect(throws: unusable) { try index.add(rows.values) }
        #expect(throws: unusable) { _ = try index.search(rows.values, k: 1) }
        #expect(throws: unusable) { _ = try index.rangeSearch(rows.values, radius: 1) }
        #expect(throws: unusable) { _ = try index.reconstruct([0]) }
        #expect(throws: unusable) { try index.reset() }
        #expect(throws: unusable) { try index.remove(Selector(0..<1)) }
        #expect(throws: unusable) { _ = try index.serialized() }
        #expect(throws: unusable) { _ = try index.faissBytes() }
        var other = try Index(dimension: 8, factory: "Flat", metric: .l2)
        #expect(throws: unusable) { try other.merge(from: &index) }
    }

    @Test func `of FAISS's bytes says what is wrong with them`() throws {
        func reason(_ bytes: [UInt8]) -> String? {
            do throws(FAISSError) {
                _ = try Index(trustingFAISSBytes: bytes)
                return nil
            } catch {
                guard case .malformed(let reason) = error else { return "\(error)" }
                return reason
            }
        }
        let bytes = try filled("Flat", rows, .l2).faissBytes()
        #expect(reason([]) != nil)
        #expect(reason(Array(bytes.prefix(20))) == "the bytes end too early (byte 16 in IxF2)")
        #expect(
            reason(Array(bytes.prefix(500)))
                == "a length that is more than the bytes left (byte 45 in IxF2)"
        )
        #expect(
            reason(bytes + [0]) == "bytes are left after the index (byte \(bytes.count))"
        )
        #expect(
            reason([0] + bytes) == "a kind of index or transform that is not read here (byte 0)"
        )
        // FAISS's header, and the number of lists before nprobe.
        var lists = try filled("IVF4,Flat", rows, .l2).faissBytes()
        lists[37 + 8] = 0
        #expect(reason(lists) == "nprobe is 0")
    }

    @Test(
        arguments: [
            ("nprobe", "\"nprobe\" is not name=value"), ("nprobe=x", "\"x\" is no number"),
            ("nprobe=1,nprobe=2", "nprobe stands twice"),
            ("k_factor=0.5", "k_factor_rf is less than 1"),
            ("k_factor=nan", "\"nan\" is no number"),
            ("ht=3", "\"ht\" is no parameter of a search"),
        ]
    )
    func `of parameters in text quotes them`(text: String, reason: String) {
        #expect(throws: FAISSError.malformedParameters(text, reason: reason)) {
            _ = try SearchParameters(text)
        }
    }

    @Test func `of a merge says why, and nothing has changed`() throws {
        func refusal(
            _ left: consuming Index,
            _ right: consuming Index,
            _ offset: Int64? = nil
        ) -> String? {
            let counts = (left.count, right.count)
            do throws(FAISSError) {
                try left.merge(from: &right, shiftingLabelsBy: offset)
                return nil
            } catch {
                #expect(left.count == counts.0 && right.count == counts.1)
                guard case .notMergeable(let reason) = error else { return "\(error)" }
                return reason
            }
        }
        let other = ClusteredRows(count: 300, dimension: 8, seed: 93)
        let wide = ClusteredRows(count: 300, dimension: 9, seed: 93)
        #expect(
            try refusal(filled("Flat", rows, .l2), filled("Flat", wide, .l2))
                == "they differ in dimension or metric"
        )
        #expect(
            try refusal(filled("Flat", rows, .l2), filled("Flat", rows, .innerProduct))
                == "they differ in dimension or metric"
        )
        #expect(
            try refusal(filled("Flat", rows, .l2), filled("SQ8", rows, .l2))
                == "they are of different kinds"
        )
        #expect(
            try refusal(filled("IVF4,Flat", rows, .l2), filled("IVF4,Flat", other, .l2))
                == "they were not trained alike"
        )
        #expect(
            try refusal(filled("HNSW8", rows, .l2), filled("HNSW8", rows, .l2))
                == "rows of a graph cannot be moved"
        )
        #expect(
            try refusal(filled("Flat", rows, .l2), filled("Flat", rows, .l2), 3)
                == "labels that are positions cannot be shifted"
        )
        for offset in [Int64(-1), .min, .max] {
            #expect(
                try refusal(filled("IVF4,Flat", rows, .l2), filled("IVF4,Flat", rows, .l2), offset)
                    == "the labels would be out of range"
            )
        }
    }

    @Test(arguments: ["IVF4,Flat", "IDMap,Flat"])
    func `of shifted labels does not come up within their range`(factory: String) throws {
        var left = try filled(factory, rows, .l2)
        var right = try filled(factory, rows, .l2)
        try left.merge(from: &right, shiftingLabelsBy: 1_000)
        #expect(left.count == 600 && left.nextLabel == 1_300 && right.count == 0)
        #expect(try left.reconstruct([1_299]) == Array(rows[299]))
        #expect(try left.reconstruct([299]) == Array(rows[299]))
        #expect(throws: FAISSError.unknownLabel(300)) { _ = try left.reconstruct([300]) }
    }

    @Test func `of efConstruction says what is allowed, and where`() throws {
        var graph = try Index(dimension: 8, factory: "IDMap,HNSW8,SQ8", metric: .l2)
        for value in [0, -1, 65_537, Int.max] {
            #expect(
                throws: FAISSError.outOfRange(
                    parameter: "efConstruction",
                    allowed: 1...65_536,
                    found: value
                )
            ) {
                try graph.setEfConstruction(value)
            }
        }
        try graph.setEfConstruction(1)
        try graph.setEfConstruction(65_536)
        for factory in ["Flat", "IVF4_HNSW8,Flat", "NSG16"] {
            var index = try Index(dimension: 8, factory: factory, metric: .l2)
            let kind = index.factory?.description ?? ""
            #expect(throws: FAISSError.unsupported(operation: "efConstruction", kind: kind)) {
                try index.setEfConstruction(40)
            }
        }
    }

    @Test func `of efConstruction is worth more candidates`() throws {
        func made(_ efConstruction: Int) throws -> [UInt8] {
            var index = try Index(dimension: 8, factory: "HNSW4", metric: .l2)
            try index.setEfConstruction(efConstruction)
            try index.add(rows.values)
            return try index.serialized()
        }
        let isSame = try made(2) == made(200)
        #expect(!isSame)
    }
}
