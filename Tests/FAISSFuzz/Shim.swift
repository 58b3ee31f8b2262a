import CFAISS
import TestSupport

private let factories = [
    "Flat", "SQ8", "HNSW8,Flat", "IVF4,Flat", "IVF4,PQ2x4fs", "PQ2x4", "IDMap,Flat", "RQ2x4", "LSH",
    "PCA4,Flat",
    "NSG16,Flat", "PQ2x4fs,RFlat",
]
private let counts: [Int64] = [
    0, 1, 2, 3, 20, 100, 300, -1, -2, .min, .max, .max / 4, 1 << 31, 1 << 40,
]

/// Calls the C functions with arguments that the header allows to be wrong: counts, sizes, NULL. What is read through a
/// pointer is as long as a count that is accepted says.
func tryShim(_ random: inout SplitMix64) {
    var index: OpaquePointer?
    let factory = random.pick(factories)
    let dimension = random.pick([8, 8, 8, 8, 0, -1, 65_537, .min, .max] as [Int32])
    let metric = random.pick([0, 0, 0, 1, 2, -1] as [Int32])
    announce("create \(factory) \(dimension) \(metric)")
    _ = cfaiss_index_create(dimension, random.chance(97) ? factory : nil, metric, &index)
    defer { cfaiss_index_destroy(index) }
    if random.chance(2) { index = nil }
    let rows = random.rows(300, 8)
    var selector: OpaquePointer?
    _ = cfaiss_selector_range(random.pick([0, -5, .min]), random.pick([100, 0, .max]), &selector)
    defer { cfaiss_selector_destroy(selector) }
    for _ in 0..<Int.random(in: 4...14, using: &random) {
        call(index, rows, selector, &random)
    }
}

private func call(
    _ index: OpaquePointer?,
    _ rows: [Float],
    _ selector: OpaquePointer?,
    _ random: inout SplitMix64
) {
    let work = cfaiss_work(thread_count: random.pick([1, 2, 0, -1]), progress: nil, context: nil)
    // No more than there are rows, or so many that the function must refuse them before it looks.
    let n = random.pick(counts)
    let k = random.pick(counts)
    let given = random.chance(95)
    var info = cfaiss_index_info()
    var parameters = cfaiss_search_parameters(
        nprobe: random.pick([0, 1, 100, .max]),
        max_codes: random.pick([0, 1, .max]),
        ef_search: random.pick([0, 1, -1, .min]),
        quantizer_ef_search: random.pick([0, 1, -7]),
        k_factor: random.pick([0, 1, 0.5, -1, .nan, .infinity, 3]),
        selector: random.chance(70) ? nil : selector,
        thread_count: random.pick([0, 1, 3, -1, .min])
    )
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1:
        guard n <= 300 else { return }
        announce("train \(n)")
        guard
            index == nil || cfaiss_index_describe(index, &info) != CFAISS_OK || info.is_trained == 0
        else { return }
        // FAISS wants a row a centroid, which the grammar's caller knows.
        guard n <= 0 || n >= 100 else { return }
        _ = cfaiss_index_train(index, n, given ? rows : nil, work)
    case 2, 3:
        guard n <= 300 || n > 1 << 31 else { return }
        announce("add \(n)")
        var labels = (0..<300).map { Int64($0) }
        if random.chance(20) { labels[0] = random.pick([-1, .min, .max]) }
        _ = cfaiss_index_add(index, n, given ? rows : nil, random.chance(60) ? nil : labels, work)
    case 4, 5, 6:
        let room = (n > 0 && n <= 300 && k > 0 && k <= 300) ? Int(n * k) : 0
        guard room > 0 || n <= 0 || k <= 0 || n > 1 << 58 || k > 1 << 58 else { return }
        guard n <= 300 || k > 1 << 58 else { return }
        announce("search \(n) \(k) \(parameters)")
        var distances = [Float](repeating: 0, count: max(room, 1))
        var labels = [Int64](repeating: 0, count: max(room, 1))
        _ = cfaiss_index_search(index, n, given ? rows : nil, k, parameters, &distances, &labels)
    case 7:
        guard n <= 300 else { return }
        announce("range \(n)")
        var hits: OpaquePointer?
        let radius = random.pick([0, 1, .nan, .infinity, -.infinity] as [Float])
        if cfaiss_index_range_search(index, n, given ? rows : nil, radius, parameters, &hits)
            == CFAISS_OK, let hits
        {
            guard cfaiss_range_hits_count(hits) >= 0 else { fail("a negative number of hits") }
        }
        cfaiss_range_hits_destroy(hits)
    case 8:
        announce("reconstruct \(n)")
        guard n <= 300, index == nil || cfaiss_index_describe(index, &info) == CFAISS_OK,
            info.is_trained != 0
        else { return }
        var decoded = [Float](repeating: 0, count: 300 * 8)
        let labels = (0..<300).map { _ in Int64.random(in: -3...400, using: &random) }
        var unknown: Int64 = 0
        _ = cfaiss_index_reconstruct(index, n, given ? labels : nil, &decoded, &unknown)
    case 9:
        announce("remove")
        var removed: Int64 = 0
        _ = cfaiss_index_remove(index, given ? selector : nil, &removed)
    case 10:
        announce("efConstruction \(n)")
        _ = cfaiss_index_set_ef_construction(index, Int32(truncatingIfNeeded: n))
        _ = cfaiss_index_reset(random.chance(10) ? index : nil)
    default:
        announce("bytes and text")
        var text = [CChar](repeating: 0, count: 64)
        _ = cfaiss_index_factory(index, &text, random.pick([0, 1, 4, 64]))
        parameters.selector = nil
        var read: OpaquePointer?
        let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
        _ = cfaiss_index_read(given ? bytes : nil, random.pick([0, 10, 64]), &read)
        cfaiss_index_destroy(read)
    }
}
