/// The members of a JSON object, in the order in which they were written, found by name in constant time.
///
/// Names are compared by their UTF-8 bytes. Two objects are equal when they have equal members in the
/// same order.
public struct JSONObject: Sendable {
    /// A name and its value.
    public struct Member: Sendable, Equatable {
        /// May be empty.
        public var name: String
        /// Any value.
        public var value: JSONValue

        /// A member of no object yet.
        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Whether names are the same bytes and values are equal.
        public static func == (left: Member, right: Member) -> Bool {
            haveEqualBytes(left.name, right.name) && left.value == right.value
        }
    }

    /// In the order in which they were written.
    public private(set) var members: [Member] = []

    // Open addressing: 0 is a free slot, otherwise a member's position plus 1. Empty while a linear
    // search is faster. The capacity is a power of two, at least twice the number of members.
    private var slots: [Int] = []
    private static let linearSearchLimit = 8

    /// An object without members.
    public init() {}

    /// How many members there are.
    public var count: Int { members.count }

    /// The value of the member `name`.
    public subscript(_ name: String) -> JSONValue? {
        position(of: name).map { members[$0].value }
    }

    /// Adds a member at the end, or does nothing and returns false where there is one of that name.
    @discardableResult
    public mutating func insert(_ name: String, _ value: JSONValue) -> Bool {
        if slots.isEmpty {
            if position(of: name) != nil { return false }
            members.append(Member(name: name, value: value))
            if members.count > Self.linearSearchLimit { rebuildSlots(capacity: 32) }
            return true
        }
        let slot = slot(of: name)
        if slots[slot] != 0 { return false }
        members.append(Member(name: name, value: value))
        slots[slot] = members.count
        if members.count * 2 > slots.count { rebuildSlots(capacity: slots.count * 2) }
        return true
    }

    /// Adds a member at the end, or replaces the value of the one of that name.
    public mutating func set(_ name: String, _ value: JSONValue) {
        if let position = position(of: name) {
            members[position].value = value
        } else {
            insert(name, value)
        }
    }

    private func position(of name: String) -> Int? {
        if slots.isEmpty { return members.firstIndex { haveEqualBytes($0.name, name) } }
        let found = slots[slot(of: name)]
        return found == 0 ? nil : found - 1
    }

    /// The slot that holds `name`, or the free one where it belongs.
    private func slot(of name: String) -> Int {
        let mask = slots.count - 1
        var slot = hash(name) & mask
        while slots[slot] != 0, !haveEqualBytes(members[slots[slot] - 1].name, name) {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func rebuildSlots(capacity: Int) {
        slots = Array(repeating: 0, count: capacity)
        for position in members.indices {
            slots[slot(of: members[position].name)] = position + 1
        }
    }
}

extension JSONObject: Equatable {
    /// Whether both have equal members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// - Precondition: the names differ.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements {
            let isNew = insert(name, value)
            precondition(isNew, "two members named \(name)")
        }
    }
}

/// Whether two strings are the same bytes; `==` on strings would also accept canonically equivalent ones.
func haveEqualBytes(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return left.utf8.elementsEqual(right.utf8)
}

// Swift's `Hasher` is seeded anew in each process, so that no file can choose names that collide.
private func hash(_ name: String) -> Int {
    var hasher = Hasher()
    let isHashed: Void? = name.utf8.withContiguousStorageIfAvailable {
        hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if isHashed == nil {
        for byte in name.utf8 { hasher.combine(byte) }
    }
    return hasher.finalize()
}
