import Glibc

/// A walk that finds what can still be read (``DataFileCheck/salvage(path:alsoOlder:onEntry:)``).
///
/// `PageWalk` enters no page twice: a damaged page number that leads into another tree would take that tree's page away from
/// it. Here a page may be entered a few times, and what is handed out is remembered instead.
struct Salvage {
    /// More wrong ways than damage makes, and few enough for pages that lead to each other to come to an end.
    private static let maximumVisitCount: UInt8 = 4

    private let file: DataFile
    private let byteCount: UInt64
    /// What has been handed out; nil where nothing can come twice.
    private var known: Set<Int>?
    private var visits: [UInt8] = []
    /// How many bytes of values may still be read: a bound on the time that page numbers can ask for that all lead to
    /// one long value.
    private var byteBudget: UInt64 = 0
    private let valueBuffer = ByteBuffer()

    init(file: DataFile, byteCount: UInt64, isOneWalk: Bool) {
        self.file = file
        self.byteCount = byteCount
        known = isOneWalk ? nil : []
    }

    /// Hands out what the trees of one transaction lead to and what has not been handed out before.
    mutating func walk<Failure: LMDBErrorConvertible>(
        _ state: SalvageState,
        _ onEntry: (
            _ database: [UInt8], _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws(Failure) -> Void
    ) throws(Failure) {
        visits = [UInt8](repeating: 0, count: Int(byteCount / UInt64(state.pageByteCount)))
        byteBudget = byteCount.multipliedReportingOverflow(by: 16).partialValue
        var trees: [NamedTree] = []
        let main = Position(database: [], state: state, isMain: true)
        try visit(state.meta.mainTree.root, main, &trees, onEntry)
        for tree in trees {
            var none: [NamedTree] = []
            let position = Position(database: tree.name, state: state, isMain: false)
            try visit(tree.root, position, &none, onEntry)
        }
    }

    private struct NamedTree {
        let name: [UInt8]
        let root: UInt64
    }

    private struct Position {
        let database: [UInt8]
        let state: SalvageState
        let isMain: Bool
        var level = 0
    }

    private mutating func visit<Failure: LMDBErrorConvertible>(
        _ page: UInt64,
        _ position: Position,
        _ trees: inout [NamedTree],
        _ onEntry: (
            _ database: [UInt8], _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws(Failure) -> Void
    ) throws(Failure) {
        guard position.level < DataFileLayout.maximumDepth, 2..<UInt64(visits.count) ~= page,
            visits[Int(page)] < Self.maximumVisitCount
        else {
            return
        }
        visits[Int(page)] += 1
        let buffer = ByteBuffer(byteCount: position.state.pageByteCount)
        guard
            let tree = try converting(
                to: Failure.self,
                { () throws(LMDBError) in
                    try read(page, into: buffer)
                }
            )
        else {
            return
        }
        try withExtendedLifetime(buffer) { () throws(Failure) in
            for index in 0..<tree.nodeCount {
                guard let node = tree.node(index) else { continue }
                if tree.isLeaf {
                    try visit(node, of: tree, position, &trees, onEntry)
                } else {
                    var child = position
                    child.level += 1
                    try visit(tree.childPage(node), child, &trees, onEntry)
                }
            }
        }
    }

    /// A branch or leaf page, whichever it says that it is.
    private func read(_ page: UInt64, into buffer: ByteBuffer) throws(LMDBError) -> TreePage? {
        try buffer.withBytes { bytes throws(LMDBError) in
            let offset = page * UInt64(bytes.count)
            guard try file.readWhatCanBe(at: offset, into: bytes) == bytes.count else { return nil }
            let flags = PageHeader(UnsafeRawBufferPointer(bytes)).flags
            let isLeaf = flags & DataFileLayout.leafPage != 0
            guard isLeaf != (flags & DataFileLayout.branchPage != 0) else { return nil }
            // The rest of the flags says nothing about how to read the page.
            bytes.storeBytes(
                of: isLeaf ? DataFileLayout.leafPage : DataFileLayout.branchPage,
                toByteOffset: 10,
                as: UInt16.self
            )
            return TreePage(
                UnsafeRawBufferPointer(bytes),
                number: page,
                isLeaf: isLeaf,
                isFreeTree: true
            ) { _ in }
        }
    }

    private mutating func visit<Failure: LMDBErrorConvertible>(
        _ node: TreePage.Node,
        of page: TreePage,
        _ position: Position,
        _ trees: inout [NamedTree],
        _ onEntry: (
            _ database: [UInt8], _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws(Failure) -> Void
    ) throws(Failure) {
        let key = page.key(node)
        guard 1...DataFileLayout.maximumKeyByteCount ~= key.count else { return }
        let stored = page.storedValue(node)
        switch node.flags {
        case DataFileLayout.overflowValue:
            let first = stored.loadUnaligned(as: UInt64.self)
            guard isNew(position.database, key, page: first, node.valueByteCount) else { return }
            let value = try converting(to: Failure.self) { () throws(LMDBError) in
                try readRun(first, node.valueByteCount, position.state.pageByteCount)
            }
            if let value { try onEntry(position.database, key, value) }
        case DataFileLayout.treeValue
        where position.isMain && stored.count == DataFileLayout.recordByteCount:
            // A tree that comes twice ends at its root's visits.
            trees.append(NamedTree(name: [UInt8](key), root: TreeRecord(stored).root))
        default:
            // Other flags are none that a value here can have: the value may be one all the same.
            guard node.flags & DataFileLayout.overflowValue == 0,
                isNew(position.database, key, bytes: stored)
            else {
                return
            }
            try onEntry(position.database, key, stored)
        }
    }

    /// A value from its overflow run, whatever the run's header says.
    private mutating func readRun(_ first: UInt64, _ count: Int, _ pageByteCount: Int)
        throws(LMDBError) -> UnsafeRawBufferPointer?
    {
        guard 2..<UInt64(visits.count) ~= first, UInt64(count) <= byteBudget else { return nil }
        let offset = first * UInt64(pageByteCount) + UInt64(DataFileLayout.headerByteCount)
        guard offset <= byteCount, UInt64(count) <= byteCount - offset else { return nil }
        byteBudget -= UInt64(count)
        let bytes = valueBuffer.reserve(count)
        guard try file.readWhatCanBe(at: offset, into: bytes) == count else { return nil }
        return UnsafeRawBufferPointer(bytes)
    }

    private mutating func isNew(
        _ database: [UInt8],
        _ key: UnsafeRawBufferPointer,
        page: UInt64,
        _ byteCount: Int
    ) -> Bool {
        isNew(database, key) { hasher in
            hasher.combine(page)
            hasher.combine(byteCount)
        }
    }

    private mutating func isNew(
        _ database: [UInt8],
        _ key: UnsafeRawBufferPointer,
        bytes: UnsafeRawBufferPointer
    ) -> Bool {
        isNew(database, key) { $0.combine(bytes: bytes) }
    }

    /// Remembers an entry by 64 bits of a keyed hash: two of a million entries share them once in tens of millions of
    /// files.
    private mutating func isNew(
        _ database: [UInt8],
        _ key: UnsafeRawBufferPointer,
        _ value: (inout Hasher) -> Void
    ) -> Bool {
        guard known != nil else { return true }
        var hasher = Hasher()
        hasher.combine(database)
        hasher.combine(key.count)
        hasher.combine(bytes: key)
        value(&hasher)
        return known?.insert(hasher.finalize()).inserted ?? true
    }
}

extension DataFile {
    /// ``read(at:into:)`` that ends before what the disk cannot read.
    func readWhatCanBe(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer)
        throws(LMDBError) -> Int
    {
        do throws(LMDBError) {
            return try read(at: offset, into: buffer)
        } catch {
            guard case .system(_, _, EIO) = error else { throw error }
            return 0
        }
    }
}
