/// A tree of the file, and what its keys are.
enum Tree: CustomStringConvertible {
    case free
    case main
    case named([UInt8], hasIntegerKeys: Bool)

    var hasIntegerKeys: Bool {
        switch self {
        case .free: true
        case .main: false
        case .named(_, let hasIntegerKeys): hasIntegerKeys
        }
    }

    var description: String {
        switch self {
        case .free: "free tree"
        case .main: "main tree"
        case .named(let name, _): "tree of database \(String(decoding: name, as: UTF8.self))"
        }
    }
}

/// What a leaf node holds.
enum LeafValue {
    /// A value; empty if values were not wanted and it lies in overflow pages.
    case bytes(UnsafeRawBufferPointer)
    /// The record of a named database.
    case tree(TreeRecord)
}

/// What a walk found of a tree, to be held against its record.
struct TreeTally {
    var branchPageCount: UInt64 = 0
    var leafPageCount: UInt64 = 0
    var overflowPageCount: UInt64 = 0
    var entryCount: UInt64 = 0
}

/// Where a page is in its tree, and which keys it may have.
struct TreePosition {
    var tree: Tree
    var level: Int
    var depth: Int
    var readsValues: Bool
    var lowest: [UInt8]?
    var limit: [UInt8]?

    var isLeaf: Bool { level == depth - 1 }
    var isInFreeTree: Bool { if case .free = tree { true } else { false } }
    var isInMainTree: Bool { if case .main = tree { true } else { false } }

    func child(from lowest: [UInt8]?, to limit: [UInt8]?) -> TreePosition {
        var child = self
        child.level += 1
        child.lowest = lowest
        child.limit = limit
        return child
    }
}
