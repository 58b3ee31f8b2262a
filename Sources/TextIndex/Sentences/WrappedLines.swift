/// Texts whose lines were broken to fit a width.
enum WrappedLines {
    /// `text`, byte for byte as long, with spaces for line ends that only wrap a line: no empty line, and no item of a list, is behind
    /// them.
    static func unwrapped(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        for index in text.indices { bytes.append(text[index]) }
        var index = 0
        while index < bytes.count {
            guard isLineEnd(bytes[index]) else {
                index += 1
                continue
            }
            let isPair = bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            let next = index + (isPair ? 2 : 1)
            var start = next
            while start < bytes.count, isBlank(bytes[start]) { start += 1 }
            if start < bytes.count, !isLineEnd(bytes[start]), !isItem(bytes, at: start) {
                for place in index..<next { bytes[place] = 0x20 }
            } else if start < bytes.count, isLineEnd(bytes[start]) {
                // The line ends of an empty line all count.
                while start < bytes.count, isLineEnd(bytes[start]) || isBlank(bytes[start]) {
                    start += 1
                }
            }
            index = start
        }
        return bytes
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Whether a line with this beginning is an item of a list: `- `, `* `, `+ `, `• `, `12. `, `3) `.
    private static func isItem(_ bytes: [UInt8], at start: Int) -> Bool {
        var end = start
        switch bytes[start] {
        case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"): end += 1
        case 0xE2:
            guard bytes[start...].prefix(3).elementsEqual("•".utf8) else { return false }
            end += 3
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            while end < bytes.count, end < start + 3, (0x30...0x39).contains(bytes[end]) {
                end += 1
            }
            guard end < bytes.count,
                bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: ")")
            else { return false }
            end += 1
        default: return false
        }
        return end < bytes.count && isBlank(bytes[end])
    }
}
