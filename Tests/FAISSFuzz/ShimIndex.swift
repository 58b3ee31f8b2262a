import CFAISS
import TestSupport

private let factories = [
    "Flat", "SQ8", "HNSW8,Flat", "HNSW8,SQ8", "IVF4,Flat", "IVF4,SQ8", "IVF4_HNSW4,Flat",
    "IVF4,PQ2x4fs", "PQ2x4", "IDMap,Flat", "IDMap2,SQ8", "RQ2x4", "LSH", "PCA4,Flat", "NSG16,Flat",
    "PQ2x4fs,RFlat", "IVF4,PQ2+2",
]

/// A handful of calls on two indexes of one kind.
func tryIndexCalls(_ random: inout SplitMix64) {
    var index: OpaquePointer?
    var other: OpaquePointer?
    let factory = random.pick(factories)
    let dimension = random.pick([8, 8, 8, 8, 0, -1, 65_537, .min, .max] as [Int32])
    let metric = random.pick([0, 0, 0, 1, 2, -1, .min] as [Int32])
    announce("create \(factory) \(dimension) \(metric)")
    _ = cfaiss_index_create(dimension, random.chance(97) ? factory : nil, metric, &index)
    _ = cfaiss_index_create(8, random.chance(70) ? factory : random.pick(factories), 0, &other)
    _ = cfaiss_index_create(8, factory, 0, nil)
    let selector = random.selector()
    defer {
        cfaiss_index_destroy(index)
        cfaiss_index_destroy(other)
        cfaiss_selector_destroy(selector)
    }
    let rows = random.rows(SplitMix64.arrayCount, 8)
    for _ in 0..<Int.random(in: 4...14, using: &random) {
        let given = random.chance(98) ? index : nil
        guard call(given, other, rows, selector, &random) else { return }
    }
}

/// False once a handle may only be destroyed.
private func call(
    _ index: OpaquePointer?,
    _ other: OpaquePointer?,
    _ rows: [Float],
    _ selector: OpaquePointer?,
    _ random: inout SplitMix64
) -> Bool {
    // No more than there are rows, or so many that the function must refuse them before it looks.
    let n = random.count()
    let k = random.count()
    let given = random.chance(95)
    let parameters = random.searchParameters(selector)
    var info = cfaiss_index_info()
    switch Int.random(in: 0..<14, using: &random) {
    case 0, 1:
        let place = random.chance(70) ? index : other
        // FAISS wants a row a centroid, which the grammar's caller knows, and reads all rows that it is told of.
        guard n <= 0 || 100...300 ~= n else { return true }
        guard
            place == nil || cfaiss_index_describe(place, &info) != CFAISS_OK || info.is_trained == 0
        else { return true }
        announce("train \(n)")
        // 256 rows are what IVF…,PQ…+… needs.
        let count = n == 100 ? 300 : n
        return isIntact(cfaiss_index_train(place, count, given ? rows : nil, random.work()))
    case 2, 3:
        guard n <= 300 || n > 1 << 31 else { return true }
        announce("add \(n)")
        var labels = (0..<SplitMix64.arrayCount).map { Int64($0) }
        if random.chance(20) { labels[0] = random.pick([-1, .min, .max]) }
        return isIntact(
            cfaiss_index_add(
                random.chance(70) ? index : other,
                n,
                given ? rows : nil,
                random.chance(60) ? nil : labels,
                random.work()
            )
        )
    case 4, 5, 6: search(index, n, given ? rows : nil, k, parameters)
    case 7:
        guard n <= 300 else { return true }
        announce("range \(n) \(parameters)")
        var hits: OpaquePointer?
        let radius = random.pick([0, 1, .nan, .infinity, -.infinity] as [Float])
        let status = optionally(random.chance(98), &hits) {
            cfaiss_index_range_search(index, n, given ? rows : nil, radius, parameters, $0)
        }
        if status == CFAISS_OK { copy(hits, queryCount: Int(n)) }
        cfaiss_range_hits_destroy(hits)
        _ = cfaiss_range_hits_count(nil)
        cfaiss_range_hits_copy(nil, nil, nil, nil)
    case 8:
        announce("reconstruct \(n)")
        guard n <= 300, index == nil || cfaiss_index_describe(index, &info) == CFAISS_OK else {
            return true
        }
        // Codes mean nothing yet.
        guard index == nil || info.is_trained != 0 else { return true }
        var decoded = [Float](repeating: 0, count: SplitMix64.arrayCount * 8)
        let labels = (0..<SplitMix64.arrayCount).map { _ in
            Int64.random(in: -3...400, using: &random)
        }
        var unknown: Int64 = 0
        let unknownIsGiven = random.chance(95)
        _ = optionally(random.chance(95), &decoded) { decoded in
            optionally(unknownIsGiven, &unknown) {
                cfaiss_index_reconstruct(index, n, given ? labels : nil, decoded, $0)
            }
        }
    case 9:
        announce("remove")
        var removed: Int64 = 0
        return isIntact(
            optionally(random.chance(95), &removed) {
                cfaiss_index_remove(index, given ? selector : nil, $0)
            }
        )
    case 10:
        announce("efConstruction \(n)")
        _ = cfaiss_index_set_ef_construction(index, Int32(truncatingIfNeeded: n))
        _ = cfaiss_index_reset(random.chance(10) ? index : nil)
    case 11, 12:
        announce("merge \(n)")
        let one = random.chance(90) ? other : random.pick([nil, index])
        return isIntact(cfaiss_index_merge(index, one, random.chance(50) ? 0 : n))
    default:
        announce("text")
        var text = [CChar](repeating: 0, count: 64)
        let capacity = random.pick([0, 1, 4, 64])
        _ = optionally(given, &text) { cfaiss_index_factory(index, $0, capacity) }
        _ = cfaiss_index_describe(index, nil)
        _ = cfaiss_index_describe(nil, &info)
    }
    return true
}

private func search(
    _ index: OpaquePointer?,
    _ n: Int64,
    _ rows: [Float]?,
    _ k: Int64,
    _ parameters: cfaiss_search_parameters
) {
    let room = (n > 0 && n <= 300 && k > 0 && k <= 300) ? Int(n * k) : 0
    guard room > 0 || n <= 0 || k <= 0 || n > 1 << 58 || k > 1 << 58 else { return }
    guard n <= 300 || k > 1 << 58 else { return }
    announce("search \(n) \(k) \(parameters)")
    var distances = [Float](repeating: 0, count: max(room, 1))
    var labels = [Int64](repeating: 0, count: max(room, 1))
    _ = cfaiss_index_search(index, n, rows, k, parameters, &distances, &labels)
    _ = cfaiss_index_search(index, n, rows, k, parameters, nil, &labels)
    _ = cfaiss_index_search(index, n, rows, k, parameters, &distances, nil)
}

/// Hits are as many as they are said to be, in arrays of just that length.
func copy(_ hits: OpaquePointer?, queryCount: Int) {
    let count = Int(cfaiss_range_hits_count(hits))
    guard count >= 0 else { fail("a negative number of hits") }
    var bounds = [Int64](repeating: -1, count: queryCount + 1)
    var labels = [Int64](repeating: -1, count: count)
    var distances = [Float](repeating: .nan, count: count)
    cfaiss_range_hits_copy(hits, &bounds, &labels, &distances)
    cfaiss_range_hits_copy(hits, nil, &labels, &distances)
    cfaiss_range_hits_copy(hits, &bounds, nil, &distances)
    cfaiss_range_hits_copy(hits, &bounds, &labels, nil)
    guard bounds.first == 0, bounds.last == Int64(count), bounds == bounds.sorted() else {
        fail("bounds that are none: \(bounds)")
    }
}
