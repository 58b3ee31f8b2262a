import CFAISS
import TestSupport

private let factories = [
    "Flat", "SQ8", "HNSW8,SQ8", "IVF4,SQ8", "IVF4,PQ2x4fs", "IDMap2,Flat", "RQ2x4", "PCA4,Flat",
    "NSG16,Flat", "PQ2x4fs,RFlat",
]
private let binaryFactories = ["BFlat", "BIVF4", "BHNSW8", "BHash4"]

/// Writes an index in both formats and reads what is left of it: cut, extended, or with a wrong count of its bytes. Bytes that
/// are altered are another matter (Containers.swift).
func tryBytes(_ random: inout SplitMix64) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<6: tryFloatBytes(&random)
    case 6..<9: tryBinaryBytes(&random)
    default: tryTransformBytes(&random)
    }
}

private typealias Write = (OpaquePointer?, cfaiss_sink?, UnsafeMutableRawPointer?) -> cfaiss_status
private typealias Read = (UnsafeRawPointer?, Int, UnsafeMutablePointer<OpaquePointer?>?) ->
    cfaiss_status

private func tryFloatBytes(_ random: inout SplitMix64) {
    var index: OpaquePointer?
    let factory = random.pick(factories)
    announce("bytes of \(factory)")
    _ = cfaiss_index_create(
        8,
        factory,
        random.chance(70) ? CFAISS_L2 : CFAISS_INNER_PRODUCT,
        &index
    )
    defer { cfaiss_index_destroy(index) }
    let rows = random.rows(SplitMix64.arrayCount, 8)
    if random.chance(90) {
        let work = cfaiss_work(thread_count: 1, progress: nil, context: nil)
        guard cfaiss_index_train(index, 300, rows, work) == CFAISS_OK else { return }
        guard cfaiss_index_add(index, 300, rows, nil, work) == CFAISS_OK else { return }
    }
    let flags = random.pick([0, 1, 2, 3, 4, -1, .min, .max] as [Int32])
    let asContainer = random.chance(70)
    let text = random.chance(70) ? factory : nil
    let write: Write = { index, sink, context in
        asContainer
            ? cfaiss_container_write(index, text, sink, context)
            : cfaiss_index_write(index, sink, context)
    }
    let read: Read = { bytes, byteCount, out in
        asContainer
            ? cfaiss_container_read(bytes, byteCount, flags, out)
            : cfaiss_index_read(bytes, byteCount, out)
    }
    let isMapped = asContainer && flags & CFAISS_CONTAINER_MAP != 0
    tryBytes(of: index, write, read, asContainer, &random) { copy, random in
        let told = cfaiss_container_factory(copy).map { String(cString: $0) }
        guard told == (asContainer ? text ?? "" : "") else { fail("made of \(told ?? "nothing")") }
        let parameters = random.searchParameters(nil)
        var distances = [Float](repeating: 0, count: 15)
        var labels = [Int64](repeating: 0, count: 15)
        _ = cfaiss_index_search(copy, 3, rows, 5, parameters, &distances, &labels)
        guard isMapped else { return cfaiss_index_destroy(copy) }
        let work = cfaiss_work(thread_count: 1, progress: nil, context: nil)
        var removed: Int64 = 0
        let statuses = [
            cfaiss_index_reset(copy), cfaiss_index_add(copy, 3, rows, nil, work),
            cfaiss_index_train(copy, 300, rows, work), cfaiss_index_merge(copy, index, 0),
            cfaiss_index_set_ef_construction(copy, 40),
        ]
        guard statuses.allSatisfy({ $0 != CFAISS_OK }) else { fail("mapped memory was changed") }
        _ = cfaiss_index_remove(copy, nil, &removed)
        cfaiss_index_destroy(copy)
    }
}

private func tryBinaryBytes(_ random: inout SplitMix64) {
    var index: OpaquePointer?
    let factory = random.pick(binaryFactories)
    announce("bytes of \(factory)")
    _ = cfaiss_binary_create(32, factory, &index)
    defer { cfaiss_binary_destroy(index) }
    let rows = (0..<SplitMix64.arrayCount * 4).map { _ in
        UInt8.random(in: 0...255, using: &random)
    }
    if random.chance(90) {
        let work = cfaiss_work(thread_count: 1, progress: nil, context: nil)
        guard cfaiss_binary_train(index, 300, rows, work) == CFAISS_OK else { return }
        guard cfaiss_binary_add(index, 300, rows, nil, work) == CFAISS_OK else { return }
    }
    let asContainer = random.chance(60)
    let text = random.chance(70) ? factory : nil
    let write: Write = { index, sink, context in
        asContainer
            ? cfaiss_binary_container_write(index, text, sink, context)
            : cfaiss_binary_write(index, sink, context)
    }
    let read: Read = { bytes, byteCount, out in
        asContainer
            ? cfaiss_binary_container_read(bytes, byteCount, out)
            : cfaiss_binary_read(bytes, byteCount, out)
    }
    tryBytes(of: index, write, read, asContainer, &random) { copy, random in
        let told = cfaiss_binary_container_factory(copy).map { String(cString: $0) }
        guard told == (asContainer ? text ?? "" : "") else { fail("made of \(told ?? "nothing")") }
        var distances = [Int32](repeating: 0, count: 15)
        var labels = [Int64](repeating: 0, count: 15)
        let parameters = random.searchParameters(nil)
        _ = cfaiss_binary_search(copy, 3, rows, 5, parameters, &distances, &labels)
        cfaiss_binary_destroy(copy)
    }
}

private func tryTransformBytes(_ random: inout SplitMix64) {
    var transform: OpaquePointer?
    let factory = random.pick(["PCA4", "OPQ4_8", "ITQ", "RR8", "L2norm"])
    announce("bytes of \(factory)")
    _ = cfaiss_transform_create(8, factory, &transform)
    defer { cfaiss_transform_destroy(transform) }
    let rows = random.rows(SplitMix64.arrayCount, 8)
    guard cfaiss_transform_train(transform, 300, rows, 1) == CFAISS_OK else { return }
    let text = "\(factory),Flat"
    let write: Write = { transform, sink, context in
        cfaiss_transform_container_write(transform, text, sink, context)
    }
    tryBytes(of: transform, write, cfaiss_transform_container_read, true, &random) { copy, _ in
        guard cfaiss_transform_container_factory(copy).map({ String(cString: $0) }) == text else {
            fail("another transform")
        }
        var result = [Float](repeating: 0, count: 300 * 8)
        _ = cfaiss_transform_apply(copy, 300, rows, &result)
        cfaiss_transform_destroy(copy)
    }
}

/// Collects what is written.
private final class Pieces {
    var bytes: [UInt8] = []
    var left = Int.max
    var wasStopped = false
}

private func tryBytes(
    of index: OpaquePointer?,
    _ write: Write,
    _ read: Read,
    _ asContainer: Bool,
    _ random: inout SplitMix64,
    use: (_ index: OpaquePointer?, _ random: inout SplitMix64) -> Void
) {
    let pieces = Pieces()
    if random.chance(10) { pieces.left = Int.random(in: 0..<5, using: &random) }
    let sink: cfaiss_sink = { context, bytes, count in
        guard let context else { return 1 }
        let pieces = Unmanaged<Pieces>.fromOpaque(context).takeUnretainedValue()
        guard pieces.left > 0 else {
            pieces.wasStopped = true
            return 1
        }
        pieces.left -= 1
        pieces.bytes += UnsafeRawBufferPointer(start: bytes, count: count)
        return 0
    }
    let context = Unmanaged.passUnretained(pieces).toOpaque()
    _ = write(nil, sink, context)
    _ = write(index, nil, context)
    let status = withExtendedLifetime(pieces) { write(index, sink, context) }
    guard status == CFAISS_OK else { return }
    guard !pieces.wasStopped else { fail("a sink that stopped was passed over") }

    let whole = pieces.bytes
    var altered = whole
    var byteCount = whole.count
    var copy: OpaquePointer?
    switch Int.random(in: 0..<6, using: &random) {
    case 0: break
    case 1: byteCount = Int.random(in: 0..<whole.count, using: &random)
    case 2:
        altered.removeLast(Int.random(in: 1...whole.count, using: &random))
        byteCount = altered.count
    case 3:
        altered += (0..<Int.random(in: 1...200, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        byteCount = altered.count
    case 4 where asContainer:
        // The header says how many there are, so that no more are looked at.
        byteCount = random.pick([whole.count + 1, whole.count * 2, 1 << 40, .max, -1, .min])
    default:
        _ = read(nil, random.pick([0, 64, whole.count]), &copy)
        guard copy == nil else { fail("an index was read from nowhere") }
        _ = read(whole, whole.count, nil)
        return
    }
    announce("  \(byteCount) of \(whole.count) bytes, \(altered.count) there")
    // A byte of room, so that there is an address even if no byte is left.
    let memory = AlignedBytes(altered + [0])
    let found = read(memory.bytes.baseAddress, byteCount, &copy)
    guard (found == CFAISS_OK) == (byteCount == whole.count) else {
        fail("\(byteCount) of \(whole.count) bytes: \(String(cString: cfaiss_error_message()))")
    }
    if found == CFAISS_OK { use(copy, &random) }
    withExtendedLifetime(memory) {}
}
