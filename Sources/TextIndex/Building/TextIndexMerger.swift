/// Makes one index of several, term by term, without their texts.
public struct TextIndexMerger {
    /// An index, and where its documents go.
    public struct Part {
        let index: InvertedIndex
        let first: Int
        let numbers: [UInt32]

        /// What stands for a document that is left out.
        public static let leftOut = UInt32.max

        /// - Parameters:
        ///   - first: the document that `numbers` begin with; those before it, and those behind the last, are left out.
        ///   - numbers: the new number of each document; those that are not left out keep their order.
        public init(_ index: InvertedIndex, from first: Int = 0, numbers: [UInt32]) {
            self.index = index
            self.first = first
            self.numbers = numbers
        }

        /// Whether there is a term in any document.
        public var hasTerms: Bool { index.termCount > 0 }

        /// The new number of a document; `nil` if it is left out.
        func number(of document: UInt32) -> UInt32? {
            let place = Int(document) - first
            guard place >= 0, place < numbers.count, numbers[place] != Self.leftOut else {
                return nil
            }
            return numbers[place]
        }
    }

    /// A part's postings of the term at hand.
    private struct Source {
        var postings: PostingsCursor
        var positions: PositionsCursor?
        let part: Int
        /// The new number of the document at hand.
        var document: UInt32
    }

    private let parts: [Part]
    private let kind: TextIndexKind
    private let documentCount: Int

    /// - Parameters:
    ///   - parts: of one kind, each with a number for each of its documents; no two documents have the same.
    ///   - documentCount: of the index that is made.
    public init(_ parts: [Part], kind: TextIndexKind, documentCount: Int) throws {
        for part in parts where part.index.kind != kind {
            throw InvertedIndex.malformed("are of another kind than those they are merged with")
        }
        for part in parts where part.first + part.numbers.count > part.index.documentCount {
            throw InvertedIndex.malformed(
                "number \(part.index.documentCount) documents, expected \(part.first + part.numbers.count)"
            )
        }
        self.parts = parts
        self.kind = kind
        self.documentCount = documentCount
    }

    /// Writes the index.
    ///
    /// - Parameter progress: told of the share of terms that is done, now and then; what it throws ends the work.
    public func write(
        to output: inout some TextIndexOutput & ~Copyable,
        progress: (_ share: Double) throws -> Void = { _ in }
    ) throws {
        let lengths = try mergedLengths()
        var writer = TextIndexWriter(kind: kind, lengths: lengths)
        var cursors = try parts.map { try TermCursor($0.index, from: Span()) }
        let total = parts.reduce(0) { $0 + $1.index.termCount }
        var done = 0
        var isFound = [Bool](repeating: false, count: kind == .weights ? documentCount : 0)
        while let term = cursors.compactMap(\.term).min(by: { $0.lexicographicallyPrecedes($1) }) {
            var sources: [Source] = []
            for part in cursors.indices where cursors[part].term == term {
                guard let entry = cursors[part].entry else { continue }
                if let source = try source(entry, part) { sources.append(source) }
                try cursors[part].next()
                if let next = cursors[part].term, !term.lexicographicallyPrecedes(next) {
                    throw InvertedIndex.malformed("are out of order")
                }
                done += 1
                if done % 1_024 == 0 { try progress(Double(done) / Double(max(1, total))) }
            }
            try merge(&sources, into: &writer, &output) { document in
                if kind == .weights { isFound[Int(document)] = true }
            }
            try writer.endTerm(term, to: &output)
        }
        let nonEmptyCount =
            kind == .counts
            ? lengths.count { $0 > 0 } : isFound.count { $0 }
        try writer.finish(
            documentCount: documentCount,
            nonEmptyCount: nonEmptyCount,
            to: &output
        )
    }

    private func mergedLengths() throws -> [UInt32] {
        guard kind == .counts else { return [] }
        var lengths = [UInt32](repeating: 0, count: documentCount)
        for part in parts {
            let own = try part.index.lengths()
            for (place, number) in part.numbers.enumerated() where number != Part.leftOut {
                lengths[Int(number)] = UInt32(
                    littleEndian: own.loadUnaligned(
                        fromByteOffset: (part.first + place) * 4,
                        as: UInt32.self
                    )
                )
            }
        }
        return lengths
    }

    /// The postings of a term in a part, at the first document that stays; `nil` if none does.
    private func source(_ entry: TermEntry, _ part: Int) throws -> Source? {
        let index = parts[part].index
        var source = Source(
            postings: try PostingsCursor(entry, of: index),
            positions: kind == .counts ? PositionsCursor(entry, of: index) : nil,
            part: part,
            document: 0
        )
        return try isAtNext(&source) ? source : nil
    }

    /// Goes on to a document that stays, from the one at hand on.
    private func isAtNext(_ source: inout Source) throws -> Bool {
        let part = parts[source.part]
        if source.postings.document < part.first {
            try source.postings.advance(to: UInt32(part.first))
        }
        while source.postings.document < part.first + part.numbers.count {
            if let number = part.number(of: source.postings.document) {
                source.document = number
                return true
            }
            try source.postings.next()
        }
        return false
    }

    private func merge(
        _ sources: inout [Source],
        into writer: inout TextIndexWriter,
        _ output: inout some TextIndexOutput & ~Copyable,
        _ found: (_ document: UInt32) -> Void
    ) throws {
        var positions: [UInt32] = []
        while !sources.isEmpty {
            var first = 0
            for place in 1..<max(1, sources.count)
            where sources[place].document < sources[first].document { first = place }
            let postings = sources[first].postings
            try sources[first].positions?.read(at: postings, to: &positions)
            found(sources[first].document)
            try writer.append(
                sources[first].document,
                value: postings.value,
                positions: positions.span,
                to: &output
            )
            try sources[first].postings.next()
            if try !isAtNext(&sources[first]) { sources.remove(at: first) }
        }
    }
}
