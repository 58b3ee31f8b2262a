extension PageWalk {
    /// Whether a key can be where it is: of the right size, after its predecessor and below its limit.
    @discardableResult
    mutating func checkKey(
        _ key: UnsafeRawBufferPointer,
        _ index: Int,
        _ page: UInt64,
        _ position: TreePosition,
        after previous: [UInt8]?,
        isStrict: Bool
    ) -> Bool {
        guard let previous else {
            let none: UnsafeRawBufferPointer? = nil
            return checkKey(key, index, page, position, after: none, isStrict: isStrict)
        }
        return previous.span.withUnsafeBytes {
            checkKey(key, index, page, position, after: Optional($0), isStrict: isStrict)
        }
    }

    @discardableResult
    mutating func checkKey(
        _ key: UnsafeRawBufferPointer,
        _ index: Int,
        _ page: UInt64,
        _ position: TreePosition,
        after previous: UnsafeRawBufferPointer?,
        isStrict: Bool
    ) -> Bool {
        let isInteger = position.tree.hasIntegerKeys
        guard isInteger ? key.count == 8 : 1...DataFileLayout.maximumKeyByteCount ~= key.count
        else {
            damage(
                page,
                "key length of node \(index)",
                isInteger ? "8" : "1…\(DataFileLayout.maximumKeyByteCount)",
                "\(key.count)"
            )
            return false
        }
        if let previous {
            let isAfter =
                isStrict
                ? KeyRange.precedes(previous, key, isInteger: isInteger)
                : !KeyRange.precedes(key, previous, isInteger: isInteger)
            if !isAfter {
                damage(
                    page,
                    "key of node \(index)",
                    "one after its predecessor",
                    "one before or the same"
                )
                return true
            }
        }
        if let limit = position.limit {
            let isBelow = limit.span.withUnsafeBytes {
                KeyRange.precedes(key, $0, isInteger: isInteger)
            }
            if !isBelow {
                damage(
                    page,
                    "key of node \(index)",
                    "one below the next page's",
                    "one at or above it"
                )
            }
        }
        return true
    }
}
