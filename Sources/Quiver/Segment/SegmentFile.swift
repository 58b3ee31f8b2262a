import Files
import Synchronization

/// One mapped file of a segment, each block of which is checked before its bytes are given out the first time.
///
/// Opening reads one page: the header. Bytes are checked against their block's checksum on first use, so
/// that opening stays fast and damage is found before it can matter.
final class SegmentFile: Sendable {
    let path: String
    let kind: SegmentFileKind
    let payloadByteCount: Int
    let summary: SegmentFileWriter.Summary

    private let file: MappedFile
    // Into `file`, which nobody writes and which lives as long as this object.
    private nonisolated(unsafe) let payloadBase: UnsafeRawPointer
    private let tableOffset: Int
    private let blockCount: Int
    /// One bit a block: its checksum has been seen to match.
    // Allocated once and freed in `deinit`; its elements are atomics.
    private nonisolated(unsafe) let checked: UnsafeMutablePointer<Atomic<UInt64>>
    private let checkedWordCount: Int
    private let isWholeFileChecked = Atomic<Bool>(false)

    /// Opens the file at `path` and checks its header and length.
    ///
    /// - Parameter expected: what the manifest or the catalog says of it; `nil` when this is the manifest of an
    ///   unknown segment.
    init(path: String, kind: SegmentFileKind, expected: SegmentFileWriter.Summary?)
        throws(StoreError)
    {
        self.path = path
        self.kind = kind
        let file = try mapped(path)
        let bytes = file.unsafeBytes
        guard let start = bytes.baseAddress, bytes.count >= SegmentFileFormat.headerByteCount else {
            throw .damaged(
                file: path,
                reason: "is \(bytes.count) bytes long, shorter than its header"
            )
        }
        let header = UnsafeRawBufferPointer(rebasing: bytes[..<40])
        let (found, payload, headerChecksum) = try Self.parse(header, path: path)
        guard found == kind.rawValue else {
            throw .damaged(
                file: path,
                reason: "is a file of another kind (\(found), expected \(kind.rawValue))"
            )
        }
        guard payload <= UInt64(Int.max / 4),
            SegmentFileFormat.fileByteCount(payloadByteCount: Int(payload)) == bytes.count
        else {
            throw .damaged(
                file: path,
                reason:
                    "is \(bytes.count) bytes long, which does not fit its payload of \(payload) bytes"
            )
        }
        payloadByteCount = Int(payload)
        tableOffset = SegmentFileFormat.tableOffset(payloadByteCount: payloadByteCount)
        blockCount = SegmentFileFormat.blockCount(payloadByteCount: payloadByteCount)
        let table = UnsafeRawBufferPointer(
            rebasing: bytes[tableOffset..<(tableOffset + blockCount * 8)]
        )
        let fileChecksum = bytes.loadUnaligned(
            fromByteOffset: tableOffset + blockCount * 8,
            as: UInt64.self
        )
        guard checksum(table, seed: headerChecksum) == fileChecksum else {
            throw .damaged(
                file: path,
                reason: "has a table of checksums that does not match its own checksum"
            )
        }
        summary = .init(byteCount: UInt64(bytes.count), checksum: fileChecksum)
        if let expected, expected != summary {
            throw .damaged(
                file: path,
                reason: "is not the file that the catalog or the manifest names"
            )
        }
        self.file = file
        payloadBase = start + SegmentFileFormat.headerByteCount
        checkedWordCount = (blockCount + 63) / 64
        checked = .allocate(capacity: max(1, checkedWordCount))
        for word in 0..<checkedWordCount { (checked + word).initialize(to: Atomic(0)) }
    }

    deinit {
        checked.deinitialize(count: checkedWordCount)
        checked.deallocate()
    }

    private static func parse(
        _ header: UnsafeRawBufferPointer,
        path: String
    ) throws(StoreError) -> (kind: UInt32, payload: UInt64, checksum: UInt64) {
        var reader = ByteReader(header)
        do {
            guard try reader.integer(UInt64.self) == SegmentFileFormat.magic else {
                throw StoreError.damaged(
                    file: path,
                    reason: "is not a file of a Quiver segment (wrong magic)"
                )
            }
            let version = try reader.integer(UInt32.self)
            let kind = try reader.integer(UInt32.self)
            let payload = try reader.integer(UInt64.self)
            let block = try reader.integer(UInt32.self)
            _ = try reader.integer(UInt32.self)
            let found = try reader.integer(UInt64.self)
            let checked = UnsafeRawBufferPointer(
                rebasing: header[..<SegmentFileFormat.checkedHeaderByteCount]
            )
            guard checksum(checked) == found else {
                throw StoreError.damaged(
                    file: path,
                    reason: "has a header that does not match its checksum"
                )
            }
            guard version == SegmentFileFormat.version else {
                throw StoreError.unsupportedFormat(
                    path: path,
                    found: version,
                    supported: SegmentFileFormat.version
                )
            }
            guard block == UInt32(SegmentFileFormat.blockByteCount) else {
                throw StoreError.damaged(file: path, reason: "has blocks of \(block) bytes")
            }
            return (kind, payload, found)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .damaged(file: path, reason: "has a header that ends early")
        }
    }

    /// The payload's bytes in `range`, checked. Valid while this object lives.
    func bytes(_ range: Range<Int>) throws(StoreError) -> UnsafeRawBufferPointer {
        guard range.lowerBound >= 0, range.upperBound <= payloadByteCount else {
            throw .damaged(
                file: path,
                reason: "has no bytes \(range) (its payload is \(payloadByteCount) bytes long)"
            )
        }
        if !range.isEmpty {
            var block = range.lowerBound / SegmentFileFormat.blockByteCount
            let last = (range.upperBound - 1) / SegmentFileFormat.blockByteCount
            repeat {
                if !isChecked(block) { try check(block) }
                block += 1
            } while block <= last
        }
        return uncheckedBytes(range)
    }

    /// A number of the payload, checked.
    func integer<Value: FixedWidthInteger>(
        _: Value.Type,
        at offset: Int
    ) throws(StoreError) -> Value {
        let bytes = try bytes(offset..<(offset + MemoryLayout<Value>.size))
        return Value(littleEndian: bytes.loadUnaligned(as: Value.self))
    }

    /// Two numbers of the payload that follow one another, checked: where something begins and where it ends.
    func bounds<Value: FixedWidthInteger>(
        _: Value.Type,
        at offset: Int
    ) throws(StoreError) -> (start: Value, end: Value) {
        let size = MemoryLayout<Value>.size
        let bytes = try bytes(offset..<(offset + 2 * size))
        return (
            Value(littleEndian: bytes.loadUnaligned(as: Value.self)),
            Value(littleEndian: bytes.loadUnaligned(fromByteOffset: size, as: Value.self))
        )
    }

    /// The whole payload, checked.
    func allBytes() throws(StoreError) -> UnsafeRawBufferPointer {
        if !isWholeFileChecked.load(ordering: .acquiring) {
            for block in 0..<blockCount where !isChecked(block) { try check(block) }
            isWholeFileChecked.store(true, ordering: .releasing)
        }
        return uncheckedBytes(0..<payloadByteCount)
    }

    private func uncheckedBytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: payloadBase + range.lowerBound, count: range.count)
    }

    private func isChecked(_ block: Int) -> Bool {
        let word = (checked + block / 64).pointee.load(ordering: .acquiring)
        return word & (1 << UInt64(block % 64)) != 0
    }

    private func check(_ block: Int) throws(StoreError) {
        let start = block * SegmentFileFormat.blockByteCount
        let end = min(payloadByteCount, start + SegmentFileFormat.blockByteCount)
        let expected = file.unsafeBytes.loadUnaligned(
            fromByteOffset: tableOffset + block * 8,
            as: UInt64.self
        )
        guard checksum(uncheckedBytes(start..<end), seed: UInt64(block)) == expected else {
            throw .damaged(
                file: path,
                reason:
                    "has a damaged block (bytes \(start)..<\(end) of its payload do not match their checksum)"
            )
        }
        (checked + block / 64).pointee.bitwiseOr(
            1 << UInt64(block % 64),
            ordering: .acquiringAndReleasing
        )
    }
}

/// Maps a file, with the store's error.
func mapped(_ path: String) throws(StoreError) -> MappedFile {
    do {
        return try MappedFile(path: path)
    } catch {
        throw .file(error)
    }
}
