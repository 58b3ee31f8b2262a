/// Byte strings and a number for each, found by walking their common beginnings.
///
/// Strings are compared byte by byte, never by canonical equivalence. Nodes are numbered level by
/// level, so that the children of a node stand side by side, in the order of their bytes.
struct ByteTrie: Sendable {
    static let root = 0

    /// Node `i` has the children `firstChild[i]..<firstChild[i + 1]`.
    private var firstChild: [UInt32] = []
    /// The byte that leads to a node.
    private var label: [UInt8] = [0]
    /// The number of the string that ends at a node; -1 where none does.
    private var value: [Int32] = []
    /// The root's children by their byte; 0 where there is none.
    private var rootChildren = [UInt32](repeating: 0, count: 256)

    /// - Parameter strings: with numbers from 0; of equal strings the first one counts.
    init(_ strings: [(string: String, value: Int32)]) {
        var entries = Entries(strings)
        entries.sort()

        // A node under construction: the sorted entries that begin with its bytes.
        var nodes = [(entries: Range<Int>, depth: Int)]()
        nodes.append((0..<entries.count, 0))
        var node = 0
        while node < nodes.count {
            let (range, depth) = nodes[node]
            firstChild.append(UInt32(nodes.count))
            var start = range.lowerBound
            // What ends here sorts before what goes on.
            value.append(
                start < range.upperBound && entries.length(start) == depth
                    ? entries.value(start) : -1
            )
            while start < range.upperBound, entries.length(start) == depth { start += 1 }
            while start < range.upperBound {
                let byte = entries.byte(start, at: depth)
                var end = start + 1
                while end < range.upperBound, entries.byte(end, at: depth) == byte { end += 1 }
                if node == Self.root { rootChildren[Int(byte)] = UInt32(nodes.count) }
                label.append(byte)
                nodes.append((start..<end, depth + 1))
                start = end
            }
            node += 1
        }
        firstChild.append(UInt32(nodes.count))
    }

    /// The node that `byte` leads to from `node`, or nil.
    @inline(__always)
    func child(of node: Int, _ byte: UInt8) -> Int? {
        if node == Self.root {
            let child = Int(rootChildren[Int(byte)])
            return child == 0 ? nil : child
        }
        var low = Int(firstChild[node])
        var high = Int(firstChild[node + 1])
        while high - low > 8 {
            let middle = (low + high) / 2
            if label[middle] > byte { high = middle } else { low = middle }
        }
        while low < high {
            if label[low] == byte { return low }
            low += 1
        }
        return nil
    }

    /// The node that `text` leads to from the root, or nil.
    func node(of text: some Sequence<UInt8>) -> Int? {
        var node = Self.root
        for byte in text {
            guard let child = child(of: node, byte) else { return nil }
            node = child
        }
        return node
    }

    /// The number of `text`, or nil.
    func value(of text: some Sequence<UInt8>) -> Int32? {
        guard let node = node(of: text), value[node] >= 0 else { return nil }
        return value[node]
    }

    /// The longest string that continues `node` with the bytes from `range.lowerBound` on, at least one,
    /// and where it ends.
    @inline(__always)
    func longestMatch(
        in bytes: Span<UInt8>,
        _ range: Range<Int>,
        from start: Int
    ) -> (end: Int, value: Int32)? {
        var node = start
        var match: (end: Int, value: Int32)?
        var offset = range.lowerBound
        while offset < range.upperBound, let child = child(of: node, bytes[offset]) {
            node = child
            offset += 1
            if value[node] >= 0 { match = (offset, value[node]) }
        }
        return match
    }
}

/// The strings of a trie in one piece of memory.
private struct Entries {
    /// `prefix` is the first eight bytes, big endian, so that most comparisons are of two integers.
    private var entries: [(prefix: UInt64, start: Int, length: Int, value: Int32)] = []
    private var bytes: [UInt8] = []

    init(_ strings: [(string: String, value: Int32)]) {
        entries.reserveCapacity(strings.count)
        for (string, value) in strings {
            let start = bytes.count
            bytes.append(contentsOf: string.utf8)
            var prefix: UInt64 = 0
            for offset in start..<start + 8 {
                prefix = prefix << 8 | (offset < bytes.count ? UInt64(bytes[offset]) : 0)
            }
            entries.append((prefix, start, bytes.count - start, value))
        }
    }

    var count: Int { entries.count }

    func length(_ entry: Int) -> Int { entries[entry].length }

    func value(_ entry: Int) -> Int32 { entries[entry].value }

    func byte(_ entry: Int, at offset: Int) -> UInt8 { bytes[entries[entry].start + offset] }

    /// Sorts by bytes, a beginning before what it begins, equal strings as they came.
    mutating func sort() {
        entries.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            let shorter = min(left.length, right.length)
            var offset = min(8, shorter)
            while offset < shorter {
                let (leftByte, rightByte) = (
                    bytes[left.start + offset], bytes[right.start + offset]
                )
                if leftByte != rightByte { return leftByte < rightByte }
                offset += 1
            }
            return (left.length, left.start) < (right.length, right.start)
        }
    }
}
