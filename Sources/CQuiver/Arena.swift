import CQuiverABI
import Quiver

/// Memory that C callers borrow: the strings and numbers of one answer, freed together.
struct Arena: ~Copyable {
    private static let firstChunkByteCount = 4 << 10
    private static let largestChunkByteCount = 64 << 10
    private static let alignment = MemoryLayout<UInt64>.alignment

    private var chunks: [UnsafeMutableRawPointer] = []
    private var chunkByteCount = firstChunkByteCount
    private var freeBytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// A copy of `text` with a zero byte behind it.
    mutating func copy(_ text: String) -> (bytes: UnsafePointer<CChar>, count: Int) {
        var text = text
        return text.withUTF8 { utf8 in
            let place = allocate(utf8.count + 1)
            UnsafeMutableRawBufferPointer(start: place, count: utf8.count).copyMemory(
                from: UnsafeRawBufferPointer(utf8)
            )
            place.storeBytes(of: 0, toByteOffset: utf8.count, as: UInt8.self)
            return (UnsafePointer(place.assumingMemoryBound(to: CChar.self)), utf8.count)
        }
    }

    /// A copy of numbers, or of structs of the header.
    mutating func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
        let byteCount = elements.count * MemoryLayout<Element>.stride
        let place = allocate(byteCount)
        elements.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(start: place, count: byteCount).copyMemory(from: bytes)
        }
        return UnsafePointer(place.assumingMemoryBound(to: Element.self))
    }

    mutating func copy(_ key: borrowing Key) -> qv_key {
        switch copy key {
        case .integer(let value):
            return qv_integer_key(value)
        case .string(let value):
            let (bytes, count) = copy(value)
            return qv_key(
                kind: UInt32(QV_KEY_STRING),
                length: UInt32(count),
                integer: 0,
                bytes: bytes
            )
        }
    }

    private mutating func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let rounded = (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        if let start = freeBytes.baseAddress, rounded <= freeBytes.count {
            freeBytes = UnsafeMutableRawBufferPointer(rebasing: freeBytes[rounded...])
            return start
        }
        let chunkByteCount = max(rounded, self.chunkByteCount)
        self.chunkByteCount = min(2 * self.chunkByteCount, Self.largestChunkByteCount)
        let chunk = UnsafeMutableRawPointer.allocate(
            byteCount: chunkByteCount,
            alignment: Self.alignment
        )
        chunks.append(chunk)
        freeBytes = UnsafeMutableRawBufferPointer(
            start: chunk + rounded,
            count: chunkByteCount - rounded
        )
        return chunk
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }
}
