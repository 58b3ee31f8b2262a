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

    @Test(arguments: factories, Metric.allCases)
    func `are in FAISS's own format where asked for`(factory: String, metric: Metric) throws {
        let index = try filled(factory, rows, metric)
        let bytes = try index.faissBytes()
        // Four characters by which FAISS's reader tells kinds apart.
        let kind = String(decoding: bytes.prefix(4), as: UTF8.self)
        let kinds = ["Flat": metric == .l2 ? "IxF2" : "IxFI", "IVF8,Flat": "IwFl"]
        #expect(kind == kinds[factory] ?? (factory == "HNSW8" ? "IHNf" : "IwSq"))
        var restored = try Index(trustingFAISSBytes: bytes)
        let answer = try index.search(queries.values, k: 7)
        #expect(try restored.search(queries.values, k: 7) == answer)
        #expect(try restored.faissBytes() == bytes)
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
            expect(.altered, "\(count) of \(bytes.count) bytes") {
                _ = try Index(serialized: Array(bytes.prefix(count)))
            }
        }
        expect(.altered) {
            _ = try Index(serialized: (bytes + [0]))
        }
    }

    @Test func `are refused when they are something else`() {
        for count in [0, 1, 63, 64, 65, 1_000] {
            expect(.altered) {
                _ = try Index(serialized: [UInt8](repeating: 65, count: count))
            }
        }
    }
}
