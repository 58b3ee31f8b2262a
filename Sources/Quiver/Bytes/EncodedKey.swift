import Glibc

/// A key as bytes whose order is the order of keys.
///
/// | byte | meaning |
/// | --- | --- |
/// | 0 | 1: integer, 2: string |
/// | 1… | the integer, big-endian, 8 bytes; or the string's UTF-8, 1…480 bytes |
struct EncodedKey: Hashable, Comparable, Sendable {
    let bytes: [UInt8]

    static let maximumByteCount = 1 + Key.maximumByteCount

    /// Bytes that are an encoded key.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(_ key: Key) throws(StoreError) {
        switch key {
        case .integer(let value):
            bytes = [1] + withUnsafeBytes(of: value.bigEndian) { Array($0) }
        case .string(let value):
            let count = value.utf8.count
            guard count > 0 else { throw .invalidKey(reason: "a string key has at least 1 byte") }
            guard count <= Key.maximumByteCount else {
                throw .invalidKey(
                    reason:
                        "a string key has at most \(Key.maximumByteCount) bytes; this one has \(count)"
                )
            }
            bytes = [2] + value.utf8
        }
    }

    static func < (left: EncodedKey, right: EncodedKey) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// The key that `bytes` stand for.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> Key {
        guard let tag = bytes.first else { throw .init(reason: "holds an empty key") }
        let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        switch tag {
        case 1 where rest.count == 8:
            return .integer(UInt64(bigEndian: rest.loadUnaligned(as: UInt64.self)))
        case 2 where (1...Key.maximumByteCount).contains(rest.count):
            guard let string = String(validating: rest, as: UTF8.self) else {
                throw .init(reason: "holds a key that is not valid UTF-8")
            }
            return .string(string)
        default:
            throw .init(reason: "holds a key of kind \(tag) and \(rest.count) bytes")
        }
    }
}

/// Orders two encoded keys: negative, zero or positive.
func compareKeys(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let common = min(left.count, right.count)
    if common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
        let order = memcmp(leftBase, rightBase, common)
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}
