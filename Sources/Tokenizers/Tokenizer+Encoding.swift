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
            stopCount: keepsEnd ? .max : saturatingSum(before.count, room)
        )
        append(text.utf8.span, &pass)
        let excess = pass.ids.count - before.count - room
        if excess > 0 {
            if keepsEnd {
                pass.ids.removeSubrange(before.count..<before.count + excess)
            } else {
                pass.ids.removeLast(excess)
            }
        }
        return pass.ids + after
    }

    /// What one call of `encode` works on.
    private struct EncodingPass {
        var ids: [Int32]
        /// As soon as there are so many ids, the rest of the text does not matter.
        let stopCount: Int
        /// Normalised text.
        var normal: [UInt8] = []

        var isDone: Bool { ids.count >= stopCount }
    }

    private func append(_ bytes: Span<UInt8>, _ pass: inout EncodingPass) {
        guard let matcher = addedVocabulary.verbatim else {
            return appendSection(bytes, &pass)
        }
        var offset = 0
        var end = 0
        while !pass.isDone,
            let match = matcher.nextMatch(in: bytes, at: &offset, behind: end)
        {
            if end < match.start { appendSection(bytes.extracting(end..<match.start), &pass) }
            if match.start < match.end { pass.ids.append(match.id) }
            end = match.end
        }
        if end < bytes.count { appendSection(bytes.extracting(end..<bytes.count), &pass) }
    }

    /// Appends the tokens of text without verbatim added tokens.
    private func appendSection(_ bytes: Span<UInt8>, _ pass: inout EncodingPass) {
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
            start = end
            if let normalizer {
                var normal = pass.normal
                pass.normal = []
                normal.removeAll(keepingCapacity: true)
                normalizer.normalize(piece, into: &normal)
                appendNormal(normal.span, &pass)
                pass.normal = normal
            } else {
                appendNormal(piece, &pass)
            }
        }
    }

    private static var pieceByteCount: Int { 4096 }

    private func appendNormal(_ bytes: Span<UInt8>, _ pass: inout EncodingPass) {
        guard let matcher = addedVocabulary.normalized else { return appendWords(bytes, &pass) }
        var offset = 0
        var end = 0
        while !pass.isDone,
            let match = matcher.nextMatch(in: bytes, at: &offset, behind: end)
        {
            if end < match.start { appendWords(bytes.extracting(end..<match.start), &pass) }
            if match.start < match.end { pass.ids.append(match.id) }
            end = match.end
        }
        if end < bytes.count { appendWords(bytes.extracting(end..<bytes.count), &pass) }
    }

    private func appendWords(_ bytes: Span<UInt8>, _ pass: inout EncodingPass) {
        guard let preTokenizer else {
            return model.append(word: 0..<bytes.count, of: bytes, into: &pass.ids)
        }
        var offset = 0
        while !pass.isDone, let word = preTokenizer.nextWord(in: bytes, at: &offset) {
            model.append(word: word, of: bytes, into: &pass.ids)
        }
    }
}

private func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? .max : sum
}
