extension InvertedIndex {
    /// Reads the whole index.
    ///
    /// - Parameter each: told of each term; what it throws ends the reading.
    /// - Throws: `malformed` with the first thing that does not fit the rest.
    public func check(each: () throws -> Void = {}) throws {
        var counts = [UInt32](repeating: 0, count: kind == .counts ? documentCount : 0)
        var terms = try TermCursor(self, from: Span())
        var last: [UInt8]?
        var count = 0
        while let term = terms.term, let entry = terms.entry {
            if let last, !last.lexicographicallyPrecedes(term) {
                throw Self.malformed("are out of order")
            }
            last = term
            count += 1
            try check(entry, &counts)
            try each()
            try terms.next()
        }
        guard count == termCount else {
            throw Self.malformed("are \(count), not the \(termCount) that they say")
        }
        guard kind == .counts else { return }
        let lengths = try lengths()
        for document in counts.indices {
            let length = UInt32(
                littleEndian: lengths.loadUnaligned(
                    fromByteOffset: 4 * document,
                    as: UInt32.self
                )
            )
            guard length == counts[document] else {
                throw TextIndexError.malformed(
                    part: .lengths,
                    reason:
                        "say \(length) terms of document \(document), which has \(counts[document])"
                )
            }
        }
        guard counts.reduce(0, { $0 + Int($1) }) == tokenCount,
            counts.count(where: { $0 > 0 }) == nonEmptyCount
        else { throw Self.malformed("do not add up to what they say") }
    }

    private func check(_ entry: TermEntry, _ counts: inout [UInt32]) throws {
        var postings = try PostingsCursor(entry, of: self)
        var cursor = PositionsCursor(entry, of: self)
        var positions: [UInt32] = []
        var last = -1
        var found = 0
        while postings.document != PostingsCursor.end {
            guard Int(postings.document) > last else {
                throw TextIndexError.malformed(
                    part: .postings,
                    reason: "name document \(postings.document) behind \(last)"
                )
            }
            last = Int(postings.document)
            found += 1
            if kind == .counts {
                try cursor.read(at: postings, to: &positions)
                counts[last] = counts[last] &+ postings.value &+ 1
            }
            try postings.next()
        }
        guard found == entry.documentCount else {
            throw TextIndexError.malformed(
                part: .postings,
                reason: "are of \(found) documents, expected \(entry.documentCount)"
            )
        }
    }
}
