/// The scalar that begins at `offset` of valid UTF-8; `offset` moves behind it.
@inline(__always)
func nextScalar(in bytes: Span<UInt8>, at offset: inout Int) -> UInt32 {
    let lead = bytes[offset]
    if lead < 0x80 {
        offset += 1
        return UInt32(lead)
    }
    let length = (~lead).leadingZeroBitCount
    var scalar = UInt32(lead) & (0x7F >> UInt32(length))
    for trail in 1..<length { scalar = scalar << 6 | UInt32(bytes[offset + trail] & 0x3F) }
    offset += length
    return scalar
}

/// The scalar that ends before `offset` of valid UTF-8; `offset` moves to its first byte.
func previousScalar(in bytes: Span<UInt8>, before offset: inout Int) -> UInt32 {
    repeat { offset -= 1 } while bytes[offset] & 0xC0 == 0x80
    var end = offset
    return nextScalar(in: bytes, at: &end)
}

extension [UInt8] {
    /// Appends a scalar as UTF-8.
    @inline(__always)
    mutating func append(scalar: UInt32) {
        switch scalar {
        case 0..<0x80:
            append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800:
            append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        default:
            append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        }
    }
}
