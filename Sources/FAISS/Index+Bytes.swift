internal import CFAISS

extension Index {
    /// The index in bytes, all rows included: what `write(to:)` hands out.
    ///
    /// - Throws: As `write(to:)`; `.outOfMemory`.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        let text = factory?.description
        return try collectBytes(startsWithHeader: true) { sink, context in
            cfaiss_container_write(handle, text, sink, context)
        }
    }

    /// An index of its own from the bytes of `serialized()` or `write(to:)`, which it copies.
    ///
    /// Bytes that are not as they were written are refused before FAISS sees any of them, and so is a structure that does
    /// not agree with itself.
    ///
    /// - Parameter bytes: A container, wherever it starts.
    /// - Throws: `.notAContainer`, `.checksum`, `.malformed`, `.faiss`, `.outOfMemory`.
    public init(serialized bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        let status = bytes.withUnsafeBytes { bytes in
            cfaiss_container_read(
                bytes.baseAddress,
                bytes.count,
                Int32(CFAISS_CONTAINER_COPY),
                &handle
            )
        }
        try check(status)
        try self.init(owning: handle)
    }

    /// The index in FAISS's file format, as Python's `faiss.deserialize_index` and `faiss.read_index` read it.
    ///
    /// They hold no checksum; those of `serialized()` do.
    ///
    /// - Throws: `.unsupported` for an additive quantiser (`RQ…`, `LSQ…`), `PQ…+…` or `OPQ…` before it is trained, which
    ///   FAISS could not read back or not train any more; `.outOfMemory`.
    public borrowing func faissBytes() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        return try collectBytes { sink, context in cfaiss_index_write(handle, sink, context) }
    }

    /// An index from bytes in FAISS's file format, of this module or of Python's faiss.
    ///
    /// Kinds that no factory string makes, lengths that the bytes do not have, and what contradicts itself are refused.
    /// But no checksum tells a number that was altered, nor one of a row that is not finite: for bytes whose origin is
    /// known.
    ///
    /// - Parameter bytes: All of the bytes and nothing behind them.
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(trustingFAISSBytes bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try check(bytes.withUnsafeBytes { cfaiss_index_read($0.baseAddress, $0.count, &handle) })
        try self.init(owning: handle)
    }
}

/// What a function of C hands to a sink.
///
/// - Parameter startsWithHeader: Whether the first piece is the header of a container, which tells how much will come.
func collectBytes(
    startsWithHeader: Bool = false,
    _ write: (cfaiss_sink, UnsafeMutableRawPointer) -> cfaiss_status
) throws(FAISSError) -> [UInt8] {
    var collected = Collected(startsWithHeader: startsWithHeader)
    let status = withUnsafeMutablePointer(to: &collected) { collected in
        write(
            { context, piece, byteCount in
                guard let collected = context?.assumingMemoryBound(to: Collected.self) else {
                    return 1
                }
                let piece = UnsafeRawBufferPointer(start: piece, count: byteCount)
                return collected.pointee.append(piece) ? 0 : 1
            },
            UnsafeMutableRawPointer(collected)
        )
    }
    if collected.isTooLarge { throw .outOfMemory }
    try check(status)
    return collected.bytes
}

private struct Collected {
    let startsWithHeader: Bool
    private(set) var bytes: [UInt8] = []
    /// There was no memory for all of them.
    private(set) var isTooLarge = false

    init(startsWithHeader: Bool) {
        self.startsWithHeader = startsWithHeader
    }

    mutating func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        var needed = bytes.count + piece.count
        if needed > bytes.capacity {
            if startsWithHeader, bytes.isEmpty {
                needed = max(needed, Index.containerByteCount(header: piece))
            } else {
                needed = max(needed, 2 * bytes.capacity)
            }
            do throws(FAISSError) {
                try checkRoom(for: needed, elementByteCount: 1)
            } catch {
                isTooLarge = true
                return false
            }
            bytes.reserveCapacity(needed)
        }
        bytes.append(contentsOf: piece)
        return true
    }
}
