internal import CICU

/// Finds the words of a text: what lies between the boundaries of Unicode's rules (UAX #29) and has letters, digits, kana or
/// ideographs in it. Scripts without spaces are divided by ICU's dictionaries.
///
/// Words of Latin, Greek and Cyrillic letters are found here, which is much faster, by the same rules; a stretch between two
/// spaces in which there is anything else is ICU's.
struct WordSegmenter: ~Copyable {
    // Freed in `deinit`, used by whoever has this value.
    private var icu: OpaquePointer?
    private var found: [Range<Int>] = []

    init() {}

    deinit { cicu_breaks_free(icu) }

    /// Calls `body` with the bytes of each word, in their order. What is not UTF-8 is in no word.
    mutating func forEachWord<Failure>(
        in text: Span<UInt8>,
        _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        while start < text.count {
            guard !Self.isSpace(text[start]) else {
                start += 1
                continue
            }
            found.removeAll(keepingCapacity: true)
            var end = start
            if !findWords(in: text, from: &end) {
                while end < text.count, !Self.isSpace(text[end]) { end += 1 }
                found.removeAll(keepingCapacity: true)
                findWords(byICUIn: text, start..<end)
            }
            // A connector alone joins nothing.
            for word in found where word.count > 1 || text[word.lowerBound] != UInt8(ascii: "_") {
                try body(word)
            }
            start = end
        }
    }

    /// Where a word ends for certain, and the next cannot lean on it.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// Finds the words up to a space or the end, and moves `index` there.
    ///
    /// - Returns: whether every scalar was known; what was found before one that was not may be wrong.
    private mutating func findWords(in text: Span<UInt8>, from index: inout Int) -> Bool {
        var start = -1
        var before = ScalarClass.other
        /// A scalar that belongs to the word if what follows does.
        var middle: (class: ScalarClass, index: Int)?
        while index < text.count, !Self.isSpace(text[index]) {
            let here = index
            let kind: ScalarClass
            let byte = text[here]
            if byte < 128 {
                kind = ScalarClass(UInt32(byte))
                index += 1
            } else {
                kind = ScalarClass(UTF8Decoding.scalar(in: text, at: &index))
            }
            switch kind {
            case .unknown: return false
            case .letter, .digit, .connector:
                if let joint = middle {
                    if !Self.joins(joint.class, before, kind) {
                        found.append(start..<joint.index)
                        start = here
                    }
                    middle = nil
                } else if start < 0 {
                    start = here
                }
                before = kind
            case .midBoth, .midLetter, .midDigit:
                if start >= 0, middle == nil {
                    middle = (kind, here)
                } else if let joint = middle {
                    found.append(start..<joint.index)
                    start = -1
                    middle = nil
                }
            case .other:
                if start >= 0 { found.append(start..<(middle?.index ?? here)) }
                start = -1
                middle = nil
            }
        }
        if start >= 0 { found.append(start..<(middle?.index ?? index)) }
        return true
    }

    /// Whether `middle` joins what comes before and after it (WB 6, 7, 11 and 12).
    private static func joins(
        _ middle: ScalarClass,
        _ before: ScalarClass,
        _ after: ScalarClass
    ) -> Bool {
        switch (before, after) {
        case (.letter, .letter): middle != .midDigit
        case (.digit, .digit): middle != .midLetter
        default: false
        }
    }

    private mutating func findWords(byICUIn text: Span<UInt8>, _ range: Range<Int>) {
        if icu == nil { icu = cicu_breaks_new(cicu_words) }
        text.extracting(range).withUnsafeBufferPointer { bytes in
            guard let icu, cicu_breaks_set(icu, bytes.baseAddress, Int64(bytes.count)) != 0 else {
                // Found as one word by those who look for it as it stands.
                found.append(range)
                return
            }
            var start = 0
            var isWord: Int32 = 0
            while true {
                let end = Int(cicu_breaks_next(icu, &isWord))
                guard end > start else { break }
                if isWord != 0 {
                    found.append((range.lowerBound + start)..<(range.lowerBound + end))
                }
                start = end
            }
        }
    }
}
