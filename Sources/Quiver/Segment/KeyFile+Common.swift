extension KeyFile {
    /// The ordinals here and in `other` of keys that both have. Steps over runs that only one has by doubling strides.
    func forEachCommon(
        with other: KeyFile,
        _ body: (_ own: UInt32, _ theirs: UInt32) throws(StoreError) -> Void
    ) throws(StoreError) {
        var own = 0
        var theirs = 0
        while own < count, theirs < other.count {
            let key = try key(at: own)
            theirs = try other.place(notBefore: key, from: theirs)
            guard theirs < other.count else { return }
            let found = try other.key(at: theirs)
            if compareKeys(found, key) == 0 {
                try body(UInt32(own), UInt32(theirs))
                own += 1
                theirs += 1
            } else {
                own = try place(notBefore: found, from: own)
            }
        }
    }

    /// The first ordinal from `start` on whose key is `key` or comes behind it.
    private func place(
        notBefore key: UnsafeRawBufferPointer,
        from start: Int
    ) throws(StoreError) -> Int {
        var low = start
        var stride = 1
        while low + stride < count, compareKeys(try self.key(at: low + stride), key) < 0 {
            low += stride
            stride *= 2
        }
        var high = min(count, low + stride + 1)
        while low < high {
            let middle = (low + high) / 2
            if compareKeys(try self.key(at: middle), key) < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
