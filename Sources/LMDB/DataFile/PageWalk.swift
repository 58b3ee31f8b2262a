/// A walk over the pages of one committed transaction, from plain bytes.
///
/// Nothing read from the file is trusted: page numbers are checked against the file, offsets against the
/// page, and no page is entered twice, so the walk ends after at most every page. Memory: two bits a page,
/// a page a level, and the longest value where values are wanted.
struct PageWalk {
    let file: DataFile
    let meta: MetaPage
    let pageByteCount: Int
    /// Pages that the file holds whole.
    let filePageCount: UInt64
    /// Page numbers in use are below it.
    let pageLimit: UInt64

    var report = DataFileReport()
    var reached: PageSet
    var free: PageSet
    var buffers: [ByteBuffer] = []
    let valueBuffer = ByteBuffer()

    /// - Parameters:
    ///   - meta: a sound meta page.
    ///   - byteCount: the file's length, found after the meta page was read.
    init(file: DataFile, meta: MetaPage, byteCount: UInt64) {
        self.file = file
        self.meta = meta
        pageByteCount = Int(meta.pageByteCount)
        filePageCount = byteCount / UInt64(pageByteCount)
        // Pages past the end of the file can only be free ones, each eight bytes in the free tree: a bound on
        // the memory that a damaged page number can ask for.
        // And no process has more than 2^47 bytes of addresses to map a file into.
        pageLimit = min(
            meta.lastPageNumber + 1,
            filePageCount + byteCount / 8,
            (1 << 47) / UInt64(pageByteCount)
        )
        reached = PageSet(limit: pageLimit)
        free = PageSet(limit: pageLimit)
        report.transaction = meta.transaction
        report.pageByteCount = pageByteCount
        report.pageCount = meta.lastPageNumber + 1
    }

    /// How many pages from `first` on the free tree lists.
    func freePageCount(from first: UInt64) -> UInt64 {
        (first..<max(first, pageLimit)).reduce(0) { free.contains($1) ? $0 + 1 : $0 }
    }

    mutating func add(_ damage: DataFileReport.Damage) {
        report.add(damage)
    }

    mutating func damage(_ page: UInt64, _ what: String, _ expected: String, _ found: String) {
        report.add(DataFileReport.Damage(page: page, what: what, expected: expected, found: found))
    }

    /// Takes `count` pages from `first` on for a tree; false, with damage, if one cannot be in a tree or is
    /// in one already.
    mutating func claim(_ first: UInt64, _ count: UInt64) -> Bool {
        guard first >= 2, first < pageLimit, count <= pageLimit - first else {
            damage(first, "page number", "2..<\(pageLimit)", "\(first), \(count) pages")
            return false
        }
        for page in first..<first + count where !reached.insert(page) {
            damage(page, "use of the page", "in one place", "in two places")
            return false
        }
        return true
    }
}
