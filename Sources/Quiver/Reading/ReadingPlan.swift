/// Which documents of a snapshot are read, and in which order.
public struct ReadingPlan: Sendable, Hashable {
    /// An order of documents.
    public enum Order: String, Sendable, Hashable, CaseIterable {
        /// Of their keys: the one that `DocumentNumbering` numbers.
        case key
        /// In which they are stored, which is the fastest.
        case storage
    }

    /// Some documents, chosen at random, each at most once.
    public struct Sample: Sendable, Hashable {
        /// How many.
        public var count: Int
        /// The same seed chooses the same documents of the same snapshot.
        public var seed: UInt64

        /// A sample.
        public init(count: Int, seed: UInt64) {
            self.count = count
            self.seed = seed
        }
    }

    /// In which order the documents come.
    public var order: Order
    /// Only these, in the same order.
    public var sample: Sample?
    /// One of `partCount` parts, from 0 on, that are disjoint and as long as one another, to one document.
    public var part: Int
    /// Into how many parts the documents are cut.
    public var partCount: Int

    /// A plan for all documents, unless told otherwise.
    public init(
        order: Order = .key,
        sample: Sample? = nil,
        part: Int = 0,
        of partCount: Int = 1
    ) {
        self.order = order
        self.sample = sample
        self.part = part
        self.partCount = partCount
    }
}

/// Where a reading stands, as text that another process can go on from, on a snapshot with the same documents.
///
/// `quiver1:ORDER:PART/PARTS:COUNT@SEED:POSITION:FINGERPRINT`, `all` in place of `COUNT@SEED` without a sample.
public struct ReadingCursor: Sendable, Hashable, CustomStringConvertible {
    let plan: ReadingPlan
    /// Documents of the part that are behind it.
    let position: Int
    let fingerprint: String

    /// The text.
    public var description: String {
        let sample = plan.sample.map { "\($0.count)@\($0.seed)" } ?? "all"
        return
            "quiver1:\(plan.order.rawValue):\(plan.part)/\(plan.partCount):\(sample):\(position):"
            + fingerprint
    }

    /// Reads what `description` gives; `nil` for everything else.
    public init?(_ text: String) {
        let words = text.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count == 6, words[0] == "quiver1",
            let order = ReadingPlan.Order(rawValue: String(words[1])),
            let position = Int(words[4]), position >= 0, words[5].utf8.count <= 64
        else { return nil }
        let parts = words[2].split(separator: "/").map { Int($0) }
        guard parts.count == 2, let part = parts[0], let partCount = parts[1] else { return nil }
        var sample: ReadingPlan.Sample?
        if words[3] != "all" {
            let numbers = words[3].split(separator: "@")
            guard numbers.count == 2, let count = Int(numbers[0]), let seed = UInt64(numbers[1])
            else { return nil }
            sample = ReadingPlan.Sample(count: count, seed: seed)
        }
        plan = ReadingPlan(order: order, sample: sample, part: part, of: partCount)
        self.position = position
        fingerprint = String(words[5])
    }

    init(plan: ReadingPlan, position: Int, fingerprint: String) {
        self.plan = plan
        self.position = position
        self.fingerprint = fingerprint
    }
}
