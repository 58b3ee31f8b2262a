/// Finds documents in which terms follow one another.
struct PhraseMatches {
    private struct Slot {
        var postings: PostingsCursor
        var positions: PositionsCursor
        /// How far behind the phrase's first term.
        let distance: UInt32
        var found: [UInt32] = []

        /// Of the document at hand.
        mutating func readPositions() throws {
            try positions.read(at: postings, to: &found)
        }
    }

    private let index: InvertedIndex
    /// The rarest term first.
    private var slots: [Slot] = []

    /// - Returns: `nil` if one of the terms is in no document.
    init?(_ terms: [[UInt8]], in index: InvertedIndex) throws {
        self.index = index
        guard !terms.isEmpty, index.kind == .counts else { return nil }
        for (distance, term) in terms.enumerated() {
            guard let entry = try index.entry(of: term.span) else { return nil }
            slots.append(
                Slot(
                    postings: try PostingsCursor(entry, of: index),
                    positions: PositionsCursor(entry, of: index),
                    distance: UInt32(distance)
                )
            )
        }
        slots.sort { $0.postings.documentCount < $1.postings.documentCount }
    }

    /// The documents, each with how often the phrase is in it, less 1.
    consuming func documents() throws -> PostingsCursor? {
        var documents: [UInt32] = []
        var values: [UInt32] = []
        while slots[0].postings.document != PostingsCursor.end {
            let document = slots[0].postings.document
            var next = document
            for slot in 1..<slots.count where next == document {
                try slots[slot].postings.advance(to: document)
                next = slots[slot].postings.document
            }
            if next == PostingsCursor.end { break }
            if next != document {
                try slots[0].postings.advance(to: next)
                continue
            }
            let count = try occurrences()
            if count > 0 {
                documents.append(document)
                values.append(count - 1)
            }
            try slots[0].postings.next()
        }
        guard !documents.isEmpty else { return nil }
        return PostingsCursor(documents: documents, values: values, bound: index.documentCount)
    }

    /// How often the terms follow one another in the document at hand.
    private mutating func occurrences() throws -> UInt32 {
        for slot in slots.indices {
            try slots[slot].readPositions()
        }
        var places = [Int](repeating: 0, count: slots.count)
        var count: UInt32 = 0
        search: for position in slots[0].found where position >= slots[0].distance {
            let start = position - slots[0].distance
            for slot in 1..<slots.count {
                let wanted = start + slots[slot].distance
                while places[slot] < slots[slot].found.count,
                    slots[slot].found[places[slot]] < wanted
                {
                    places[slot] += 1
                }
                guard places[slot] < slots[slot].found.count else { break search }
                if slots[slot].found[places[slot]] != wanted { continue search }
            }
            count += 1
        }
        return count
    }
}
