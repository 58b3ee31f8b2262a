/// A run of bytes of our own that begins on a cache line, as the kernels like their rows.
final class AlignedBytes: Sendable {
    // Written only in `init`, then read-only until `deinit`: safe to share.
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer
    let byteCount: Int

    init(copying bytes: UnsafeRawBufferPointer) {
        base = .allocate(byteCount: max(1, bytes.count), alignment: 64)
        byteCount = bytes.count
        UnsafeMutableRawBufferPointer(start: base, count: byteCount).copyMemory(from: bytes)
    }

    deinit {
        base.deallocate()
    }

    /// Valid only while this object lives.
    var unsafeBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: byteCount)
    }
}
