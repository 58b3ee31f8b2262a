internal import CFAISS

extension Index {
    /// The index in bytes, all rows included: what `write(to:)` hands out.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        var bytes: [UInt8] = []
        try write { (piece: UnsafeRawBufferPointer) in
            if bytes.isEmpty { bytes.reserveCapacity(Self.containerByteCount(header: piece)) }
            bytes.append(contentsOf: piece)
            return true
        }
        return bytes
    }

    /// An index of its own from the bytes of `serialized()` or `write(to:)`, which it copies.
    ///
    /// Bytes that are not as they were written are refused before FAISS sees any of them, and so is a structure that does
    /// not agree with itself.
    ///
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
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
    /// - Throws: `.unsupported` for an additive quantiser (`RQ…`, `LSQ…`) or `PQ…+…` before it is trained, which FAISS
    ///   cannot read back.
    public borrowing func faissBytes() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        return try collectBytes { sink, context in cfaiss_index_write(handle, sink, context) }
    }

    /// An index from bytes in FAISS's file format, of this module or of Python's faiss.
    ///
    /// Only for bytes that are known to be as they were written: FAISS takes memory by the counts that it finds inside
    /// and may crash on bytes that were made to harm. What is found afterwards to contradict itself is refused.
    ///
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(trustingFAISSBytes bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try check(bytes.withUnsafeBytes { cfaiss_index_read($0.baseAddress, $0.count, &handle) })
        try self.init(owning: handle)
    }
}

/// What a function of C hands to a sink.
func collectBytes(
    _ write: (cfaiss_sink, UnsafeMutableRawPointer) -> cfaiss_status
) throws(FAISSError) -> [UInt8] {
    var bytes: [UInt8] = []
    let status = withUnsafeMutablePointer(to: &bytes) { bytes in
        write(
            { context, piece, byteCount in
                guard let bytes = context?.assumingMemoryBound(to: [UInt8].self) else { return 1 }
                bytes.pointee.append(
                    contentsOf: UnsafeRawBufferPointer(start: piece, count: byteCount)
                )
                return 0
            },
            UnsafeMutableRawPointer(bytes)
        )
    }
    try check(status)
    return bytes
}
