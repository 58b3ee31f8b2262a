enum UTF8Decoding {
    /// The scalar whose first byte is at `index`, which moves behind it; U+FFFD, and one byte, where there is none.
    static func scalar(in text: Span<UInt8>, at index: inout Int) -> UInt32 {
        let lead = text[index]
        let length =
            lead < 0x80
            ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
        guard length > 0, index + length <= text.count else {
            index += 1
            return 0xFFFD
        }
        var scalar = length == 1 ? UInt32(lead) : UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<max(1, length) {
            let byte = text[index + offset]
            guard byte & 0xC0 == 0x80 else {
                index += 1
                return 0xFFFD
            }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        let isShortest = length < 3 || scalar >= (length == 3 ? 0x800 : 0x10000)
        guard isShortest, scalar < 0xD800 || scalar > 0xDFFF, scalar <= 0x10FFFF else {
            index += 1
            return 0xFFFD
        }
        index += length
        return scalar
    }
}
