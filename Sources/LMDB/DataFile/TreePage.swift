/// A branch or leaf page whose header is sound; its nodes are handed out once they are known to lie in it.
struct TreePage {
    struct Problem {
        let what: String
        let expected: String
        let found: String
    }

    /// A node that lies inside its page.
    struct Node {
        let offset: Int
        let keyByteCount: Int
        /// The length of the value, wherever it is stored.
        let valueByteCount: Int
        let flags: UInt16
        /// The bytes of the node, without the padding to an even length.
        let byteCount: Int
    }

    let bytes: UnsafeRawBufferPointer
    let isLeaf: Bool
    private let nodes: [Node?]

    var nodeCount: Int { nodes.count }

    func node(_ index: Int) -> Node? { nodes[index] }

    func key(_ node: Node) -> UnsafeRawBufferPointer {
        let start = node.offset + DataFileLayout.nodeHeaderByteCount
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + node.keyByteCount])
    }

    /// What stands behind the key of a leaf node: the value, the number of its overflow page, or a record.
    func storedValue(_ node: Node) -> UnsafeRawBufferPointer {
        let start = node.offset + DataFileLayout.nodeHeaderByteCount + node.keyByteCount
        return UnsafeRawBufferPointer(rebasing: bytes[start..<node.offset + node.byteCount])
    }

    func childPage(_ node: Node) -> UInt64 {
        UInt64(bytes.loadUnaligned(fromByteOffset: node.offset, as: UInt32.self))
            | UInt64(bytes.loadUnaligned(fromByteOffset: node.offset + 4, as: UInt16.self)) << 32
    }

    /// Looks at the header and at every node. Nil if the header is damaged.
    init?(
        _ bytes: UnsafeRawBufferPointer,
        number: UInt64,
        isLeaf: Bool,
        isFreeTree: Bool,
        _ report: (Problem) -> Void
    ) {
        self.bytes = bytes
        self.isLeaf = isLeaf
        let header = PageHeader(bytes)
        let (lower, upper) = (Int(header.lower), Int(header.upper))
        let kind = isLeaf ? DataFileLayout.leafPage : DataFileLayout.branchPage
        if header.number != number {
            report(Problem(what: "page number", expected: "\(number)", found: "\(header.number)"))
        }
        // A page of the wrong kind would be misread.
        guard header.flags == kind else {
            report(Problem(what: "page flags", expected: "\(kind)", found: "\(header.flags)"))
            return nil
        }
        guard lower >= DataFileLayout.headerByteCount, lower <= upper, upper <= bytes.count,
            lower % 2 == 0
        else {
            report(
                Problem(
                    what: "bounds of the free space",
                    expected: "even, \(DataFileLayout.headerByteCount)…\(bytes.count)",
                    found: "\(lower)…\(upper)"
                )
            )
            return nil
        }
        let count = (lower - DataFileLayout.headerByteCount) / 2
        // LMDB takes a branch of fewer than two children for a broken one, except in the free tree.
        let minimum = isLeaf || isFreeTree ? 1 : 2
        if count < minimum {
            report(Problem(what: "node count", expected: "at least \(minimum)", found: "\(count)"))
        }
        var nodes: [Node?] = []
        nodes.reserveCapacity(count)
        for index in 0..<count {
            let offset = Int(
                bytes.loadUnaligned(
                    fromByteOffset: DataFileLayout.headerByteCount + 2 * index,
                    as: UInt16.self
                )
            )
            let node =
                offset >= upper && offset % 2 == 0
                ? TreePage.node(bytes, offset, isLeaf: isLeaf) : nil
            if node == nil {
                report(
                    Problem(
                        what: "node \(index)",
                        expected: "in bytes \(upper)..<\(bytes.count)",
                        found: "from byte \(offset) on"
                    )
                )
            }
            nodes.append(node)
        }
        self.nodes = nodes
        if !nodes.contains(where: { $0 == nil }), !areWithoutGaps(from: upper) {
            report(
                Problem(
                    what: "nodes",
                    expected: "side by side in bytes \(upper)..<\(bytes.count)",
                    found: "gaps or overlaps"
                )
            )
        }
    }

    private static func node(_ bytes: UnsafeRawBufferPointer, _ offset: Int, isLeaf: Bool) -> Node?
    {
        guard offset + DataFileLayout.nodeHeaderByteCount <= bytes.count else { return nil }
        let keyByteCount = Int(bytes.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
        var byteCount = DataFileLayout.nodeHeaderByteCount + keyByteCount
        var valueByteCount = 0
        var flags: UInt16 = 0
        if isLeaf {
            valueByteCount = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            flags = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self)
            byteCount += flags & DataFileLayout.overflowValue != 0 ? 8 : valueByteCount
        }
        guard byteCount <= bytes.count - offset else { return nil }
        return Node(
            offset: offset,
            keyByteCount: keyByteCount,
            valueByteCount: valueByteCount,
            flags: flags,
            byteCount: byteCount
        )
    }

    private func areWithoutGaps(from upper: Int) -> Bool {
        var end = upper
        for node in nodes.compactMap(\.self).sorted(by: { $0.offset < $1.offset }) {
            guard node.offset == end else { return false }
            end += (node.byteCount + 1) & ~1
        }
        return end == bytes.count
    }
}
