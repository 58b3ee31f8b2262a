/// Turns text into terms: words by Unicode's rules, without case, reduced to their stems, without accents.
///
/// One is used by one thread at a time.
public struct Analyzer: ~Copyable {
    /// A word that is longer is cut, and each part is a word.
    public static let maximumWordByteCount = 255

    private var segmenter = WordSegmenter()
    private var folding = WordFolding()
    private var stemmer: Stemmer?

    /// An analyzer that works as `analysis` says.
    public init(_ analysis: Analysis) {
        if let language = analysis.language { stemmer = Stemmer(language) }
    }

    /// Calls `body` with the bytes of each word of `text`, in their order.
    ///
    /// - Parameter text: UTF-8; what is not is in no word.
    public mutating func forEachWord<Failure>(
        in text: Span<UInt8>,
        _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        try segmenter.forEachWord(in: text) { (word) throws(Failure) in
            var start = word.lowerBound
            while word.upperBound - start > Self.maximumWordByteCount {
                var end = start + Self.maximumWordByteCount
                while end > start + 1, text[end] & 0xC0 == 0x80 { end -= 1 }
                try body(start..<end)
                start = end
            }
            try body(start..<word.upperBound)
        }
    }

    /// Replaces a word by its term. What is left of it may be empty, and is no term then.
    public mutating func reduce(_ word: inout [UInt8]) {
        folding.foldCase(&word)
        if stemmer != nil { stemmer?.stem(&word) }
        folding.removeAccents(&word)
    }

    /// The terms of `text`, in their order: each has its place in it as its position.
    public mutating func terms(of text: String) -> [String] {
        var terms: [String] = []
        let bytes = Array(text.utf8)
        var words: [Range<Int>] = []
        forEachWord(in: bytes.span) { words.append($0) }
        for word in words {
            var term = Array(bytes[word])
            reduce(&term)
            if !term.isEmpty { terms.append(String(decoding: term, as: UTF8.self)) }
        }
        return terms
    }

    /// `text` as terms are written, without case and accents, and whole: the beginning of a term.
    public mutating func folded(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        folding.foldCase(&bytes)
        folding.removeAccents(&bytes)
        return bytes
    }
}
