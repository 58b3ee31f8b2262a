/// The container that every file of a segment uses.
///
/// | offset | size | what |
/// | --- | --- | --- |
/// | 0 | 8 | magic, `QUIVERSF` |
/// | 8 | 4 | format version, 1 |
/// | 12 | 4 | kind (`SegmentFileKind`) |
/// | 16 | 8 | payload length in bytes, P |
/// | 24 | 4 | block length in bytes, 65,536 |
/// | 28 | 4 | 0 |
/// | 32 | 8 | XXH3-64 of bytes 0…31 |
/// | 40 | 4,056 | 0 |
/// | 4,096 | P | payload |
/// | 4,096 + P | 0…7 | 0, to a multiple of 8 |
/// | … | 8 each | XXH3-64 of each block of the payload (the last one may be short), seeded with its number |
/// | … | 8 | XXH3-64 of the table of block checksums, seeded with bytes 32…39: the file's checksum |
///
/// All numbers are little-endian. The file's length follows from P, so that a truncated file is known
/// before a byte of its payload is touched; the payload starts on a page, so that rows are aligned.
enum SegmentFileFormat {
    static let magic: UInt64 = 0x4653_5245_5649_5551  // "QUIVERSF"
    static let version: UInt32 = 1
    static let headerByteCount = 4_096
    static let blockByteCount = 65_536
    static let checkedHeaderByteCount = 32

    static func blockCount(payloadByteCount: Int) -> Int {
        (payloadByteCount + blockByteCount - 1) / blockByteCount
    }

    static func tableOffset(payloadByteCount: Int) -> Int {
        headerByteCount + (payloadByteCount + 7) & ~7
    }

    static func fileByteCount(payloadByteCount: Int) -> Int {
        tableOffset(payloadByteCount: payloadByteCount)
            + (blockCount(payloadByteCount: payloadByteCount) + 1) * 8
    }

    /// The header up to and with its checksum.
    static func header(kind: SegmentFileKind, payloadByteCount: Int) -> [UInt8] {
        var header = ByteWriter()
        header.integer(magic)
        header.integer(version)
        header.integer(kind.rawValue)
        header.integer(UInt64(payloadByteCount))
        header.integer(UInt32(blockByteCount))
        header.integer(UInt32(0))
        header.integer(header.bytes.withUnsafeBytes { checksum($0) })
        return header.bytes
    }
}

/// What a file of a segment holds; four characters, so that a hex dump tells.
enum SegmentFileKind: UInt32, Sendable {
    /// `SegmentManifest`.
    case manifest = 0x464E_414D  // "MANF"
    /// `KeyFile`.
    case keys = 0x5359_454B  // "KEYS"
    /// `DocumentFile`.
    case documents = 0x5343_4F44  // "DOCS"
    /// The texts, one after the other.
    case texts = 0x5458_4554  // "TEXT"
    /// `VectorFile`.
    case vectors = 0x5354_4356  // "VCTS"
    /// A graph, as `Indexes.GraphIndex` lays it out.
    case graph = 0x4850_5247  // "GRPH"
    /// A FAISS index, as `Indexes.FAISSIndex` lays it out.
    case faiss = 0x5349_4146  // "FAIS"
    /// `FieldFile`.
    case fields = 0x5344_4C46  // "FLDS"
    /// `RowFile`.
    case rows = 0x5357_4F52  // "ROWS"
    /// `FieldOrderFile`.
    case order = 0x5244_524F  // "ORDR"
    /// The four parts of an index of words (`TextIndexPart`).
    case terms = 0x4D52_4554  // "TERM"
    case postings = 0x5453_4F50  // "POST"
    case positions = 0x4953_4F50  // "POSI"
    case lengths = 0x534E_454C  // "LENS"
    /// `ColumnFile`.
    case column = 0x4D4C_4F43  // "COLM"
    /// `PatchFile`.
    case patches = 0x4843_5450  // "PTCH"
    /// `SegmentRecord`, beside a segment that no store has yet.
    case record = 0x4443_4552  // "RECD"
    /// One text of the tail that is too long for the catalog.
    case longText = 0x5458_544C  // "LTXT"
}
