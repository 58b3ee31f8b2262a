import Glibc

/// Both meta pages of a data file, and how long the file was after they were read.
struct DataFileHeader {
    /// The meta pages that could be read, sound or not.
    private(set) var metaPages: [MetaPage] = []
    /// What is wrong with them, each by itself and together.
    private(set) var damage: [DataFileReport.Damage] = []
    /// The sound meta page of the last transaction.
    private(set) var newest: MetaPage?
    private(set) var pageByteCount = 0
    let byteCount: UInt64

    var isEmpty: Bool { byteCount == 0 }

    /// Reads the meta pages of `file`.
    init(of file: DataFile) throws(LMDBError) {
        if let first = try Self.metaPage(0, at: 0, of: file) {
            metaPages.append(first)
            // If the first page does not tell the page size, the second may still be found where it would be.
            let sizes: [UInt32] =
                first.hasPageByteCount ? [first.pageByteCount] : [4096, 8192, 16384, 32768, 65536]
            for size in sizes {
                guard let second = try Self.metaPage(1, at: UInt64(size), of: file) else {
                    continue
                }
                guard first.hasPageByteCount || second.pageByteCount == size else { continue }
                metaPages.append(second)
                break
            }
        }
        byteCount = try file.byteCount()
        guard !isEmpty else { return }
        judge()
    }

    /// The meta page at `offset`; nil if the file ends before or inside it.
    static func metaPage(
        _ index: UInt64,
        at offset: UInt64,
        of file: DataFile
    ) throws(LMDBError) -> MetaPage? {
        let buffer = ByteBuffer(byteCount: DataFileLayout.metaByteCount)
        return try buffer.withBytes { bytes throws(LMDBError) in
            guard try file.read(at: offset, into: bytes) == bytes.count else { return nil }
            return MetaPage(UnsafeRawBufferPointer(bytes), index: index)
        }
    }

    private mutating func judge() {
        var sound: [MetaPage] = []
        for page in metaPages {
            var damage = page.damage()
            // Trees are read from the later page alone. Where its write had failed, LMDB puts the old number back, and
            // leaves trees beside it that never came to be.
            let isOlder = metaPages.contains {
                $0.transaction > page.transaction && $0.damage().isEmpty && $0.treeDamage().isEmpty
            }
            if !isOlder { damage += page.treeDamage() }
            if damage.isEmpty { sound.append(page) }
            self.damage += damage
        }
        if metaPages.count < 2 {
            damage.append(
                DataFileReport.Damage(
                    page: UInt64(metaPages.count),
                    what: "length of the file",
                    expected: "two meta pages",
                    found: "\(byteCount) bytes"
                )
            )
        }
        if sound.count == 2 {
            // LMDB numbers commits one by one and writes the two pages in turn.
            let (first, second) = (sound[0].transaction, sound[1].transaction)
            let difference = first > second ? first - second : second - first
            if difference != 1, first != 0 || second != 0 {
                damage.append(
                    DataFileReport.Damage(
                        page: 1,
                        what: "transaction",
                        expected: "one before or after \(first)",
                        found: "\(second)"
                    )
                )
            }
            // The file never shrinks.
            let (older, newer) = first < second ? (sound[0], sound[1]) : (sound[1], sound[0])
            if older.lastPageNumber > newer.lastPageNumber {
                damage.append(
                    DataFileReport.Damage(
                        page: older.index,
                        what: "last page number",
                        expected: "at most \(newer.lastPageNumber)",
                        found: "\(older.lastPageNumber)"
                    )
                )
            }
            if sound[0].pageByteCount != sound[1].pageByteCount {
                damage.append(
                    DataFileReport.Damage(
                        page: 1,
                        what: "page size",
                        expected: "\(sound[0].pageByteCount)",
                        found: "\(sound[1].pageByteCount)"
                    )
                )
                sound.removeLast()
            }
        }
        newest = sound.max { $0.transaction < $1.transaction }
        pageByteCount = newest.map { Int($0.pageByteCount) } ?? 0
    }
}

extension DataFileHeader {
    /// The header of `file`; throws unless LMDB can open the file without reading past its end or into a foreign
    /// file.
    ///
    /// - Parameter mayBeEmpty: whether an empty file, which LMDB turns into a new environment, will do.
    @discardableResult
    static func check(_ file: DataFile, mayBeEmpty: Bool) throws(LMDBError) -> DataFileHeader {
        // Another process may be committing, or making the file, right now: then it looks different a moment later.
        var previous: DataFileHeader?
        var attempts = 10
        while true {
            attempts -= 1
            let header = try DataFileHeader(of: file)
            if header.isEmpty, mayBeEmpty { return header }
            guard let error = try header.error(file) else { return header }
            let isAtRest =
                previous?.metaPages == header.metaPages && previous?.byteCount == header.byteCount
            guard attempts > 0, !isAtRest else { throw error }
            previous = header
            usleep(1000)
        }
    }

    /// Whether `meta` is still in its place, so that no page of its transaction has been written again.
    ///
    /// Transaction W takes pages past the end, and pages that W - 2 or an earlier one freed (`mdb_page_alloc`,
    /// `mdb_find_oldest` without readers). A page of transaction R is freed by R + 1 at the earliest, so that R + 3 is the
    /// first that may write it, and R + 3 begins after R + 2 has written its meta page in the place of R's.
    func holds(_ meta: MetaPage) -> Bool {
        metaPages.contains(meta)
    }

    private func error(_ file: DataFile) throws(LMDBError) -> LMDBError? {
        guard !isEmpty else {
            return .notAnEnvironment(path: file.path, reason: "the file is empty")
        }
        for page in metaPages {
            guard page.magic == DataFileLayout.magic else {
                return .notAnEnvironment(
                    path: file.path,
                    reason: "page \(page.index) has no LMDB magic number"
                )
            }
            guard page.version == DataFileLayout.version else {
                return .versionMismatch(
                    path: file.path,
                    expected: DataFileLayout.version,
                    found: page.version
                )
            }
        }
        if metaPages.count < 2 {
            let pageByteCount = metaPages.first.map {
                $0.hasPageByteCount ? UInt64($0.pageByteCount) : 4096
            }
            return .truncated(
                path: file.path,
                expectedByteCount: 2 * (pageByteCount ?? 4096),
                foundByteCount: byteCount
            )
        }
        if let first = damage.first {
            return .corrupted(
                path: file.path,
                page: first.page,
                reason: "\(first.what): expected \(first.expected), found \(first.found)"
            )
        }
        return try lengthError(file)
    }

    /// LMDB may leave a file shorter than its last page number says: pages that a transaction took from the
    /// end and gave back are never written, and in a random workload of multi-megabyte values that was so
    /// after most commits. Such pages are always in the free tree. So a short file is whole if its free tree
    /// lists every page past its end: then no tree has one, and LMDB reads no page that it takes from there.
    private func lengthError(_ file: DataFile) throws(LMDBError) -> LMDBError? {
        guard let newest else { return nil }
        let pageCount = newest.lastPageNumber + 1
        let (expected, overflow) = pageCount.multipliedReportingOverflow(by: UInt64(pageByteCount))
        let truncated = LMDBError.truncated(
            path: file.path,
            expectedByteCount: overflow ? .max : expected,
            foundByteCount: byteCount
        )
        guard overflow || byteCount < expected else { return nil }
        let filePageCount = byteCount / UInt64(pageByteCount)
        // Each page past the end takes eight bytes in the free tree.
        guard pageCount - filePageCount <= byteCount / 8 else { return truncated }
        var walk = PageWalk(file: file, meta: newest, byteCount: byteCount)
        try walk.walkFreeTree()
        let isWhole =
            walk.report.isIntact
            && walk.freePageCount(from: filePageCount) == pageCount - filePageCount
        return isWhole ? nil : truncated
    }
}
