/// Copies the trees of one transaction into a new file, without gaps: every page gets the next number once the
/// pages that it leads to have theirs.
///
/// The file has been walked and found intact. Nothing of it is trusted all the same: what does not fit is an error. LMDB's own
/// copy (`MDB_CP_COMPACT`) trusts its pages, starts a thread, and begins to count transactions anew.
struct CompactedCopy {
    private let source: DataFile
    private let meta: MetaPage
    private let destination: NewFile
    private let pageByteCount: Int
    private var nextPage: UInt64 = 2
    private let buffer = ByteBuffer(byteCount: 1 << 18)

    /// Writes everything that `meta` leads to, its free pages excepted, and both meta pages. The last transaction
    /// keeps its number, which readers and the lock file know it by.
    static func write(
        _ meta: MetaPage,
        of source: DataFile,
        to destination: NewFile
    ) throws(LMDBError) {
        var copy = CompactedCopy(source: source, meta: meta, destination: destination)
        try destination.append(copy.blankMetaPages)
        var compacted = meta
        compacted.mainTree = try copy.copyTree(meta.mainTree, isMain: true)
        compacted.freeTree.root = DataFileLayout.noPage
        compacted.freeTree.depth = 0
        compacted.freeTree.branchPageCount = 0
        compacted.freeTree.leafPageCount = 0
        compacted.freeTree.overflowPageCount = 0
        compacted.freeTree.entryCount = 0
        compacted.lastPageNumber = copy.nextPage - 1
        try destination.writeBeginning(compacted.pair())
    }

    private init(source: DataFile, meta: MetaPage, destination: NewFile) {
        self.source = source
        self.meta = meta
        self.destination = destination
        pageByteCount = Int(meta.pageByteCount)
    }

    private var blankMetaPages: UnsafeRawBufferPointer {
        buffer.withBytes { bytes in
            let pages = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(2 * pageByteCount)])
            pages.initializeMemory(as: UInt8.self, repeating: 0)
            return UnsafeRawBufferPointer(pages)
        }
    }

    /// Gives the record of the copy.
    private mutating func copyTree(_ record: TreeRecord, isMain: Bool) throws(LMDBError)
        -> TreeRecord
    {
        guard record.root != DataFileLayout.noPage else { return record }
        let depth = Int(record.depth)
        guard 1...DataFileLayout.maximumDepth ~= depth else {
            throw damage(record.root, "the depth of a tree")
        }
        var copied = record
        copied.root = try copyPage(record.root, levelCount: depth, isMain: isMain)
        return copied
    }

    /// Copies a page and all below it, and gives its new number.
    private mutating func copyPage(_ page: UInt64, levelCount: Int, isMain: Bool) throws(LMDBError)
        -> UInt64
    {
        let page = try read(page, isLeaf: levelCount == 1)
        return try page.buffer.withBytes { bytes throws(LMDBError) in
            for index in 0..<page.tree.nodeCount {
                guard let node = page.tree.node(index) else { continue }
                if levelCount > 1 {
                    let child = try copyPage(
                        page.tree.childPage(node),
                        levelCount: levelCount - 1,
                        isMain: isMain
                    )
                    bytes.storeBytes(
                        of: UInt32(truncatingIfNeeded: child),
                        toByteOffset: node.offset,
                        as: UInt32.self
                    )
                    bytes.storeBytes(
                        of: UInt16(truncatingIfNeeded: child >> 32),
                        toByteOffset: node.offset + 4,
                        as: UInt16.self
                    )
                } else {
                    try copyValue(of: node, of: page.tree, in: bytes, isMain: isMain)
                }
            }
            let number = try take(1)
            bytes.storeBytes(of: number, as: UInt64.self)
            try destination.append(UnsafeRawBufferPointer(bytes))
            return number
        }
    }

    /// Copies what a leaf node's value leads to, if that lies elsewhere.
    private mutating func copyValue(
        of node: TreePage.Node,
        of page: TreePage,
        in bytes: UnsafeMutableRawBufferPointer,
        isMain: Bool
    ) throws(LMDBError) {
        let stored = page.storedValue(node)
        let offset = node.offset + node.byteCount - stored.count
        switch node.flags {
        case 0:
            break
        case DataFileLayout.overflowValue:
            let first = stored.loadUnaligned(as: UInt64.self)
            bytes.storeBytes(of: try copyRun(first), toByteOffset: offset, as: UInt64.self)
        case DataFileLayout.treeValue
        where isMain && stored.count == DataFileLayout.recordByteCount:
            let record = try copyTree(TreeRecord(stored), isMain: false)
            record.store(in: UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]))
        default:
            throw damage(meta.index, "the flags of a node")
        }
    }

    /// Copies an overflow run as it is, and gives the new number of its first page.
    private mutating func copyRun(_ first: UInt64) throws(LMDBError) -> UInt64 {
        var offset = first.multipliedReportingOverflow(by: UInt64(pageByteCount)).partialValue
        var number: UInt64 = 0
        var rest: UInt64 = 0
        repeat {
            try buffer.withBytes { bytes throws(LMDBError) in
                var part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<pageByteCount])
                if rest > 0 {
                    let count = min(UInt64(bytes.count / pageByteCount), rest)
                    part = .init(rebasing: bytes[..<(Int(count) * pageByteCount)])
                }
                guard first <= meta.lastPageNumber,
                    try source.read(at: offset, into: part) == part.count
                else {
                    throw damage(first, "the end of an overflow run")
                }
                if rest == 0 {
                    let header = PageHeader(UnsafeRawBufferPointer(part))
                    guard header.flags == DataFileLayout.overflowPage, header.overflowPageCount > 0
                    else {
                        throw damage(first, "the header of an overflow run")
                    }
                    rest = UInt64(header.overflowPageCount)
                    number = try take(rest)
                    part.storeBytes(of: number, as: UInt64.self)
                }
                try destination.append(UnsafeRawBufferPointer(part))
                offset += UInt64(part.count)
                rest -= UInt64(part.count / pageByteCount)
            }
        } while rest > 0
        return number
    }

    private func read(_ page: UInt64, isLeaf: Bool) throws(LMDBError)
        -> (tree: TreePage, buffer: ByteBuffer)
    {
        guard 2...meta.lastPageNumber ~= page else { throw damage(page, "the number of a page") }
        let buffer = ByteBuffer(byteCount: pageByteCount)
        let tree = try buffer.withBytes { bytes throws(LMDBError) -> TreePage? in
            guard try source.read(at: page * UInt64(pageByteCount), into: bytes) == bytes.count
            else {
                return nil
            }
            var isSound = true
            let tree = TreePage(
                UnsafeRawBufferPointer(bytes),
                number: page,
                isLeaf: isLeaf,
                isFreeTree: false
            ) { _ in isSound = false }
            return isSound ? tree : nil
        }
        guard let tree else { throw damage(page, "a page of a tree") }
        return (tree, buffer)
    }

    /// The next `count` page numbers; more than there were is a sign of pages that lead in a circle.
    private mutating func take(_ count: UInt64) throws(LMDBError) -> UInt64 {
        let number = nextPage
        guard count <= meta.lastPageNumber + 1, number + count <= meta.lastPageNumber + 1 else {
            throw damage(number, "the number of pages in use")
        }
        nextPage += count
        return number
    }

    private func damage(_ page: UInt64, _ what: String) -> LMDBError {
        .corrupted(path: source.path, page: page, reason: "\(what) is damaged")
    }
}
