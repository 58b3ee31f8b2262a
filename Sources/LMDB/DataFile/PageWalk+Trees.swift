extension PageWalk {
    /// Walks the free tree and collects the pages that it lists.
    mutating func walkFreeTree() throws(LMDBError) {
        var lists: [(page: UInt64, what: String, expected: String, found: String)] = []
        var free = PageSet(limit: 0)
        swap(&free, &self.free)
        let (lastTransaction, pageLimit) = (meta.transaction, pageLimit)
        _ = try walk(meta.freeTree, .free, readsValues: true) {
            page,
            key,
            value throws(LMDBError) in
            guard case .bytes(let bytes) = value else { return }
            let transaction = key.loadUnaligned(as: UInt64.self)
            if !(1...max(1, lastTransaction) ~= transaction) {
                lists.append(
                    (page, "transaction of free pages", "1…\(lastTransaction)", "\(transaction)")
                )
            }
            guard bytes.count >= 8, bytes.count % 8 == 0 else {
                lists.append(
                    (page, "length of a list of free pages", "a multiple of 8", "\(bytes.count)")
                )
                return
            }
            let count = bytes.loadUnaligned(as: UInt64.self)
            guard count <= UInt64(bytes.count / 8 - 1) else {
                lists.append(
                    (page, "count of free pages", "at most \(bytes.count / 8 - 1)", "\(count)")
                )
                return
            }
            var previous = pageLimit
            for index in 0..<Int(count) {
                let number = bytes.loadUnaligned(fromByteOffset: 8 * (index + 1), as: UInt64.self)
                guard number >= 2, number < previous else {
                    lists.append(
                        (page, "free page \(index) of \(count)", "2..<\(previous)", "\(number)")
                    )
                    return
                }
                if !free.insert(number) {
                    lists.append((number, "use of the page", "free once", "free twice"))
                }
                previous = number
            }
        }
        self.free = free
        for list in lists { damage(list.page, list.what, list.expected, list.found) }
    }

    /// Walks every tree but the free one and hands out every entry, then holds the pages that were reached
    /// against the free ones.
    mutating func walkEverything<Failure: LMDBErrorConvertible>(
        readsValues: Bool,
        _ onEntry: (
            _ database: [UInt8], _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws(Failure) -> Void
    ) throws(Failure) {
        do throws(LMDBError) {
            try walkFreeTree()
        } catch {
            throw Failure(error)
        }
        var named: [(page: UInt64, name: [UInt8], record: TreeRecord)] = []
        _ = try walk(meta.mainTree, .main, readsValues: readsValues) {
            page,
            key,
            value throws(Failure) in
            switch value {
            case .bytes(let bytes): try onEntry([], key, bytes)
            case .tree(let record): named.append((page, [UInt8](key), record))
            }
        }
        for (page, name, record) in named {
            let integerKeys = record.flags == DataFileLayout.integerKeys
            let tree = Tree.named(name, hasIntegerKeys: integerKeys)
            guard record.flags == 0 || integerKeys else {
                damage(
                    page,
                    "flags of the \(tree)",
                    "0 or \(DataFileLayout.integerKeys)",
                    "\(record.flags)"
                )
                continue
            }
            let wrong = record.damage("\(tree)", page: page, lastPageNumber: meta.lastPageNumber)
            guard wrong.isEmpty else {
                for damage in wrong { report.add(damage) }
                continue
            }
            let found = try walk(record, tree, readsValues: readsValues) {
                _,
                key,
                value throws(Failure) in
                if case .bytes(let bytes) = value { try onEntry(name, key, bytes) }
            }
            report.databases.append(
                DataFileReport.Database(
                    name: name,
                    entryCount: found.entryCount,
                    pageCount: found.branchPageCount + found.leafPageCount + found.overflowPageCount
                )
            )
        }
        comparePages()
    }

    private mutating func comparePages() {
        var common: [UInt64] = []
        reached.forEachCommon(with: free) { common.append($0) }
        for page in common { damage(page, "use of the page", "in a tree or free", "both") }
        let missing = report.pageCount > filePageCount ? report.pageCount - filePageCount : 0
        if missing > 0, freePageCount(from: filePageCount) != missing {
            damage(
                filePageCount,
                "length of the file",
                "\(report.pageCount) pages, or only free ones missing",
                "\(filePageCount) pages"
            )
        }
        report.freePageCount = free.count
        let known = 2 + reached.count + free.count - UInt64(common.count)
        report.lostPageCount = report.pageCount > known ? report.pageCount - known : 0
    }
}
