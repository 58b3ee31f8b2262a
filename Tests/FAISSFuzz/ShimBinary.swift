import CFAISS
import TestSupport

private let factories = ["BFlat", "BIVF4", "BIVF4_HNSW4", "BHNSW8", "BHash4", "BHash2x3"]
private let byteCount = 4

/// A handful of calls on an index of bits.
func tryBinaryCalls(_ random: inout SplitMix64) {
    var index: OpaquePointer?
    let factory = random.pick(factories)
    let dimension = random.pick([32, 32, 32, 32, 0, 7, 33, -8, 65_544, .min, .max] as [Int32])
    announce("create \(factory) \(dimension)")
    _ = cfaiss_binary_create(dimension, random.chance(97) ? factory : nil, &index)
    _ = cfaiss_binary_create(32, factory, nil)
    let selector = random.selector()
    defer {
        cfaiss_binary_destroy(index)
        cfaiss_selector_destroy(selector)
    }
    let rows = (0..<SplitMix64.arrayCount * byteCount).map { _ in
        UInt8.random(in: 0...random.pick([0, 1, 255]), using: &random)
    }
    for _ in 0..<Int.random(in: 4...14, using: &random) {
        guard call(random.chance(98) ? index : nil, rows, selector, &random) else { return }
    }
}

/// False once the index may only be destroyed.
private func call(
    _ index: OpaquePointer?,
    _ rows: [UInt8],
    _ selector: OpaquePointer?,
    _ random: inout SplitMix64
) -> Bool {
    let n = random.count()
    let k = random.count()
    let given = random.chance(95)
    let parameters = random.searchParameters(selector)
    var info = cfaiss_index_info()
    switch Int.random(in: 0..<9, using: &random) {
    case 0:
        guard n <= 300 else { return true }
        announce("train \(n)")
        return isIntact(cfaiss_binary_train(index, n, given ? rows : nil, random.work()))
    case 1, 2:
        guard n <= 300 || n > 1 << 31 else { return true }
        announce("add \(n)")
        var labels = (0..<SplitMix64.arrayCount).map { Int64($0) }
        if random.chance(20) { labels[0] = random.pick([-1, .min, .max]) }
        return isIntact(
            cfaiss_binary_add(
                index,
                n,
                given ? rows : nil,
                random.chance(60) ? nil : labels,
                random.work()
            )
        )
    case 3, 4:
        let room = (n > 0 && n <= 300 && k > 0 && k <= 300) ? Int(n * k) : 0
        guard n <= 300 || k > 1 << 58, room > 0 || n <= 0 || k <= 0 || k > 1 << 58 else {
            return true
        }
        announce("search \(n) \(k) \(parameters)")
        var distances = [Int32](repeating: 0, count: max(room, 1))
        var labels = [Int64](repeating: 0, count: max(room, 1))
        let queries = given ? rows : nil
        _ = cfaiss_binary_search(index, n, queries, k, parameters, &distances, &labels)
        _ = cfaiss_binary_search(index, n, queries, k, parameters, nil, &labels)
    case 5:
        guard n <= 300 else { return true }
        announce("range \(n) \(parameters)")
        var hits: OpaquePointer?
        let radius = random.pick([0, 1, 9, -1, .min, .max] as [Int32])
        let status = optionally(random.chance(98), &hits) {
            cfaiss_binary_range_search(index, n, given ? rows : nil, radius, parameters, $0)
        }
        if status == CFAISS_OK { copy(hits, queryCount: Int(n)) }
        cfaiss_range_hits_destroy(hits)
    case 6:
        guard n <= 300 else { return true }
        announce("reconstruct \(n)")
        var decoded = [UInt8](repeating: 0, count: SplitMix64.arrayCount * byteCount)
        let labels = (0..<SplitMix64.arrayCount).map { _ in
            Int64.random(in: -3...400, using: &random)
        }
        var unknown: Int64 = 0
        let unknownIsGiven = random.chance(95)
        _ = optionally(random.chance(95), &decoded) { decoded in
            optionally(unknownIsGiven, &unknown) {
                cfaiss_binary_reconstruct(index, n, given ? labels : nil, decoded, $0)
            }
        }
    case 7:
        announce("merge and factory")
        var other: OpaquePointer?
        _ = cfaiss_binary_create(32, random.pick(factories), &other)
        defer { cfaiss_binary_destroy(other) }
        let work = cfaiss_work(thread_count: 1, progress: nil, context: nil)
        _ = cfaiss_binary_train(other, 300, rows, work)
        _ = cfaiss_binary_add(other, 100, rows, nil, work)
        let offset = random.pick([0, 1, 300, -1, .min, .max] as [Int64])
        var text = [CChar](repeating: 0, count: 64)
        _ = cfaiss_binary_factory(index, &text, random.pick([0, 1, 4, 64]))
        return isIntact(cfaiss_binary_merge(index, random.chance(90) ? other : index, offset))
    default:
        announce("remove and reset")
        var removed: Int64 = 0
        let status = optionally(given, &removed) {
            cfaiss_binary_remove(index, given ? selector : nil, $0)
        }
        _ = cfaiss_binary_reset(random.chance(10) ? index : nil)
        _ = optionally(given, &info) { cfaiss_binary_describe(index, $0) }
        return isIntact(status)
    }
    return true
}
