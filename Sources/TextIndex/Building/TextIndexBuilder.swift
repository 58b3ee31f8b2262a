/// Collects the terms of documents in memory, and writes their index.
public struct TextIndexBuilder: ~Copyable {
    /// Terms that one can hold.
    private static let maximumTokenCount = Int(Int32.max)

    private var analyzer: Analyzer
    private var words = ByteStringTable()
    /// The term of each word; −1 of a word of which nothing is left.
    private var termsOfWords: [Int32] = []
    private var terms = ByteStringTable()
    /// The terms of all documents, one after the other.
    private var tokens: [UInt32] = []
    /// Where each document's terms end.
    private var ends: [Int] = []
    private var nonEmptyCount = 0

    /// A builder of an index of texts that are analysed like this.
    public init(_ analysis: Analysis) {
        analyzer = Analyzer(analysis)
    }

    /// The memory that it takes; writing takes 4 bytes a term more.
    public var byteCount: Int {
        words.byteCount + terms.byteCount + termsOfWords.capacity * 4 + tokens.capacity * 4
            + ends.capacity * 8
    }

    /// The terms that it has, each as often as it is there.
    public var tokenCount: Int { tokens.count }

    /// The documents that it has.
    public var documentCount: Int { ends.count }

    /// Adds the next document, of one text or none.
    ///
    /// - Parameter text: UTF-8.
    /// - Throws: `full`; the document is not added then.
    public mutating func append(_ text: Span<UInt8>) throws(TextIndexError) {
        let start = tokens.count
        var buffer: [UInt8] = []
        // Into a local: a closure may not use the rest of a value while a part of it is at work.
        var found: [Range<Int>] = []
        analyzer.forEachWord(in: text) { found.append($0) }
        guard found.count <= Self.maximumTokenCount - tokens.count else {
            throw .full(limit: Self.maximumTokenCount)
        }
        for range in found {
            let word = text.extracting(range)
            let (number, isNew) = words.number(of: word)
            if isNew {
                buffer.removeAll(keepingCapacity: true)
                for index in word.indices { buffer.append(word[index]) }
                analyzer.reduce(&buffer)
                termsOfWords.append(
                    Int32(buffer.isEmpty ? -1 : terms.number(of: buffer.span).number)
                )
            }
            let term = termsOfWords[number]
            if term >= 0 { tokens.append(UInt32(term)) }
        }
        if tokens.count > start { nonEmptyCount += 1 }
        ends.append(tokens.count)
    }

    /// Adds the next document, which has no text.
    public mutating func appendNothing() { ends.append(tokens.count) }

    /// Writes the index.
    public consuming func write(
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        var starts = [Int](repeating: 0, count: terms.count + 1)
        for token in tokens { starts[Int(token) + 1] += 1 }
        for term in 0..<terms.count { starts[term + 1] += starts[term] }
        // The places of each term's tokens, in their order.
        var places = [UInt32](repeating: 0, count: tokens.count)
        var next = starts
        for place in tokens.indices {
            let term = Int(tokens[place])
            places[next[term]] = UInt32(place)
            next[term] += 1
        }
        var lengths: [UInt32] = []
        lengths.reserveCapacity(ends.count)
        var start = 0
        for end in ends {
            lengths.append(UInt32(end - start))
            start = end
        }
        var writer = TextIndexWriter(kind: .counts, lengths: lengths)
        let order = (0..<terms.count).sorted {
            terms.bytes(of: $0).lexicographicallyPrecedes(terms.bytes(of: $1))
        }
        var positions: [UInt32] = []
        for term in order {
            var document = 0
            var index = starts[term]
            let end = starts[term + 1]
            while index < end {
                document = firstDocument(endingBehind: Int(places[index]), from: document)
                let first = document == 0 ? 0 : ends[document - 1]
                positions.removeAll(keepingCapacity: true)
                while index < end, Int(places[index]) < ends[document] {
                    positions.append(places[index] - UInt32(first))
                    index += 1
                }
                try writer.append(
                    UInt32(document),
                    value: UInt32(positions.count - 1),
                    positions: positions.span,
                    to: &output
                )
            }
            try writer.endTerm(Array(terms.bytes(of: term)), to: &output)
        }
        try writer.finish(
            documentCount: ends.count,
            nonEmptyCount: nonEmptyCount,
            to: &output
        )
    }

    /// The document that a token is in, at or behind one that begins at or before it.
    private func firstDocument(endingBehind place: Int, from first: Int) -> Int {
        var low = first
        var step = 1
        while low + step < ends.count, ends[low + step - 1] <= place {
            low += step
            step *= 2
        }
        var high = min(ends.count - 1, low + step)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > place { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
