/// An entry of a field's order while it is made, with as much of its value as decides most comparisons.
struct FieldOrderEntry {
    /// An integer that does not fall where the value grows.
    var prefix: UInt64
    let document: UInt32
    let element: UInt32

    fileprivate func precedes(_ other: FieldOrderEntry) -> Bool {
        (prefix, document, element) < (other.prefix, other.document, other.element)
    }
}

extension [FieldOrderEntry] {
    /// Sorts entries by value, ties by document and element.
    ///
    /// What prefixes leave open is settled eight bytes at a time, behind what all that are equal so far have in common: each value is
    /// read twice for that, and none is kept.
    ///
    /// - Parameters:
    ///   - hasLongValues: whether values may differ where their prefixes are the same.
    ///   - value: that of an entry.
    mutating func sort(
        hasLongValues: Bool,
        value: (FieldOrderEntry) throws(StoreError) -> FieldValue
    ) throws(StoreError) {
        sort { $0.precedes($1) }
        guard hasLongValues else { return }
        var open = runs(0..<count)
        while let run = open.popLast() {
            let common = try commonByteCount(run, value)
            // Those that end there are all the same, and come first.
            var end = run.lowerBound
            for place in run {
                let bytes = try value(self[place]).tieBytes
                if bytes.count == common {
                    self[place].prefix = 0
                    swapAt(place, end)
                    end += 1
                } else {
                    self[place].prefix = bytes[common...].prefix(8).bigEndianPrefix
                }
            }
            self[run.lowerBound..<end].sort { $0.precedes($1) }
            self[end..<run.upperBound].sort { $0.precedes($1) }
            open += runs(end..<run.upperBound)
        }
    }

    /// The stretches of more than one entry with the same prefix.
    private func runs(_ range: Range<Int>) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start + 1
            while end < range.upperBound, self[end].prefix == self[start].prefix { end += 1 }
            if end - start > 1 { runs.append(start..<end) }
            start = end
        }
        return runs
    }

    /// How many bytes the values of some entries begin with in common.
    private func commonByteCount(
        _ range: Range<Int>,
        _ value: (FieldOrderEntry) throws(StoreError) -> FieldValue
    ) throws(StoreError) -> Int {
        let first = try value(self[range.lowerBound]).tieBytes
        var count = first.count
        for place in range.dropFirst() where count > 0 {
            let bytes = try value(self[place]).tieBytes
            var same = 0
            while same < Swift.min(count, bytes.count), bytes[same] == first[same] { same += 1 }
            count = same
        }
        return count
    }
}

extension FieldValue {
    /// Bytes in the order of values whose prefixes are the same.
    fileprivate var tieBytes: [UInt8] {
        switch self {
        case .string(let value): Array(value.utf8)
        case .timestamp(let value): withUnsafeBytes(of: value.nanoseconds.bigEndian) { Array($0) }
        default: []
        }
    }
}

extension Sequence<UInt8> {
    /// The first eight as a number, of which the first counts most; zeros where there are fewer.
    var bigEndianPrefix: UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 64
        for byte in self {
            if shift == 0 { break }
            shift -= 8
            number |= UInt64(byte) << shift
        }
        return number
    }
}
