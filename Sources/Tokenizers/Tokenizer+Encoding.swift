extension Tokenizer {
    /// The ids of a text's tokens, not padded.
    ///
    /// - Parameters:
    ///   - text: of any length, the empty text included.
    ///   - maximumTokenCount: how many ids to give at most, special ones included, in place of the limit
    ///     in the file. Nil leaves that limit in place.
    ///   - addingSpecialTokens: whether to put the file's special tokens around the text. Those that
    ///     stand in the text itself are recognised either way.
    /// - Throws: `TokenizerError.limitTooSmall` where the limit is below the number of special tokens.
    /// - Complexity: linear in the text as far as it is not cut off: a text that is cut at its end is
    ///   read only as far as needed.
    public func encode(
        _ text: String,
        maximumTokenCount: Int? = nil,
        addingSpecialTokens: Bool = true
    ) throws(TokenizerError) -> [Int32] {
        try encode(text, maximumTokenCount, addingSpecialTokens, withRanges: false).ids
    }

    /// The tokens of a text and where they stand in it; their ids are those of
    /// ``encode(_:maximumTokenCount:addingSpecialTokens:)``, whose parameters and errors these are.
    public func tokens(
        of text: String,
        maximumTokenCount: Int? = nil,
        addingSpecialTokens: Bool = true
    ) throws(TokenizerError) -> [Token] {
        let pass = try encode(text, maximumTokenCount, addingSpecialTokens, withRanges: true)
        return zip(pass.ids, pass.ranges ?? []).map { Token(id: $0, byteRange: $1) }
    }

    private func encode(
        _ text: String,
        _ maximumTokenCount: Int?,
        _ addingSpecialTokens: Bool,
        withRanges: Bool
    ) throws(TokenizerError) -> EncodingPass {
        let before = addingSpecialTokens ? postProcessor.before : []
        let after = addingSpecialTokens ? postProcessor.after : []
        let limit = maximumTokenCount ?? truncation?.maximumTokenCount ?? .max
        guard limit >= before.count + after.count else {
            throw .limitTooSmall(limit: limit, specialTokenCount: before.count + after.count)
        }
        let room = limit - before.count - after.count
        let keepsEnd = truncation?.direction == .left

        var pass = EncodingPass(
            ids: before,
            stopCount: keepsEnd ? .max : saturatingSum(before.count, room),
            ranges: withRanges ? before.map { _ in 0..<0 } : nil
        )
        append(text.utf8.span, &pass)
        let excess = pass.ids.count - before.count - room
        if excess > 0 {
            if keepsEnd {
                pass.ids.removeSubrange(before.count..<before.count + excess)
                pass.ranges?.removeSubrange(before.count..<before.count + excess)
            } else {
                pass.ids.removeLast(excess)
                pass.ranges?.removeLast(excess)
            }
        }
        pass.ids += after
        let end = text.utf8.count
        pass.ranges?.append(contentsOf: after.map { _ in end..<end })
        return pass
    }

    /// What one call of `encode` works on.
    private struct EncodingPass {
        var ids: [Int32]
        /// As soon as there are so many ids, the rest of the text does not matter.
        let stopCount: Int
        /// Where each token stands in the text, where that is asked for.
        var ranges: [Range<Int>]?
        /// Normalised text.
        var normal: [UInt8] = []
        /// The bytes of the text that each byte of `normal` comes from, where that is asked for.
        var origins: [Range<Int>] = []

        init(ids: [Int32], stopCount: Int, ranges: [Range<Int>]?) {
            self.ids = ids
            self.stopCount = stopCount
            self.ranges = ranges
        }

        var isDone: Bool { ids.count >= stopCount }

        mutating func append(_ id: Int32, _ range: Range<Int>) {
            ids.append(id)
            ranges?.append(range)
        }

        /// The part of the text that `range` of what was normalised comes from.
        ///
        /// - Parameter base: where the section of the text begins.
        func origin(of range: Range<Int>, at base: Int) -> Range<Int> {
            guard ranges != nil, !range.isEmpty, range.upperBound <= origins.count else {
                return range.lowerBound + base..<range.upperBound + base
            }
            return origins[range.lowerBound].lowerBound..<origins[range.upperBound - 1].upperBound
        }
    }

    private func append(_ bytes: Span<UInt8>, _ pass: inout EncodingPass) {
        guard let matcher = addedVocabulary.verbatim else {
            return appendSection(bytes, at: 0, &pass)
        }
        var offset = 0
        var end = 0
        while !pass.isDone,
            let match = matcher.nextMatch(in: bytes, at: &offset, behind: end)
        {
            if end < match.start {
                appendSection(bytes.extracting(end..<match.start), at: end, &pass)
            }
            if match.start < match.end { pass.append(match.id, match.start..<match.end) }
            end = match.end
        }
        if end < bytes.count { appendSection(bytes.extracting(end..<bytes.count), at: end, &pass) }
    }

    /// Appends the tokens of text without verbatim added tokens, which begins at `base` of the whole.
    private func appendSection(_ bytes: Span<UInt8>, at base: Int, _ pass: inout EncodingPass) {
        // Nothing reaches across ASCII white space, so that a long text can be worked on in pieces that
        // stay in the cache, until there are enough tokens.
        let isDivisible = preTokenizer != nil && addedVocabulary.normalized == nil
        var start = 0
        while start < bytes.count, !pass.isDone {
            var end = bytes.count
            if isDivisible, end - start > Self.pieceByteCount {
                end = start + Self.pieceByteCount
                while end < bytes.count, bytes[end] != 0x20, bytes[end] != 0x0A { end += 1 }
            }
            let piece = bytes.extracting(start..<end)
            let place = base + start
            start = end
            if let normalizer {
                var normal = pass.normal
                pass.normal = []
                normal.removeAll(keepingCapacity: true)
                if pass.ranges == nil {
                    normalizer.normalize(piece, into: &normal)
                } else {
                    pass.origins.removeAll(keepingCapacity: true)
                    normalizer.normalize(piece, at: place, into: &normal, origins: &pass.origins)
                }
                appendNormal(normal.span, at: place, &pass)
                pass.normal = normal
            } else {
                appendNormal(piece, at: place, &pass)
            }
        }
    }

    private static var pieceByteCount: Int { 4096 }

    private func appendNormal(_ bytes: Span<UInt8>, at base: Int, _ pass: inout EncodingPass) {
        guard let matcher = addedVocabulary.normalized else {
            return appendWords(bytes, 0..<bytes.count, at: base, &pass)
        }
        var offset = 0
        var end = 0
        while !pass.isDone,
            let match = matcher.nextMatch(in: bytes, at: &offset, behind: end)
        {
            if end < match.start { appendWords(bytes, end..<match.start, at: base, &pass) }
            if match.start < match.end {
                pass.append(match.id, pass.origin(of: match.start..<match.end, at: base))
            }
            end = match.end
        }
        if end < bytes.count { appendWords(bytes, end..<bytes.count, at: base, &pass) }
    }

    /// Appends the tokens of the words in `part` of normalised text that begins at `base` of the whole.
    private func appendWords(
        _ bytes: Span<UInt8>,
        _ part: Range<Int>,
        at base: Int,
        _ pass: inout EncodingPass
    ) {
        let words = bytes.extracting(part)
        var offset = 0
        while !pass.isDone, offset < words.count {
            let word: Range<Int>
            if let preTokenizer {
                guard let next = preTokenizer.nextWord(in: words, at: &offset) else { return }
                word = next
            } else {
                word = 0..<words.count
                offset = words.count
            }
            let first = pass.ids.count
            model.append(word: word, of: words, into: &pass.ids, &pass.ranges)
            guard pass.ranges != nil else { continue }
            for index in first..<pass.ids.count {
                guard let range = pass.ranges?[index] else { continue }
                let origin = pass.origin(
                    of: range.lowerBound + part.lowerBound..<range.upperBound + part.lowerBound,
                    at: base
                )
                pass.ranges?[index] = origin
            }
        }
    }
}

private func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? .max : sum
}
