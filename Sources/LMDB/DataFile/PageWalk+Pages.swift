extension PageWalk {
    /// Walks one tree, whose record is sound, and holds its counts against the record.
    mutating func walk<Failure: LMDBErrorConvertible>(
        _ record: TreeRecord,
        _ tree: Tree,
        readsValues: Bool,
        _ onEntry: (_ page: UInt64, _ key: UnsafeRawBufferPointer, LeafValue) throws(Failure) ->
            Void
    ) throws(Failure) -> TreeTally {
        var tally = TreeTally()
        guard record.root != DataFileLayout.noPage else { return tally }
        try visit(
            record.root,
            TreePosition(tree: tree, level: 0, depth: Int(record.depth), readsValues: readsValues),
            &tally,
            onEntry
        )
        let counts = [
            ("branch page", record.branchPageCount, tally.branchPageCount),
            ("leaf page", record.leafPageCount, tally.leafPageCount),
            ("overflow page", record.overflowPageCount, tally.overflowPageCount),
            ("entry", record.entryCount, tally.entryCount),
        ]
        for (name, expected, found) in counts where expected != found {
            damage(record.root, "\(name) count of the \(tree)", "\(expected)", "\(found)")
        }
        return tally
    }

    private mutating func visit<Failure: LMDBErrorConvertible>(
        _ page: UInt64,
        _ position: TreePosition,
        _ tally: inout TreeTally,
        _ onEntry: (_ page: UInt64, _ key: UnsafeRawBufferPointer, LeafValue) throws(Failure) ->
            Void
    ) throws(Failure) {
        guard claim(page, 1) else { return }
        if buffers.count <= position.level { buffers.append(ByteBuffer(byteCount: pageByteCount)) }
        // The buffer stays this page's until the visit ends: deeper pages have buffers of their own.
        let buffer = buffers[position.level]
        try buffer.withBytes { bytes throws(Failure) in
            try visit(page, in: bytes, position, &tally, onEntry)
        }
    }

    private mutating func visit<Failure: LMDBErrorConvertible>(
        _ page: UInt64,
        in bytes: UnsafeMutableRawBufferPointer,
        _ position: TreePosition,
        _ tally: inout TreeTally,
        _ onEntry: (_ page: UInt64, _ key: UnsafeRawBufferPointer, LeafValue) throws(Failure) ->
            Void
    ) throws(Failure) {
        let offset = page * UInt64(pageByteCount)
        let count = try converting(to: Failure.self) { () throws(LMDBError) in
            try file.read(at: offset, into: bytes)
        }
        guard count == pageByteCount else {
            damage(page, "page", "\(pageByteCount) bytes", "the end of the file")
            return
        }
        var problems: [TreePage.Problem] = []
        let treePage = TreePage(
            UnsafeRawBufferPointer(bytes),
            number: page,
            isLeaf: position.isLeaf,
            isFreeTree: position.isInFreeTree
        ) { problems.append($0) }
        for problem in problems { damage(page, problem.what, problem.expected, problem.found) }
        guard let treePage else { return }
        if position.isLeaf {
            tally.leafPageCount += 1
            try visitLeaf(treePage, page, position, &tally, onEntry)
        } else {
            tally.branchPageCount += 1
            try visitBranch(treePage, page, position, &tally, onEntry)
        }
    }

    private mutating func visitBranch<Failure: LMDBErrorConvertible>(
        _ treePage: TreePage,
        _ page: UInt64,
        _ position: TreePosition,
        _ tally: inout TreeTally,
        _ onEntry: (_ page: UInt64, _ key: UnsafeRawBufferPointer, LeafValue) throws(Failure) ->
            Void
    ) throws(Failure) {
        var lowest = position.lowest
        var children: [(page: UInt64, lowest: [UInt8]?)] = []
        for index in 0..<treePage.nodeCount {
            guard let node = treePage.node(index) else { continue }
            if index > 0 {
                let key = treePage.key(node)
                checkKey(key, index, page, position, after: lowest, isStrict: true)
                lowest = [UInt8](key)
            }
            children.append((treePage.childPage(node), lowest))
        }
        for (index, child) in children.enumerated() {
            let limit = index + 1 < children.count ? children[index + 1].lowest : position.limit
            try visit(child.page, position.child(from: child.lowest, to: limit), &tally, onEntry)
        }
    }

    private mutating func visitLeaf<Failure: LMDBErrorConvertible>(
        _ treePage: TreePage,
        _ page: UInt64,
        _ position: TreePosition,
        _ tally: inout TreeTally,
        _ onEntry: (_ page: UInt64, _ key: UnsafeRawBufferPointer, LeafValue) throws(Failure) ->
            Void
    ) throws(Failure) {
        var previous: TreePage.Node?
        for index in 0..<treePage.nodeCount {
            guard let node = treePage.node(index) else { continue }
            let key = treePage.key(node)
            let isSound: Bool
            if let previous {
                isSound = checkKey(
                    key,
                    index,
                    page,
                    position,
                    after: treePage.key(previous),
                    isStrict: true
                )
            } else {
                isSound = checkKey(
                    key,
                    index,
                    page,
                    position,
                    after: position.lowest,
                    isStrict: false
                )
            }
            previous = node
            tally.entryCount += 1
            guard isSound else { continue }
            guard
                let value = try value(
                    of: node,
                    index,
                    treePage,
                    page,
                    position,
                    &tally,
                    Failure.self
                )
            else {
                continue
            }
            try onEntry(page, key, value)
        }
    }
}
