internal import CFAISS

extension Index {
    /// The index in FAISS's file format, all rows included.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        return try collectBytes { sink, context in cfaiss_index_write(handle, sink, context) }
    }

    /// An index from the bytes of `serialized()`.
    ///
    /// The bytes must be known to be those that were written: keep a checksum beside them and verify it first. FAISS
    /// takes memory by the counts that it finds inside, and altered numbers in rows are just other rows. Beyond that
    /// a wrong header, missing or additional bytes, and a structure that does not agree with itself are found, so
    /// that an index which was let in stays inside its memory. FAISS's reader does not free what it had read when it
    /// gives up, so a refusal may leak up to the size of the bytes.
    ///
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(serialized bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        let status = bytes.withUnsafeBytes { bytes in
            cfaiss_index_read(bytes.baseAddress, bytes.count, &handle)
        }
        try check(status)
        try self.init(owning: handle)
    }

    /// The index in FAISS's file format, as Python's `faiss.deserialize_index` and `faiss.read_index` read it.
    ///
    /// - Throws: `.unsupported` for an additive quantiser (`RQ…`, `LSQ…`) or `PQ…+…` before it is trained, which FAISS
    ///   cannot read back.
    public borrowing func faissBytes() throws(FAISSError) -> [UInt8] {
        try serialized()
    }

    /// An index from bytes in FAISS's file format, of this module or of Python's faiss.
    ///
    /// Only for bytes that are known to be as they were written: FAISS takes memory by the counts that it finds inside
    /// and may crash on bytes that were made to harm. What is found afterwards to contradict itself is refused.
    ///
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(trustingFAISSBytes bytes: RawSpan) throws(FAISSError) {
        try self.init(serialized: bytes)
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
