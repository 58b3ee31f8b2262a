/// A set of row numbers as a bitmap: the rows of a segment that a snapshot does not see.
public struct RowSet: Sendable, Hashable {
    /// Row `r` is bit `r % 64` of word `r / 64`; rows past the last word are not in the set.
    public internal(set) var words: [UInt64]
    /// The rows in the set.
    public internal(set) var count: Int

    /// An empty set with room for rows below `capacity`.
    public init(capacity: Int = 0) {
        words = [UInt64](repeating: 0, count: (max(0, capacity) + 63) / 64)
        count = 0
    }

    /// A set from its bitmap.
    public init(words: [UInt64]) {
        self.words = words
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Whether `row` is in the set.
    @inlinable
    public func contains(_ row: UInt32) -> Bool {
        let word = Int(row >> 6)
        return word < words.count && words[word] >> UInt64(row & 63) & 1 == 1
    }

    /// Adds `row`.
    public mutating func insert(_ row: UInt32) {
        let word = Int(row >> 6)
        if word >= words.count {
            words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
        }
        let bit = UInt64(1) << UInt64(row & 63)
        if words[word] & bit == 0 { count += 1 }
        words[word] |= bit
    }

    /// The rows in the set that are below `bound`.
    func count(below bound: Int) -> Int {
        guard bound < words.count * 64 else { return count }
        var total = 0
        for word in words.prefix(bound / 64) { total += word.nonzeroBitCount }
        if bound % 64 != 0 {
            total += (words[bound / 64] & (1 << UInt64(bound % 64) - 1)).nonzeroBitCount
        }
        return total
    }
}
