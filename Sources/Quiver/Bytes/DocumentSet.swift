/// A set of document ordinals in one segment or tail commit, as a bitmap that grows with its largest member.
struct DocumentSet: Sendable, Hashable {
    private(set) var words: [UInt64] = []
    private(set) var count = 0

    init() {}

    init(words: [UInt64]) {
        self.words = words
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    func contains(_ ordinal: Int) -> Bool {
        let word = ordinal / 64
        return word < words.count && words[word] & (1 << UInt64(ordinal % 64)) != 0
    }

    /// Adds `ordinal`; returns whether it is new.
    @discardableResult
    mutating func insert(_ ordinal: Int) -> Bool {
        guard !contains(ordinal) else { return false }
        let word = ordinal / 64
        if word >= words.count { words += [UInt64](repeating: 0, count: word + 1 - words.count) }
        words[word] |= 1 << UInt64(ordinal % 64)
        count += 1
        return true
    }
}
