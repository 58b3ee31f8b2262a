import Files
import Glibc

/// Writes one file of a segment (`SegmentFileFormat`), front to back, in memory bounded by one buffer.
struct SegmentFileWriter: ~Copyable {
    /// What a finished file is, as the manifest and the catalog remember it.
    struct Summary: Sendable, Hashable {
        let byteCount: UInt64
        let checksum: UInt64
    }

    private var file: OutputFile
    private let kind: SegmentFileKind
    /// Bytes of the payload that are not in the file yet.
    // Owned: allocated once and freed in `deinit`.
    private let buffer: UnsafeMutableRawBufferPointer
    private var bufferedByteCount = 0
    private var flushedByteCount = 0
    /// Bytes of the payload that are on their way to the disk.
    private var writebackByteCount = 0
    private var blockChecksums: [UInt64] = []

    /// Shorter runs are more requests of the disk.
    private static let writebackStride = 8 << 20
    private static let bufferByteCount = 16 * SegmentFileFormat.blockByteCount

    init(creating path: String, kind: SegmentFileKind, in fileSystem: FileSystem) throws(FileError)
    {
        file = try OutputFile(creating: path, in: fileSystem)
        self.kind = kind
        buffer = .allocate(byteCount: Self.bufferByteCount, alignment: 4_096)
    }

    deinit { buffer.deallocate() }

    /// Bytes of payload so far.
    var payloadByteCount: Int { flushedByteCount + bufferedByteCount }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, buffer.count - bufferedByteCount)
            UnsafeMutableRawBufferPointer(rebasing: buffer[bufferedByteCount...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            bufferedByteCount += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if bufferedByteCount == buffer.count { try flush() }
        }
    }

    mutating func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withBytes { (bytes) throws(FileError) in try append(bytes) }
    }

    mutating func append<Value: FixedWidthInteger>(_ value: Value) throws(FileError) {
        try withUnsafeBytes(of: value.littleEndian) { (bytes) throws(FileError) in try append(bytes)
        }
    }

    /// Adds zeros up to a multiple of `alignment`.
    mutating func align(to alignment: Int) throws(FileError) {
        let excess = payloadByteCount % alignment
        if excess != 0 { try append([UInt8](repeating: 0, count: alignment - excess)) }
    }

    /// Writes header and checksums and makes the file durable (its name is not before its folder is synced).
    consuming func finish() throws(FileError) -> Summary {
        try flush()
        let payload = flushedByteCount
        let header = SegmentFileFormat.header(kind: kind, payloadByteCount: payload)
        try header.withBytes { (bytes) throws(FileError) in try file.write(bytes, at: 0) }
        let headerChecksum = header.withUnsafeBytes {
            $0.loadUnaligned(
                fromByteOffset: SegmentFileFormat.checkedHeaderByteCount,
                as: UInt64.self
            )
        }
        // All targets are little-endian, so the array's own bytes are the format's.
        let fileChecksum = blockChecksums.withUnsafeBytes { checksum($0, seed: headerChecksum) }
        blockChecksums.append(fileChecksum)
        let table = SegmentFileFormat.tableOffset(payloadByteCount: payload)
        let padding = [UInt8](
            repeating: 0,
            count: table - SegmentFileFormat.headerByteCount - payload
        )
        try padding.withBytes { (bytes) throws(FileError) in
            try file.write(bytes, at: SegmentFileFormat.headerByteCount + payload)
        }
        try blockChecksums.withBytes { (bytes) throws(FileError) in try file.write(bytes, at: table)
        }
        try file.finish()
        return Summary(
            byteCount: UInt64(SegmentFileFormat.fileByteCount(payloadByteCount: payload)),
            checksum: fileChecksum
        )
    }

    private mutating func flush() throws(FileError) {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<bufferedByteCount])
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + SegmentFileFormat.blockByteCount)
            let block = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            blockChecksums.append(checksum(block, seed: UInt64(blockChecksums.count)))
            start = end
        }
        try file.write(bytes, at: SegmentFileFormat.headerByteCount + flushedByteCount)
        flushedByteCount += bytes.count
        bufferedByteCount = 0
        if flushedByteCount - writebackByteCount >= Self.writebackStride {
            let start = SegmentFileFormat.headerByteCount
            file.startWriteback(from: start + writebackByteCount, to: start + flushedByteCount)
            writebackByteCount = flushedByteCount
        }
    }
}
