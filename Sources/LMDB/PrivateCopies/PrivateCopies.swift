import CLMDB
import Glibc

/// Reads a data file whose lock file this user may not write, by copies in memory.
///
/// A writer at work does not know of this reader and may use pages again that it looks at. So LMDB never sees the
/// file itself: the pages of the last transaction are copied, and the copy counts if afterwards the transaction's
/// meta page is still in its place (`DataFileHeader.holds`). Before that the bounds-checked walk has gone through every page, to
/// know which ones to copy: LMDB gets an intact file.
///
/// A reader compares the meta pages with those of the last copy, which costs some system calls, and makes a new one
/// only when there has been a commit. Transactions on an older copy keep that.
struct PrivateCopies {
    private static let maximumAttemptCount = 24

    private let path: String
    private let options: Environment.Options
    private var source: DataFile
    /// The state that the last copy holds.
    private var copied: MetaPage?

    init(path: String, options: Environment.Options) throws(LMDBError) {
        self.path = path
        self.options = options
        source = try DataFile(path: path)
    }

    /// The file that is read.
    var identity: FileIdentity { source.identity }

    /// A copy of the last transaction: `last` if nothing has been committed since that was made.
    mutating func current(_ last: OpenFile?) throws(LMDBError) -> OpenFile {
        // A writer that shrinks the file puts another one in its place.
        if let identity = try FileIdentity.current(path), identity != source.identity {
            source = try DataFile(path: path)
            copied = nil
        }
        if let last, let copied, try isNewest(copied) { return last }
        let (copy, meta) = try copy()
        copied = meta
        return copy
    }

    /// Whether nothing has been committed after `meta`, by LMDB's own rule. A meta page that is being written is another
    /// one, or not yet the newer one.
    private func isNewest(_ meta: MetaPage) throws(LMDBError) -> Bool {
        guard let first = try DataFileHeader.metaPage(0, at: 0, of: source),
            let second = try DataFileHeader.metaPage(1, at: UInt64(meta.pageByteCount), of: source)
        else {
            return false
        }
        return (first.transaction < second.transaction ? second : first) == meta
    }

    private func copy() throws(LMDBError) -> (OpenFile, MetaPage) {
        // Attempts after the first write into memory that is there already, and are faster.
        let memory = try MemoryFile(copyOf: path)
        for attempt in 0..<Self.maximumAttemptCount {
            if attempt > 8 { usleep(1000 << min(UInt32(attempt - 8), 6)) }
            if let meta = try copyOnce(into: memory) {
                var options = options
                options.mapByteCount = Int(meta.lastPageNumber + 1) * Int(meta.pageByteCount)
                let copy = try OpenFile.open(
                    path: memory.path,
                    options: options,
                    flags: MDB_RDONLY | MDB_NOLOCK,
                    lockFile: nil
                )
                return (copy, meta)
            }
        }
        throw .keepsChanging(path: path, attempts: Self.maximumAttemptCount)
    }

    /// The transaction whose pages are in `memory` now, or nil if the writer was faster.
    private func copyOnce(into memory: MemoryFile) throws(LMDBError) -> MetaPage? {
        let header = try DataFileHeader.check(source, mayBeEmpty: false)
        // Read while it was being written, a meta page may be half the old one and half the new one: then it looks
        // different a moment later, and at the latest after the copy.
        guard let meta = header.newest, try DataFileHeader(of: source).holds(meta) else {
            return nil
        }
        var walk = PageWalk(file: source, meta: meta, byteCount: header.byteCount)
        try walk.walkEverything(readsValues: false) { _, _, _ throws(LMDBError) in }
        if let damage = walk.report.damage.first {
            guard try DataFileHeader(of: source).holds(meta) else { return nil }
            throw .corrupted(
                path: path,
                page: damage.page,
                reason: "\(damage.what): expected \(damage.expected), found \(damage.found)"
            )
        }
        guard try copy(walk.reached, of: meta, into: memory) else { return nil }
        return try DataFileHeader(of: source).holds(meta) ? meta : nil
    }

    /// Copies pages, and the meta page twice; false if the file ended before the last page.
    private func copy(_ pages: PageSet, of meta: MetaPage, into memory: MemoryFile)
        throws(LMDBError) -> Bool
    {
        let pageByteCount = UInt64(meta.pageByteCount)
        try memory.setByteCount((meta.lastPageNumber + 1) * pageByteCount)
        let metaPages = meta.pair()
        try metaPages.span.withUnsafeBytes { bytes throws(LMDBError) in
            try memory.write(bytes, at: 0)
        }
        let buffer = ByteBuffer(byteCount: 1 << 18)
        var isWhole = true
        try pages.forEachRun { first, count throws(LMDBError) in
            var offset = first * pageByteCount
            let end = offset + count * pageByteCount
            while offset < end, isWhole {
                try buffer.withBytes { bytes throws(LMDBError) in
                    let part = UnsafeMutableRawBufferPointer(
                        rebasing: bytes[..<Int(min(UInt64(bytes.count), end - offset))]
                    )
                    isWhole = try source.read(at: offset, into: part) == part.count
                    try memory.write(UnsafeRawBufferPointer(part), at: offset)
                    offset += UInt64(part.count)
                }
            }
        }
        return isWhole
    }
}
