import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 400, dimension: 8, seed: 31)
private let queries = ClusteredRows(count: 10, dimension: 8, seed: 32)
private let factories = ["Flat", "IVF8,Flat", "IVF8,SQ8", "HNSW8"]

@Suite struct `The bytes of an index` {
    @Test(arguments: factories, Metric.allCases)
    func `give back the same index`(factory: String, metric: Metric) throws {
        let index = try filled(factory, rows, metric)
        let bytes = try index.serialized()
        var restored = try Index(serialized: bytes)
        let (before, after) = (index.factory, restored.factory)
        #expect(after == before && restored.metric == metric && restored.isTrained)
        #expect(restored.dimension == 8 && restored.count == 400)
        let answer = try index.search(queries.values, k: 7)
        #expect(try restored.search(queries.values, k: 7) == answer)
        #expect(try restored.serialized() == bytes)
        try restored.add(rows.values)
        #expect(restored.count == 800)
    }

    @Test(arguments: factories)
    func `may be those of an empty or untrained one`(factory: String) throws {
        let empty = try Index(dimension: 8, factory: factory, metric: .l2)
        let bytes = try empty.serialized()
        let restored = try Index(serialized: bytes)
        let (wasTrained, isTrained) = (empty.isTrained, restored.isTrained)
        #expect(restored.count == 0)
        #expect(wasTrained == isTrained)
        #expect(restored.factory?.description.hasPrefix(factory) == true)
    }

    @Test(arguments: factories)
    func `are refused when some are missing or too many`(factory: String) throws {
        let bytes = try filled(factory, rows, .l2).serialized()
        for count in Array(0..<200) + Array(stride(from: 200, to: bytes.count, by: 97)) {
            #expect(throws: FAISSError.self, "\(count) of \(bytes.count) bytes") {
                _ = try Index(serialized: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: FAISSError.malformed(reason: "bytes are left after the index")) {
            _ = try Index(serialized: (bytes + [0]))
        }
    }

    @Test func `are refused when they are something else`() {
        #expect(
            throws: FAISSError.malformed(
                reason: "the bytes do not start with a kind of index"
            )
        ) {
            _ = try Index(serialized: [UInt8](repeating: 65, count: 1_000))
        }
        #expect(throws: FAISSError.malformed(reason: "the bytes end inside the header")) {
            _ = try Index(serialized: [UInt8]())
        }
    }

    @Test func `are refused with a header that they cannot fill`() throws {
        let bytes = try filled("Flat", rows, .l2).serialized()
        func reason(_ offset: Int, _ changed: [UInt8]) -> FAISSError? {
            var bytes = bytes
            bytes.replaceSubrange(offset..<offset + changed.count, with: changed)
            do {
                _ = try Index(serialized: bytes)
                return nil
            } catch {
                return error
            }
        }
        #expect(reason(4, [0, 0, 0, 0]) == .malformed(reason: "the dimension is out of range"))
        #expect(reason(4, [0, 0, 0, 255]) == .malformed(reason: "the dimension is out of range"))
        #expect(
            reason(8, [255, 255, 255, 127])
                == .malformed(reason: "the count is more than the bytes can hold")
        )
        // Here FAISS's own reader objects.
        guard case .faiss(let message) = reason(8, [0x8f]) else {
            Issue.record("a wrong count is not found")
            return
        }
        #expect(message.contains("codes.size()"))
        #expect(reason(33, [7]) == .malformed(reason: "the metric is not supported"))
    }

    /// Links that point anywhere are found, so that a search stays inside the rows.
    @Test(arguments: [UInt64(1), 2, 3])
    func `of a graph either lead inside it or are refused`(seed: UInt64) throws {
        let bytes = try filled("HNSW8", rows, .l2).serialized()
        var random = SplitMix64(seed: seed)
        // Before the links: header, probabilities and starts of levels, levels, offsets. Behind them the rows.
        let links = bytes.count - 400 * 8 * 4 - 200 - 400 * 16 * 4..<bytes.count - 400 * 8 * 4 - 200
        var refused = 0
        for _ in 0..<300 {
            var altered = bytes
            altered[Int.random(in: links, using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
            do {
                let index = try Index(serialized: altered)
                _ = try index.search(queries.values, k: 5)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 100)
    }
}
