/// Looking at single scalars of UTF-8, forwards and backwards.
enum TextScalars {
    /// The scalar before `index`, which moves to its first byte; U+FFFD, and one byte, where there is none.
    static func scalar(in text: Span<UInt8>, before index: inout Int) -> Unicode.Scalar {
        let end = index
        var start = end - 1
        while start > 0, start > end - 4, text[start] & 0xC0 == 0x80 { start -= 1 }
        var next = start
        let scalar = UTF8Decoding.scalar(in: text, at: &next)
        index = next == end ? start : end - 1
        return next == end ? Unicode.Scalar(scalar) ?? "\u{FFFD}" : "\u{FFFD}"
    }

    /// The scalar at `index`, which moves behind it; U+FFFD, and one byte, where there is none.
    static func scalar(in text: Span<UInt8>, at index: inout Int) -> Unicode.Scalar {
        Unicode.Scalar(UTF8Decoding.scalar(in: text, at: &index)) ?? "\u{FFFD}"
    }

    /// Behind the white space, line ends included, that begins at `start`.
    static func spaceEnd(in text: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < text.count {
            var next = end
            guard isSpace(scalar(in: text, at: &next)) else { break }
            end = next
        }
        return end
    }

    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x80
            ? scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value)
            : scalar.properties.isWhitespace
    }

    /// Whether lines end with it.
    static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Quotation marks and brackets, of either side.
    static func isBracket(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x22, 0x27, 0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D: return true
        case 0..<0x80: return false
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .initialPunctuation, .finalPunctuation, .openPunctuation, .closePunctuation: true
        default: false
        }
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x80
            ? (0x61...0x7A).contains(scalar.value | 0x20) : scalar.properties.isAlphabetic
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        (0x30...0x39).contains(scalar.value)
    }
}
