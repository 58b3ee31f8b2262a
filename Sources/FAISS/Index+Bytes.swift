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
}
