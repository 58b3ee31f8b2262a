/// What a walk over a data file found.
public struct DataFileReport: Sendable, Equatable {
    /// Something that LMDB cannot have written.
    public struct Damage: Sendable, Equatable, CustomStringConvertible {
        /// The page that holds it.
        public let page: UInt64
        /// What is wrong: a header field, a node, a key, a count, …
        public let what: String
        /// What the file's rules, or its other pages, ask for.
        public let expected: String
        /// What is there.
        public let found: String

        /// One line for people.
        public var description: String {
            "page \(page): \(what): expected \(expected), found \(found)"
        }
    }

    /// One named database.
    public struct Database: Sendable, Equatable {
        /// The name's bytes, UTF-8 if this package made it.
        public let name: [UInt8]
        /// The entries that were found.
        public let entryCount: UInt64
        /// The pages of its tree that were found, overflow pages included.
        public let pageCount: UInt64
    }

    /// The damage, in the order of the walk; at most `maximumDamageCount` of it.
    public internal(set) var damage: [Damage] = []
    /// All the damage, more than `damage` holds if there is very much.
    public internal(set) var damageCount = 0
    /// The named databases, in the order of their names.
    public internal(set) var databases: [Database] = []
    /// The transaction that was walked: the last one whose meta page is sound.
    public internal(set) var transaction: UInt64 = 0
    /// The size of a page in bytes; 0 for an empty file.
    public internal(set) var pageByteCount = 0
    /// The pages of the file, both meta pages included; 0 for an empty file.
    public internal(set) var pageCount: UInt64 = 0
    /// Pages that LMDB will use again.
    public internal(set) var freePageCount: UInt64 = 0
    /// Pages that are neither in use nor free. They hold nothing and harm nobody.
    public internal(set) var lostPageCount: UInt64 = 0
    /// A writer committed during the walk. Damage may then be pages in use again: walk once more.
    public internal(set) var wasOvertaken = false

    /// How many pieces of damage `damage` holds at most.
    public static let maximumDamageCount = 1000

    /// Whether nothing is damaged.
    public var isIntact: Bool { damageCount == 0 }

    mutating func add(_ damage: Damage) {
        damageCount += 1
        if self.damage.count < Self.maximumDamageCount { self.damage.append(damage) }
    }
}
