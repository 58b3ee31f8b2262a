/// A meta page: where the trees of one committed transaction start.
struct MetaPage: Equatable {
    /// Its place, 0 or 1.
    let index: UInt64
    let number: UInt64
    let pageFlags: UInt16
    let magic: UInt32
    let version: UInt32
    let mapByteCount: UInt64
    var freeTree: TreeRecord
    var mainTree: TreeRecord
    var lastPageNumber: UInt64
    let transaction: UInt64

    /// - Parameter bytes: at least 152, the start of page `index`.
    init(_ bytes: UnsafeRawBufferPointer, index: UInt64) {
        self.index = index
        let header = PageHeader(bytes)
        number = header.number
        pageFlags = header.flags
        magic = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        version = bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
        mapByteCount = bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
        freeTree = TreeRecord(UnsafeRawBufferPointer(rebasing: bytes[40..<88]))
        mainTree = TreeRecord(UnsafeRawBufferPointer(rebasing: bytes[88..<136]))
        lastPageNumber = bytes.loadUnaligned(fromByteOffset: 136, as: UInt64.self)
        transaction = bytes.loadUnaligned(fromByteOffset: 144, as: UInt64.self)
    }

    /// Both meta pages of a file in which this transaction is the last one, page by page; the older one leads
    /// to the same trees, being one transaction behind.
    func pair() -> [UInt8] {
        var pages = [UInt8](repeating: 0, count: 2 * Int(pageByteCount))
        pages.withUnsafeMutableBytes { bytes in
            for place in 0..<2 as Range<UInt64> {
                let page = UnsafeMutableRawBufferPointer(
                    rebasing: bytes[Int(place) * Int(pageByteCount)..<bytes.count]
                )
                let isOlder = transaction > 0 && place != transaction & 1
                page.storeBytes(of: place, toByteOffset: 0, as: UInt64.self)
                page.storeBytes(of: DataFileLayout.metaPage, toByteOffset: 10, as: UInt16.self)
                page.storeBytes(of: magic, toByteOffset: 16, as: UInt32.self)
                page.storeBytes(of: version, toByteOffset: 20, as: UInt32.self)
                page.storeBytes(of: mapByteCount, toByteOffset: 32, as: UInt64.self)
                freeTree.store(in: UnsafeMutableRawBufferPointer(rebasing: page[40..<88]))
                mainTree.store(in: UnsafeMutableRawBufferPointer(rebasing: page[88..<136]))
                page.storeBytes(of: lastPageNumber, toByteOffset: 136, as: UInt64.self)
                let number = isOlder ? transaction - 1 : transaction
                page.storeBytes(of: number, toByteOffset: 144, as: UInt64.self)
            }
        }
        return pages
    }

    /// The size of every page of the file.
    var pageByteCount: UInt32 { freeTree.pad }

    var hasPageByteCount: Bool {
        (512...65536).contains(pageByteCount) && pageByteCount.nonzeroBitCount == 1
    }

    /// What no meta page can hold, but for the records of its trees.
    func damage() -> [DataFileReport.Damage] {
        var damage: [DataFileReport.Damage] = []
        func expect(
            _ holds: Bool,
            _ what: String,
            _ expected: String,
            _ found: some CustomStringConvertible
        ) {
            guard !holds else { return }
            damage.append(
                DataFileReport.Damage(
                    page: index,
                    what: what,
                    expected: expected,
                    found: found.description
                )
            )
        }
        expect(magic == DataFileLayout.magic, "magic", "\(DataFileLayout.magic)", magic)
        expect(version == DataFileLayout.version, "version", "\(DataFileLayout.version)", version)
        expect(number == index, "page number", "\(index)", number)
        expect(
            pageFlags == DataFileLayout.metaPage,
            "page flags",
            "\(DataFileLayout.metaPage)",
            pageFlags
        )
        expect(hasPageByteCount, "page size", "a power of two, 512…65536", pageByteCount)
        expect(
            freeTree.flags & ~DataFileLayout.noSubdirectory == DataFileLayout.integerKeys,
            "flags of the free tree",
            "\(DataFileLayout.integerKeys)",
            freeTree.flags
        )
        expect(mainTree.flags == 0, "flags of the main tree", "0", mainTree.flags)
        expect(hasLastPageNumber, "last page number", "1…2^48 - 1", lastPageNumber)
        expect(
            transaction == 0 || transaction & 1 == index,
            "transaction",
            index == 0 ? "an even number" : "an odd number",
            transaction
        )
        return damage
    }

    /// What the records of its trees cannot hold.
    func treeDamage() -> [DataFileReport.Damage] {
        let last = hasLastPageNumber ? lastPageNumber : 1
        return freeTree.damage("free tree", page: index, lastPageNumber: last)
            + mainTree.damage("main tree", page: index, lastPageNumber: last)
    }

    /// Branch nodes have 48 bits for a page number.
    private var hasLastPageNumber: Bool { (1..<(1 << 48)).contains(lastPageNumber) }
}

extension TreeRecord {
    /// What no record of a tree can hold.
    func damage(_ name: String, page: UInt64, lastPageNumber: UInt64) -> [DataFileReport.Damage] {
        var damage: [DataFileReport.Damage] = []
        func expect(
            _ holds: Bool,
            _ what: String,
            _ expected: String,
            _ found: some CustomStringConvertible
        ) {
            guard !holds else { return }
            damage.append(
                DataFileReport.Damage(
                    page: page,
                    what: "\(what) of the \(name)",
                    expected: expected,
                    found: found.description
                )
            )
        }
        if root == DataFileLayout.noPage {
            expect(depth == 0, "depth", "0", depth)
            expect(entryCount == 0, "entry count", "0", entryCount)
            expect(branchPageCount == 0, "branch page count", "0", branchPageCount)
            expect(leafPageCount == 0, "leaf page count", "0", leafPageCount)
            expect(overflowPageCount == 0, "overflow page count", "0", overflowPageCount)
        } else {
            expect(root >= 2 && root <= lastPageNumber, "root page", "2…\(lastPageNumber)", root)
            expect(
                (1...DataFileLayout.maximumDepth).contains(Int(depth)),
                "depth",
                "1…\(DataFileLayout.maximumDepth)",
                depth
            )
        }
        return damage
    }
}
