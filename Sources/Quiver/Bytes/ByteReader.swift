/// Reads little-endian values off bytes that are not trusted: whatever does not fit throws `malformed`.
///
/// Borrows its bytes: a reader lives inside the closure or call that owns them.
struct ByteReader {
    /// The bytes end early, or a length in them cannot be.
    struct Malformed: Error {
        let reason: String
    }

    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    var remainingCount: Int { rest.count }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(Malformed)
        -> Value
    {
        let size = MemoryLayout<Value>.size
        guard rest.count >= size else {
            throw Malformed(reason: "ends inside a \(size)-byte number")
        }
        let value = Value(littleEndian: rest.loadUnaligned(as: Value.self))
        rest = UnsafeRawBufferPointer(rebasing: rest[size...])
        return value
    }

    mutating func bytes(_ count: Int) throws(Malformed) -> UnsafeRawBufferPointer {
        guard count >= 0, rest.count >= count else {
            throw Malformed(reason: "ends inside \(count) bytes, of which \(rest.count) are there")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return bytes
    }

    /// A string behind its length (UInt32), which must be valid UTF-8.
    mutating func string() throws(Malformed) -> String {
        let count = Int(try integer(UInt32.self))
        guard let string = String(validating: try bytes(count), as: UTF8.self) else {
            throw Malformed(reason: "holds a string that is not valid UTF-8")
        }
        return string
    }

    /// Throws unless every byte has been read.
    func end() throws(Malformed) {
        guard rest.isEmpty else { throw Malformed(reason: "has \(rest.count) bytes too many") }
    }
}

/// Appends little-endian values: what `ByteReader` reads.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ other: some Sequence<UInt8>) {
        bytes.append(contentsOf: other)
    }

    mutating func string(_ value: String) {
        integer(UInt32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }
}
