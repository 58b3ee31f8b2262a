internal import CICU

/// Divides texts into sentences by Unicode's rules (UAX #29), as ICU knows them, less the boundaries that are none in real texts:
/// after abbreviations, initials and numbers of items (``SentenceJoints``).
///
/// ICU's own filter for that (`ss=standard`, ICU 72) is not used: its English list lacks "Dr." and "e.g.", has "Is.", "All." and
/// "Up.", and is compared with the ends of words, so that "EBOOK." is taken for "OK.". Its lists of other languages are used.
///
/// One is used by one thread at a time.
public struct SentenceSegmenter: ~Copyable {
    private let options: Options
    private var joints: SentenceJoints
    // Freed in `deinit`, used by whoever has this value.
    private var icu: OpaquePointer?

    /// A segmenter of texts such as `options` say.
    public init(_ options: Options = Options()) {
        self.options = options
        joints = SentenceJoints(language: options.language)
    }

    deinit { cicu_breaks_free(icu) }

    /// Calls `body` with the bytes of each sentence, in their order: they tile the text, and white space belongs to the sentence
    /// before it.
    ///
    /// - Parameter text: UTF-8; a byte that is not counts as a scalar of its own.
    /// - Complexity: linear in the text.
    public mutating func forEachSentence<Failure>(
        in text: Span<UInt8>,
        _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        guard options.hasWrappedLines else { return try divide(text, body) }
        try divide(WrappedLines.unwrapped(text).span, body)
    }

    private mutating func divide<Failure>(
        _ text: Span<UInt8>,
        _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        // White space that begins a text belongs to the first sentence.
        var spaceEnd = TextScalars.spaceEnd(in: text, from: 0)
        var block = 0
        while block < text.count {
            let blockEnd = Self.blockEnd(in: text, from: block)
            let isDivided = set(text.extracting(block..<blockEnd))
            while true {
                let found = isDivided ? cicu_breaks_next(icu, nil) : -1
                let boundary = found < 0 ? blockEnd : block + Int(found)
                // One inside white space was another's already, as the white space was.
                if boundary > spaceEnd, boundary < text.count {
                    spaceEnd = TextScalars.spaceEnd(in: text, from: boundary)
                    if !joints.joins(text, sentence: start, boundary, next: spaceEnd) {
                        try body(start..<spaceEnd)
                        start = spaceEnd
                    }
                }
                if found < 0 { break }
            }
            block = blockEnd
        }
        if start < text.count { try body(start..<text.count) }
    }

    /// Gives ICU a text that stays as it is until the next one.
    private mutating func set(_ text: Span<UInt8>) -> Bool {
        if icu == nil { icu = cicu_breaks_new(cicu_sentences) }
        guard let icu else { return false }
        return text.withUnsafeBufferPointer {
            cicu_breaks_set(icu, $0.baseAddress, Int64($0.count)) != 0
        }
    }

    /// ICU counts in 32 bits. A text that is longer is given to it in parts that end with a line, where a sentence ends anyway, or
    /// at least with a scalar.
    private static func blockEnd(in text: Span<UInt8>, from start: Int) -> Int {
        guard text.count - start > maximumBlockByteCount else { return text.count }
        let limit = start + maximumBlockByteCount
        var end = limit
        while end > start, text[end - 1] != UInt8(ascii: "\n") { end -= 1 }
        if end > start { return end }
        end = limit
        while end > limit - 4, text[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    private static let maximumBlockByteCount = 1 << 30
}
