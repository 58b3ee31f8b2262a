/// Splits text into words at white space, which goes, and at punctuation, each of which is a word.
package struct BertPreTokenizer: Sendable {
    private let classes = ScalarClasses.shared

    package init() {}

    init(_ section: Section) throws(TokenizerError) {
        try section.allowOnly(["type"])
    }

    /// The next word at or behind `offset` of valid UTF-8, or nil; `offset` moves behind it.
    package func nextWord(in bytes: Span<UInt8>, at offset: inout Int) -> Range<Int>? {
        var start = offset
        while offset < bytes.count {
            let next = offset
            let scalarClass = classes[nextScalar(in: bytes, at: &offset)]
            if !scalarClass.isDisjoint(with: [.whiteSpace, .punctuation]) {
                if next > start {
                    offset = next
                    return start..<next
                }
                // White space as the original sees it wins; no scalar is both.
                if scalarClass.contains(.punctuation) { return next..<offset }
                start = offset
            }
        }
        return start < offset ? start..<offset : nil
    }
}
