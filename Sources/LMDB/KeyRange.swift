import Glibc

/// The keys of a walk, in LMDB's order: `lowest`, if there is one, up to but not including `limit`, if there is one.
struct KeyRange {
    let lowest: [UInt8]
    let limit: [UInt8]?
    let isInteger: Bool

    /// Byte keys.
    init(from: [UInt8]?, below: [UInt8]?, prefix: [UInt8]) {
        isInteger = false
        var lowest = from ?? []
        if lowest.lexicographicallyPrecedes(prefix) { lowest = prefix }
        self.lowest = lowest
        // The first key after all that start with `prefix`: its last byte that can grow, grown.
        var successor = prefix
        while successor.last == 0xFF { successor.removeLast() }
        if let last = successor.indices.last {
            successor[last] += 1
        }
        switch (below, successor.isEmpty) {
        case (let below?, true): limit = below
        case (let below?, false):
            limit = below.lexicographicallyPrecedes(successor) ? below : successor
        case (nil, true): limit = nil
        case (nil, false): limit = successor
        }
    }

    /// Integer keys.
    init(_ range: ClosedRange<UInt64>) {
        isInteger = true
        lowest = withUnsafeBytes(of: range.lowerBound) { [UInt8]($0) }
        limit =
            range.upperBound == .max
            ? nil : withUnsafeBytes(of: range.upperBound + 1) { [UInt8]($0) }
    }

    func isBelowLimit(_ key: UnsafeRawBufferPointer) -> Bool {
        guard let limit else { return true }
        return limit.span.withUnsafeBytes { KeyRange.precedes(key, $0, isInteger: isInteger) }
    }

    func isAtLeastLowest(_ key: UnsafeRawBufferPointer) -> Bool {
        lowest.span.withUnsafeBytes { !KeyRange.precedes(key, $0, isInteger: isInteger) }
    }

    /// LMDB's order: integers by value, bytes as `memcmp` has them, a prefix before what it starts.
    static func precedes(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer,
        isInteger: Bool
    ) -> Bool {
        if isInteger, first.count == 8, second.count == 8 {
            return first.loadUnaligned(as: UInt64.self) < second.loadUnaligned(as: UInt64.self)
        }
        let count = min(first.count, second.count)
        if count > 0, let a = first.baseAddress, let b = second.baseAddress {
            let order = memcmp(a, b, count)
            if order != 0 { return order < 0 }
        }
        return first.count < second.count
    }
}
