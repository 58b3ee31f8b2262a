/// Goes through the terms of an index in their order.
struct TermCursor {
    private let index: InvertedIndex
    private var block: TermBlock?
    private var blockNumber: Int

    /// The term at hand; `nil` behind the last.
    var term: [UInt8]? { block?.term }
    /// Where its postings are.
    var entry: TermEntry? { block?.entry }

    /// At the first term that is not below `term`.
    init(_ index: InvertedIndex, from term: Span<UInt8>) throws {
        self.index = index
        // The last block whose first term is not above it.
        var low = 0
        var high = index.blockCount
        while low < high {
            let middle = (low + high) / 2
            let first = try TermBlock.firstTerm(index, middle)
            if Self.isBelow(term, first) { high = middle } else { low = middle + 1 }
        }
        blockNumber = max(0, low - 1)
        block = blockNumber < index.blockCount ? try TermBlock(index, blockNumber) : nil
        while let found = self.term, Self.isBelow(found, term) { try next() }
    }

    /// Goes to the next term.
    mutating func next() throws {
        guard block != nil else { return }
        let index = index
        if try block?.next(index) == true { return }
        blockNumber += 1
        block = blockNumber < index.blockCount ? try TermBlock(index, blockNumber) : nil
    }

    private static func isBelow(_ left: Span<UInt8>, _ right: UnsafeRawBufferPointer) -> Bool {
        for place in 0..<min(left.count, right.count) where left[place] != right[place] {
            return left[place] < right[place]
        }
        return left.count < right.count
    }

    private static func isBelow(_ left: [UInt8], _ right: Span<UInt8>) -> Bool {
        for place in 0..<min(left.count, right.count) where left[place] != right[place] {
            return left[place] < right[place]
        }
        return left.count < right.count
    }
}

extension InvertedIndex {
    /// Where the postings of `term` are; `nil` if no document has it.
    func entry(of term: Span<UInt8>) throws -> TermEntry? {
        let cursor = try TermCursor(self, from: term)
        guard let found = cursor.term, found.count == term.count else { return nil }
        for place in term.indices where term[place] != found[place] { return nil }
        return cursor.entry
    }
}

/// A block of terms, at one of them.
private struct TermBlock {
    // Of the index's source, which lives as long as the index that the cursor has.
    private let bytes: UnsafeRawBufferPointer
    private let count: Int
    private var place = 0
    private var offset = TermsFormat.blockHeadByteCount
    private var postingsOffset: Int
    private var positionsOffset: Int
    private(set) var term: [UInt8] = []
    private(set) var entry: TermEntry

    /// The first term of a block, where it lies.
    static func firstTerm(_ index: InvertedIndex, _ number: Int) throws -> UnsafeRawBufferPointer {
        let bytes = try index.block(number)
        var offset = TermsFormat.blockHeadByteCount
        guard offset < bytes.count, VariableInteger.read(bytes, at: &offset) == 0,
            let count = VariableInteger.read(bytes, at: &offset), count <= bytes.count - offset
        else { throw InvertedIndex.malformed("have a block whose first term is cut off") }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + Int(count))])
    }

    /// A block at its first term.
    init(_ index: InvertedIndex, _ number: Int) throws {
        bytes = try index.block(number)
        count = min(
            TermsFormat.blockCount,
            index.termCount - number * TermsFormat.blockCount
        )
        guard bytes.count > TermsFormat.blockHeadByteCount else {
            throw InvertedIndex.malformed("have a block of \(bytes.count) bytes")
        }
        let postings = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let positions = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
        guard max(postings, positions) < 1 << 60 else {
            throw InvertedIndex.malformed("name postings at \(postings), positions at \(positions)")
        }
        postingsOffset = Int(postings)
        positionsOffset = Int(positions)
        entry = TermEntry(
            documentCount: 0,
            place: .single(document: 0, value: 0),
            positionsOffset: 0,
            positionsByteCount: 0
        )
        try read(index)
    }

    /// Goes to the next term; gives `false` behind the last.
    mutating func next(_ index: InvertedIndex) throws -> Bool {
        place += 1
        guard place < count else { return false }
        try read(index)
        return true
    }

    private mutating func number(below bound: Int) throws -> Int {
        guard let number = VariableInteger.read(bytes, at: &offset), number < UInt64(bound) else {
            throw InvertedIndex.malformed("have a term that ends early or names too much")
        }
        return Int(number)
    }

    private mutating func read(_ index: InvertedIndex) throws {
        let shared = try number(below: term.count + 1)
        let rest = try number(below: bytes.count - offset + 1)
        guard rest <= bytes.count - offset,
            shared + rest <= TermsFormat.maximumTermByteCount
        else { throw InvertedIndex.malformed("have a term of \(shared + rest) bytes") }
        term.removeLast(term.count - shared)
        term.append(contentsOf: bytes[offset..<(offset + rest)])
        offset += rest
        let documentCount = try number(below: index.documentCount + 1)
        guard documentCount > 0 else { throw InvertedIndex.malformed("have a term of no document") }
        let place: TermEntry.Place
        if documentCount == 1 {
            let document = try number(below: index.documentCount)
            let value = try number(below: 1 << 32)
            place = .single(document: UInt32(document), value: UInt32(value))
        } else {
            let room = index.source.byteCount(of: .postings) - postingsOffset
            place = .blocks(offset: postingsOffset, byteCount: try number(below: max(1, room)))
        }
        let room = index.source.byteCount(of: .positions) - positionsOffset
        entry = TermEntry(
            documentCount: documentCount,
            place: place,
            positionsOffset: positionsOffset,
            positionsByteCount: index.kind == .counts ? try number(below: max(1, room + 1)) : 0
        )
        postingsOffset += entry.postingsByteCount
        if index.kind == .counts { positionsOffset += entry.allPositionsByteCount }
    }
}
