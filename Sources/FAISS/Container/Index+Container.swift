internal import CFAISS

/// An index in bytes of ours, every one of which is under a checksum: nothing that is not as it was written reaches FAISS.
///
/// `Sources/CFAISS/container/format.hpp` and docs/FORMAT.md say what each byte is.
extension Index {
    /// Hands the index's bytes to `sink`, front to back and in pieces: what `init(mapping:)` and `init(serialized:)` read.
    ///
    /// May run beside searches. Copies none of the large arrays; reads them twice, for their checksums first. The same
    /// index gives the same bytes. The first piece is the header (`containerByteCount(header:)`).
    ///
    /// - Parameter sink: Takes a piece, which is valid during the call; false stops the writing.
    /// - Throws: `.cancelled` if `sink` says false; `.unsupported` for an additive quantiser (`RQ…`, `LSQ…`) or `PQ…+…`
    ///   before it is trained.
    public borrowing func write(
        to sink: (_ bytes: UnsafeRawBufferPointer) -> Bool
    ) throws(FAISSError) {
        try checkUsable()
        let status = withoutActuallyEscaping(sink) { sink in
            var sink = sink
            return withUnsafeMutablePointer(to: &sink) { context in
                cfaiss_container_write(
                    handle,
                    factory?.description,
                    { context, bytes, byteCount in
                        guard let context else { return 1 }
                        let sink = context.assumingMemoryBound(
                            to: ((UnsafeRawBufferPointer) -> Bool).self
                        )
                        return sink.pointee(UnsafeRawBufferPointer(start: bytes, count: byteCount))
                            ? 0 : 1
                    },
                    UnsafeMutableRawPointer(context)
                )
            }
        }
        try check(status)
    }

    /// The length of a container, from its header.
    ///
    /// - Parameter bytes: The front of a container. With less than a header there, the length is 0.
    public static func containerByteCount(header bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count >= 24 else { return 0 }
        return Int(clamping: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    }

    /// An index whose codes, lists, links and labels stay in `bytes`, which must not change or go away before it does.
    ///
    /// It answers like the index that was written (a walk over a HNSW graph of float32 rows may meet other rows, since it
    /// compares the rows themselves instead of sketches in memory), takes almost no memory, and cannot be changed: `train`, `add` and the
    /// others throw `.readOnly`. Reads the bytes once to check them, unless `isTrusted`: then the caller has compared
    /// checksums of his own, and only labels and links are read, which must stay inside the index.
    ///
    /// - Parameters:
    ///   - bytes: A container, which starts at a multiple of 64 in memory.
    ///   - isTrusted: Whether the checksums of large arrays are passed over.
    /// - Throws: `.notAContainer` and `.checksum`, and FAISS has then seen nothing of the bytes; `.malformed`, `.faiss`,
    ///   `.outOfMemory`.
    public init(mapping bytes: UnsafeRawBufferPointer, isTrusted: Bool = false) throws(FAISSError) {
        let flags = CFAISS_CONTAINER_MAP | (isTrusted ? CFAISS_CONTAINER_TRUSTED : 0)
        var handle: OpaquePointer?
        try check(cfaiss_container_read(bytes.baseAddress, bytes.count, Int32(flags), &handle))
        try self.init(owning: handle)
    }
}
