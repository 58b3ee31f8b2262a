public import TextIndex

/// What helps to find the sentences of a text: its language, and whether its lines are wrapped.
public typealias SentenceOptions = SentenceSegmenter.Options

/// The sentences of `text`, as ranges of its UTF-8 bytes.
///
/// They tile the text: every byte is in exactly one of them, in order, and each begins and ends between two Unicode scalars. White
/// space belongs to the sentence before it, at a text's beginning to the first one. A sentence ends where Unicode's rules (UAX #29)
/// end it, but not behind abbreviations ("Dr. Smith", "e.g. this"), initials ("J. R. R. Tolkien") and numbers of items ("1. First");
/// where a word may or may not be one ("He lives in the U.S. It is large."), the word behind decides.
///
/// ```swift
/// let text = "Dr. Smith has left. Ask Mr. Brown!"
/// for range in sentences(text) {
///     print(String(decoding: Array(text.utf8)[range], as: UTF8.self))
/// }
/// ```
///
/// - Returns: the ranges in order; none for the empty text.
/// - Complexity: linear in the text.
public func sentences(
    _ text: String,
    _ options: SentenceOptions = SentenceOptions()
) -> [Range<Int>] {
    var segmenter = SentenceSegmenter(options)
    var ranges: [Range<Int>] = []
    segmenter.forEachSentence(in: text.utf8.span) { ranges.append($0) }
    return ranges
}
