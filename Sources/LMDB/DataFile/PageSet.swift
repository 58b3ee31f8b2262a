/// A set of page numbers, one bit each.
struct PageSet {
    private var words: [UInt64]
    private(set) var count: UInt64 = 0

    /// Room for the numbers below `limit`.
    init(limit: UInt64) {
        words = [UInt64](repeating: 0, count: Int(limit / 64) + 1)
    }

    /// Adds `page`, which must be below the limit; false if it was there.
    mutating func insert(_ page: UInt64) -> Bool {
        let bit: UInt64 = 1 << (page % 64)
        let index = Int(page / 64)
        guard words[index] & bit == 0 else { return false }
        words[index] |= bit
        count += 1
        return true
    }

    /// Whether `page`, which must be below the limit, is in the set.
    func contains(_ page: UInt64) -> Bool {
        words[Int(page / 64)] & 1 << (page % 64) != 0
    }

    /// Calls `body` with each page that both sets have.
    func forEachCommon(with other: PageSet, _ body: (UInt64) -> Void) {
        for (index, pair) in zip(words, other.words).enumerated() {
            var common = pair.0 & pair.1
            while common != 0 {
                body(UInt64(index) * 64 + UInt64(common.trailingZeroBitCount))
                common &= common - 1
            }
        }
    }

    /// Calls `body` with each run of neighbouring pages.
    func forEachRun<Failure: Error>(
        _ body: (_ first: UInt64, _ count: UInt64) throws(Failure) -> Void
    ) throws(Failure) {
        var first: UInt64?
        for (index, word) in words.enumerated() {
            // Most words are all ones or all zeros.
            guard word != (first == nil ? 0 : UInt64.max) else { continue }
            for bit in 0..<64 as Range<UInt64> {
                let page = UInt64(index) * 64 + bit
                let isIn = word & 1 << bit != 0
                if isIn, first == nil {
                    first = page
                } else if !isIn, let start = first {
                    try body(start, page - start)
                    first = nil
                }
            }
        }
        if let start = first { try body(start, UInt64(words.count) * 64 - start) }
    }
}
