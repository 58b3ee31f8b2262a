/// Goes through the documents of a term in their order, and passes over blocks of them unread.
struct PostingsCursor {
    /// The document at hand; `end` behind the last.
    private(set) var document: UInt32
    /// Its value, as it is stored.
    private(set) var value: UInt32
    /// The documents in all.
    let documentCount: Int

    static let end = UInt32.max
    private static var noHeaders: UnsafeRawBufferPointer { .init(start: nil, count: 0) }

    // Of the block at hand.
    private var documents: [UInt32]
    private(set) var values: [UInt32]
    /// Which of the block's documents is at hand.
    private(set) var place = 0
    private var count = 0
    private(set) var block = 0

    private let source: (any TextIndexSource)?
    /// Where the blocks begin in the postings.
    private let offset: Int
    private let blockCount: Int
    // Of the source, which lives as long as the cursor has it.
    private let headers: UnsafeRawBufferPointer
    /// Documents are below it.
    let bound: Int

    /// At the first document of a term.
    init(_ entry: TermEntry, of index: InvertedIndex) throws {
        documentCount = entry.documentCount
        bound = index.documentCount
        switch entry.place {
        case .single(let document, let value):
            source = nil
            headers = Self.noHeaders
            offset = 0
            blockCount = 1
            documents = [document]
            values = [value]
            count = 1
            self.document = document
            self.value = value
        case .blocks(let offset, let byteCount):
            source = index.source
            self.offset = offset
            blockCount = entry.blockCount
            let end = offset + entry.postingsByteCount
            headers =
                entry.headerCount > 0
                ? try index.source.checkedBytes(of: .postings, (offset + byteCount)..<end)
                : Self.noHeaders
            documents = [UInt32](repeating: 0, count: PostingsFormat.blockCount)
            values = documents
            document = 0
            value = 0
            try load(0)
        }
    }

    /// Over documents that have been found already, in their order.
    init(documents: [UInt32], values: [UInt32], bound: Int) {
        documentCount = documents.count
        self.bound = bound
        source = nil
        headers = Self.noHeaders
        offset = 0
        blockCount = 1
        self.documents = documents
        self.values = values
        count = documents.count
        document = documents.first ?? Self.end
        value = values.first ?? 0
    }

    private func lastDocument(of block: Int) -> Int {
        guard !headers.isEmpty else { return bound - 1 }
        return Int(
            UInt32(
                littleEndian: headers.loadUnaligned(
                    fromByteOffset: block * PostingsFormat.headerByteCount,
                    as: UInt32.self
                )
            )
        )
    }

    private mutating func load(_ number: Int) throws {
        guard let source else { return }
        block = number
        place = 0
        count = min(
            PostingsFormat.blockCount,
            documentCount - number * PostingsFormat.blockCount
        )
        var start = 0
        if !headers.isEmpty {
            let header = number * PostingsFormat.headerByteCount
            let found = UInt64(
                littleEndian: headers.loadUnaligned(fromByteOffset: header + 4, as: UInt64.self)
            )
            guard found < UInt64(source.byteCount(of: .postings)) else {
                throw TextIndexError.malformed(
                    part: .postings,
                    reason: "have a header that names a block at \(found)"
                )
            }
            start = Int(found)
        }
        try PostingsFormat.read(
            source,
            at: offset + start,
            count: count,
            previous: number == 0 ? -1 : lastDocument(of: number - 1),
            bound: bound,
            documents: &documents,
            values: &values
        )
        document = documents[0]
        value = values[0]
    }

    /// Goes to the next document.
    mutating func next() throws {
        place += 1
        if place < count {
            document = documents[place]
            value = values[place]
        } else if block + 1 < blockCount {
            try load(block + 1)
        } else {
            document = Self.end
        }
    }

    /// Goes to the first document that is not below `target`; stays if that is the one at hand.
    mutating func advance(to target: UInt32) throws {
        guard document < target else { return }
        if !headers.isEmpty, lastDocument(of: block) < Int(target) {
            let number = firstBlock(reaching: target)
            guard number < blockCount else {
                document = Self.end
                return
            }
            try load(number)
            // A header that names too much would send the search back here for ever.
            if documents[count - 1] < target {
                throw TextIndexError.malformed(
                    part: .postings,
                    reason: "have a header whose block ends before document \(target)"
                )
            }
        }
        var step = 1
        var low = place
        while low + step < count, documents[low + step] < target {
            low += step
            step *= 2
        }
        var high = min(count, low + step + 1)
        while low < high {
            let middle = (low + high) / 2
            if documents[middle] < target { low = middle + 1 } else { high = middle }
        }
        guard low < count else {
            // Only of the last block, or of one whose header says more than it holds.
            place = count - 1
            return try next()
        }
        place = low
        document = documents[low]
        value = values[low]
    }

    /// The first block, from the one at hand on, that does not end before `target`.
    private func firstBlock(reaching target: UInt32) -> Int {
        var low = block
        var step = 1
        while low + step < blockCount, lastDocument(of: low + step) < Int(target) {
            low += step
            step *= 2
        }
        var high = min(blockCount, low + step + 1)
        while low < high {
            let middle = (low + high) / 2
            if lastDocument(of: middle) < Int(target) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where the block ends that has the first document from `target` on, from the one at hand: behind its last.
    func blockEnd(from target: UInt32) -> Int {
        guard !headers.isEmpty else { return bound }
        let number = firstBlock(reaching: target)
        return number < blockCount ? lastDocument(of: number) + 1 : bound
    }

    /// The most that `score` gives for the bounds of the blocks that reach into `range`; `nil` if they are not known, or are many.
    func maximum(in range: Range<Int>, _ score: (ImpactBound) -> Float) -> Float? {
        guard document != Self.end else { return 0 }
        guard !headers.isEmpty else { return nil }
        var number = firstBlock(reaching: UInt32(range.lowerBound))
        var most: Float = 0
        for _ in 0..<8 {
            guard number < blockCount else { return most }
            let first = number == 0 ? 0 : lastDocument(of: number - 1) + 1
            guard first < range.upperBound else { return most }
            let bounds = bounds(of: number)
            most = max(most, max(score(bounds.0), score(bounds.1)))
            number += 1
        }
        return nil
    }

    private func bounds(of block: Int) -> (ImpactBound, ImpactBound) {
        let start = block * PostingsFormat.headerByteCount + 12
        func half(_ place: Int) -> UInt16 {
            UInt16(
                littleEndian: headers.loadUnaligned(
                    fromByteOffset: start + place * 2,
                    as: UInt16.self
                )
            )
        }
        return (
            ImpactBound(value: half(0), length: half(1)),
            ImpactBound(value: half(2), length: half(3))
        )
    }

    /// The most that any document has.
    ///
    /// - Parameters:
    ///   - bound: the score of an impact bound.
    ///   - score: of a document and its value.
    func maximum(
        bound: (ImpactBound) -> Float,
        score: (_ document: UInt32, _ value: UInt32) -> Float
    ) -> Float {
        var most: Float = 0
        if !headers.isEmpty {
            for block in 0..<blockCount {
                let bounds = bounds(of: block)
                most = max(most, max(bound(bounds.0), bound(bounds.1)))
            }
        } else {
            for place in 0..<count { most = max(most, score(documents[place], values[place])) }
        }
        return most
    }
}
