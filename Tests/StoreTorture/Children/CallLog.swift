import Glibc

/// A call as `libQuiverFaults.so` recorded it (Tests/FaultShim/log.c).
struct RecordedCall: Sendable {
    let kind: CallKind
    let hasFailed: Bool
    /// What it wrote is durable (`O_DSYNC`).
    let isDurable: Bool
    /// It made the file.
    let isNew: Bool
    let number: Int
    let inode: UInt64
    /// Where bytes went, the new length, or the number of a mark.
    let offset: Int
    /// Relative to the watched folder, which is "".
    let path: String
    let other: String
    let bytes: [UInt8]
}

/// Everything that a process did to the files of a folder, in order.
struct CallLog: Sendable {
    let calls: [RecordedCall]

    init(path: String) {
        let bytes = Self.contents(of: path)
        var calls: [RecordedCall] = []
        bytes.withUnsafeBytes { bytes in
            var at = 0
            func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value {
                defer { at += MemoryLayout<Value>.size }
                return bytes.loadUnaligned(fromByteOffset: at, as: Value.self)
            }
            func text(_ count: Int) -> String {
                defer { at += count }
                return String(decoding: bytes[at..<(at + count)], as: UTF8.self)
            }
            // A process that was killed may have left half of a record.
            while at + 48 <= bytes.count {
                let kind = CallKind(rawValue: integer(UInt32.self))
                let flags = integer(UInt32.self)
                let number = Int(integer(UInt64.self))
                let inode = integer(UInt64.self)
                let offset = Int(integer(Int64.self))
                let count = Int(integer(UInt64.self))
                let pathLength = Int(integer(UInt32.self))
                let otherLength = Int(integer(UInt32.self))
                guard let kind, at + pathLength + otherLength + count <= bytes.count else { return }
                let path = text(pathLength)
                let other = text(otherLength)
                calls.append(
                    RecordedCall(
                        kind: kind,
                        hasFailed: flags & 1 != 0,
                        isDurable: flags & 2 != 0,
                        isNew: flags & 4 != 0,
                        number: number,
                        inode: inode,
                        offset: offset,
                        path: path,
                        other: other,
                        bytes: Array(bytes[at..<(at + count)])
                    )
                )
                at += count
            }
        }
        self.calls = calls
    }

    private static func contents(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { stop("cannot read \(path)") }
        defer { fclose(file) }
        var status = stat()
        fstat(fileno(file), &status)
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
    }
}
