/// Encoded keys in ascending order, in one run of bytes.
struct KeyList: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// Adds a key that comes after all others.
    mutating func append(_ key: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
    }

    /// The key at `index`, during `body`.
    func withKey<Result, Failure: Error>(
        at index: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = index == 0 ? 0 : ends[index - 1]
        let end = ends[index]
        return try bytes.withBytes { (all) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: all[start..<end]))
        }
    }

    /// The index of `key`, or `nil`. Binary search.
    func index(of key: UnsafeRawBufferPointer) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = withKey(at: middle) { compareKeys($0, key) }
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
