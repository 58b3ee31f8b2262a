extension RowSet {
    /// Removes `row`.
    public mutating func remove(_ row: UInt32) {
        let word = Int(row >> 6)
        guard word < words.count else { return }
        let bit = UInt64(1) << UInt64(row & 63)
        if words[word] & bit != 0 { count -= 1 }
        words[word] &= ~bit
    }

    /// Adds the rows of `other`.
    public mutating func formUnion(_ other: RowSet) {
        if other.words.count > words.count {
            words += repeatElement(0, count: other.words.count - words.count)
        }
        for place in other.words.indices { words[place] |= other.words[place] }
        recount()
    }

    /// Keeps the rows that are in `other`, too.
    public mutating func formIntersection(_ other: RowSet) {
        for place in words.indices {
            words[place] &= place < other.words.count ? other.words[place] : 0
        }
        recount()
    }

    /// Removes the rows of `other`.
    public mutating func subtract(_ other: RowSet) {
        for place in 0..<min(words.count, other.words.count) {
            words[place] &= ~other.words[place]
        }
        recount()
    }

    /// The rows below `bound` that are not in the set.
    public func complement(below bound: Int) -> RowSet {
        var rest = [UInt64](repeating: .max, count: (max(0, bound) + 63) / 64)
        for place in 0..<min(rest.count, words.count) { rest[place] = ~words[place] }
        if bound % 64 != 0, !rest.isEmpty { rest[rest.count - 1] &= 1 << UInt64(bound % 64) - 1 }
        return RowSet(words: rest)
    }

    /// Each row in the set, in order.
    public func forEach<Failure>(_ body: (_ row: UInt32) throws(Failure) -> Void) throws(Failure) {
        for place in words.indices {
            var word = words[place]
            while word != 0 {
                try body(UInt32(place * 64 + word.trailingZeroBitCount))
                word &= word - 1
            }
        }
    }

    private mutating func recount() {
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }
}

extension RowSet {
    /// The members from `first` on, `count` numbers, counted from `first`.
    public func shifted(by first: Int, count: Int) -> RowSet {
        guard first > 0 || self.words.count > (count + 63) / 64 else { return self }
        var shifted = [UInt64](repeating: 0, count: (count + 63) / 64)
        let (skipped, bits) = (first >> 6, UInt64(first & 63))
        for place in shifted.indices {
            let low = skipped + place
            var word = low < words.count ? words[low] >> bits : 0
            if bits > 0, low + 1 < words.count { word |= words[low + 1] << (64 - bits) }
            shifted[place] = word
        }
        if count & 63 != 0 { shifted[shifted.count - 1] &= 1 << UInt64(count & 63) - 1 }
        return RowSet(words: shifted)
    }
}
