internal import CFAISS

extension Index {
    /// The index in FAISS's file format, all rows included.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        var bytes: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &bytes) { bytes in
            cfaiss_index_write(
                handle,
                { context, piece, byteCount in
                    guard let bytes = context?.assumingMemoryBound(to: [UInt8].self) else {
                        return 1
                    }
                    bytes.pointee.append(
                        contentsOf: UnsafeRawBufferPointer(start: piece, count: byteCount)
                    )
                    return 0
                },
                bytes
            )
        }
        try check(status)
        return bytes
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
}
