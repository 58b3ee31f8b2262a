/// Bytes that start at a multiple of 64, as a mapped file has them.
public final class AlignedBytes {
    /// The bytes, until this object goes away.
    public let bytes: UnsafeRawBufferPointer

    /// A copy of `source`.
    public init(_ source: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 64)
        memory.copyBytes(from: source)
        bytes = UnsafeRawBufferPointer(memory)
    }

    deinit {
        bytes.deallocate()
    }
}
