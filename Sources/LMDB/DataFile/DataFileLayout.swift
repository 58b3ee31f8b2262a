/// How LMDB 0.9 lays out a data file, on a 64-bit little-endian machine (it writes its structs as they are).
///
/// The file is an array of pages. Pages 0 and 1 are meta pages, transaction N writes page N % 2. Every other
/// page is a branch or leaf page of a B-tree, the start of an overflow run, in the middle of one, or free.
///
///     page header    0 number u64   8 – u16   10 flags u16   12 lower u16   14 upper u16
///                                                            12 overflow pages u32
///     meta page     16 magic u32   20 version u32   24 – u64   32 map size u64
///                   40 record of the free tree   88 record of the main tree
///                  136 last page number u64   144 transaction u64
///     tree record    0 – u32 (page size, in the free tree's)   4 flags u16   6 depth u16
///                    8 branch pages u64   16 leaf pages u64   24 overflow pages u64
///                   32 entries u64   40 root page number u64, all ones if empty
///     tree page     16 offsets of the nodes, u16 each, up to `lower`; nodes from `upper` to the end, in any
///                   order, each padded to an even length, without gaps
///     branch node    0 page number, 48 bits   6 key length u16   8 key (node 0's is not looked at)
///     leaf node      0 value length u32   4 flags u16   6 key length u16   8 key, value
///                   the value is an overflow page number (flag 1) or a tree record (flag 2)
///     overflow run  16 value
///     free tree      key: transaction u64; value: count u64, page numbers u64 in descending order, slack
enum DataFileLayout {
    static let magic: UInt32 = 0xBEEF_C0DE
    static let version: UInt32 = 1
    static let headerByteCount = 16
    static let metaByteCount = 152
    static let recordByteCount = 48
    static let nodeHeaderByteCount = 8
    static let maximumKeyByteCount = 511
    /// LMDB's cursors hold no more levels.
    static let maximumDepth = 32
    static let noPage = UInt64.max

    static let branchPage: UInt16 = 0x01
    static let leafPage: UInt16 = 0x02
    static let overflowPage: UInt16 = 0x04
    static let metaPage: UInt16 = 0x08

    static let overflowValue: UInt16 = 0x01
    static let treeValue: UInt16 = 0x02

    static let integerKeys: UInt16 = 0x08
    /// `MDB_NOSUBDIR`, which ends up among the free tree's flags.
    static let noSubdirectory: UInt16 = 0x4000

    /// The length of an overflow run for a value of `byteCount` bytes.
    static func overflowPageCount(_ byteCount: Int, pageByteCount: Int) -> Int {
        (headerByteCount - 1 + byteCount) / pageByteCount + 1
    }
}

/// The record of one B-tree.
struct TreeRecord: Equatable {
    var pad: UInt32
    var flags: UInt16
    var depth: UInt16
    var branchPageCount: UInt64
    var leafPageCount: UInt64
    var overflowPageCount: UInt64
    var entryCount: UInt64
    var root: UInt64

    /// - Parameter bytes: at least 48.
    init(_ bytes: UnsafeRawBufferPointer) {
        pad = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
        flags = bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        depth = bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
        branchPageCount = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        leafPageCount = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        overflowPageCount = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        entryCount = bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
        root = bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
    }

    /// - Parameter bytes: at least 48.
    func store(in bytes: UnsafeMutableRawBufferPointer) {
        bytes.storeBytes(of: pad, toByteOffset: 0, as: UInt32.self)
        bytes.storeBytes(of: flags, toByteOffset: 4, as: UInt16.self)
        bytes.storeBytes(of: depth, toByteOffset: 6, as: UInt16.self)
        bytes.storeBytes(of: branchPageCount, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: leafPageCount, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: overflowPageCount, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: entryCount, toByteOffset: 32, as: UInt64.self)
        bytes.storeBytes(of: root, toByteOffset: 40, as: UInt64.self)
    }
}

/// The header of a page.
struct PageHeader {
    var number: UInt64
    var flags: UInt16
    var lower: UInt16
    var upper: UInt16
    var overflowPageCount: UInt32

    /// - Parameter bytes: at least 16.
    init(_ bytes: UnsafeRawBufferPointer) {
        number = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        flags = bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        lower = bytes.loadUnaligned(fromByteOffset: 12, as: UInt16.self)
        upper = bytes.loadUnaligned(fromByteOffset: 14, as: UInt16.self)
        overflowPageCount = bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
    }
}
