import FAISS

// 10,000 rows of 64 numbers around 100 centres, the same in every run.
var state: UInt64 = 42
@MainActor func random() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24) - 0.5
}
let dimension = 64
let centres = (0..<100 * dimension).map { _ in random() }
@MainActor func rows(_ count: Int) -> [Float] {
    (0..<count).flatMap { row in
        (0..<dimension).map { centres[row % 100 * dimension + $0] + random() / 4 }
    }
}
let stored = rows(10_000)
let queries = rows(100)

// Train, fill, search.
var index = try Index(dimension: dimension, factory: "IVF64,Flat", metric: .l2)
try index.train(stored)
try index.add(stored)
let result = try index.search(queries, k: 10, parameters: SearchParameters("nprobe=8"))
print("\(index.count) rows, \(result.labels.count) hits for \(result.queryCount) queries")

// How good is that? Exact search tells.
var exact = try Index(dimension: dimension, factory: "Flat", metric: .l2)
try exact.add(stored)
let truth = try exact.search(queries, k: 10)
var found = 0
for query in 0..<100 {
    found += Set(truth.labels(of: query)).intersection(result.labels(of: query)).count
}
print("recall@10 is at least 0.9: \(found >= 900)")

// Only some rows, all rows in a radius, without some rows.
let even = try Selector(bitmap: [UInt8](repeating: 0b0101_0101, count: 1_250))
let some = try index.search(queries, k: 10, parameters: SearchParameters(nprobe: 8, selector: even))
print("only even labels: \(some.labels.allSatisfy { $0 % 2 == 0 })")
let near = try index.rangeSearch(queries, radius: 1, parameters: SearchParameters(nprobe: 8))
print("nearer than 1: \(near.distances.allSatisfy { $0 < 1 })")
try index.remove(Selector(0..<5_000))
print("\(index.count) rows are left")

// Save and restore. Every byte is under a checksum; `faissBytes()` gives what Python's faiss reads, without one.
let bytes = try index.serialized()
let restored = try Index(serialized: bytes)
let again = try restored.search(queries, k: 10, parameters: SearchParameters(nprobe: 8))
let before = try index.search(queries, k: 10, parameters: SearchParameters(nprobe: 8))
print("restored: \(restored.factory?.description ?? "?"), the same answers: \(again == before)")
