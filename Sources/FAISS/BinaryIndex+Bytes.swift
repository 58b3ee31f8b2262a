internal import CFAISS

extension BinaryIndex {
    /// An index from the bytes of `serialized()`, which it copies. Bytes that are not as they were written are refused before
    /// FAISS sees any of them.
    ///
    /// - Parameter bytes: A container, wherever it starts.
    /// - Throws: `.notAContainer`, `.checksum`, `.malformed`, `.faiss`, `.outOfMemory`.
    public init(serialized bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try FAISS.check(
            bytes.withUnsafeBytes {
                cfaiss_binary_container_read($0.baseAddress, $0.count, &handle)
            }
        )
        try self.init(owning: handle)
    }

    /// An index from the bytes of `faissBytes()` or of Python's `faiss.serialize_index_binary`.
    ///
    /// As `Index.init(trustingFAISSBytes:)`: what cannot be is refused, but no checksum tells what was altered.
    ///
    /// - Parameter bytes: All of the bytes and nothing behind them.
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(trustingFAISSBytes bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try FAISS.check(
            bytes.withUnsafeBytes { cfaiss_binary_read($0.baseAddress, $0.count, &handle) }
        )
        try self.init(owning: handle)
    }

    /// The index in bytes of ours, every one of which is under a checksum, all rows included.
    ///
    /// - Throws: `.outOfMemory`.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        let text = factory?.description
        return try collectBytes(startsWithHeader: true) { sink, context in
            cfaiss_binary_container_write(handle, text, sink, context)
        }
    }

    /// The index in FAISS's file format, as Python's `faiss.deserialize_index_binary` reads it. They hold no
    /// checksum; those of `serialized()` do.
    ///
    /// - Throws: `.outOfMemory`.
    public borrowing func faissBytes() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        return try collectBytes { sink, context in cfaiss_binary_write(handle, sink, context) }
    }
}
