/// Byte strings, numbered in the order in which they came first.
struct ByteStringTable {
    private var slots: [Int32] = [Int32](repeating: -1, count: 1_024)
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    // Another for each table, so that nobody can write texts whose words all fall together.
    private let seed = UInt64.random(in: .min ... .max) | 1

    var count: Int { ends.count }

    /// The memory that it takes.
    var byteCount: Int { slots.capacity * 4 + bytes.capacity + ends.capacity * 8 }

    func bytes(of number: Int) -> ArraySlice<UInt8> {
        bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
    }

    /// The number of `key`, which is taken in if it is not there.
    mutating func number(of key: Span<UInt8>) -> (number: Int, isNew: Bool) {
        var slot = Int(truncatingIfNeeded: hash(key)) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if isEqual(number, key) { return (number, false) }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = ends.count
        slots[slot] = Int32(number)
        for index in key.indices { bytes.append(key[index]) }
        ends.append(bytes.count)
        if ends.count * 2 > slots.count { grow() }
        return (number, true)
    }

    private func isEqual(_ number: Int, _ key: Span<UInt8>) -> Bool {
        let start = number == 0 ? 0 : ends[number - 1]
        guard ends[number] - start == key.count else { return false }
        for index in key.indices where bytes[start + index] != key[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for number in ends.indices {
            let slice = bytes(of: number)
            var slot = Int(truncatingIfNeeded: hash(slice.span)) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    private func hash(_ key: Span<UInt8>) -> UInt64 {
        var hash = seed &+ UInt64(key.count)
        var index = 0
        while index < key.count {
            var word: UInt64 = 0
            let end = min(key.count, index + 8)
            for place in index..<end { word = word << 8 | UInt64(key[place]) }
            let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
            hash = product.high ^ product.low &+ seed
            index = end
        }
        return hash ^ hash >> 29
    }
}
