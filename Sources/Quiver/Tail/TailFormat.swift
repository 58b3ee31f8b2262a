/// A document that a commit made dead: replaced or deleted by it.
struct Kill: Sendable, Hashable {
    let unit: CommittedUnit
    let ordinal: UInt32
}

/// A document's metadata in place of what it was written with: a commit updated it.
struct TailPatch: Sendable, Hashable {
    let unit: CommittedUnit
    let ordinal: UInt32
    /// `EncodedFields`, all of them.
    let fields: [UInt8]
}

/// What holds documents under numbers of their own.
enum CommittedUnit: Sendable, Hashable {
    /// A commit of the tail.
    case tail(commit: UInt64)
    case segment(UInt64)

    func encode(into writer: inout ByteWriter) {
        switch self {
        case .tail(let commit):
            writer.integer(UInt8(0))
            writer.integer(commit)
        case .segment(let id):
            writer.integer(UInt8(1))
            writer.integer(id)
        }
    }

    static func decode(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> CommittedUnit {
        let kind: UInt8 = try reader.integer()
        let number: UInt64 = try reader.integer()
        switch kind {
        case 0: return .tail(commit: number)
        case 1: return .segment(number)
        default: throw .init(reason: "holds a change to a unit of kind \(kind)")
        }
    }
}

/// What a block of a tail commit holds. Commits are read in this order.
///
/// `documents`:
///
/// | size | what |
/// | --- | --- |
/// | 4 | documents in this block |
/// | 4 | the ordinal, in the commit, of the first |
/// | 4 | kills in this block |
/// | 13 each | kill: 1 byte unit (0 tail, 1 segment), 8 commit or segment, 4 ordinal |
/// | … each | document: 2 key length, encoded key, 8 text hash (0: no text), 1 place of the text (`TailTextPlace`), 8 length; the text if it is here, or 8 length and 8 checksum of its file |
///
/// Documents are in the order of their keys. A text over `TailFormat.longTextByteCount` is in a
/// file of its own.
///
/// `vectors`: 4 rows in the block, 4 the number of the first, 4 dimension, 1 storage, 51
/// zeros; then the values of the rows, zeros to a multiple of 4, a float32 norm a row, and under
/// `int8` a float32 scale a row.
///
/// `rowCounts`, if a document has another number of rows of the field than one: 4 documents in the block, 4 the ordinal of
/// the first, 4 rows of each.
///
/// `fields`, if a document of the commit has metadata: 4 documents in the block, 4 the ordinal of the first; each 4 length
/// and bytes (`EncodedFields`).
///
/// `patches`: 4 patches in the block, 4 the number of the first; each a unit and ordinal as a kill has them, 4 length and
/// bytes (`EncodedFields`).
///
/// `column`: the field of the block's key is the column's number; 4 rows in the block, 4 the number of the first, 1 type, 3
/// zeros; then the numbers.
enum TailBlockKind: UInt8, Sendable {
    case documents = 0
    case vectors = 1
    case rowCounts = 2
    case fields = 3
    case patches = 4
    case column = 5
}

enum TailFormat {
    /// A block of a commit is cut before it grows past this.
    static let blockByteCount = 4 << 20
    static let longTextByteCount = 1 << 20
    static let vectorHeaderByteCount = 64

    /// One commit may write long texts to several collections.
    static func longTextName(collection: UInt32, commit: UInt64, ordinal: Int) -> String {
        "\(longTextPrefix(collection: collection, commit: commit))-\(ordinal).text"
    }

    /// What the files of a commit in a collection have before their documents' numbers.
    static func longTextPrefix(collection: UInt32, commit: UInt64) -> String {
        "\(commit)-\(collection)"
    }

    /// As in versions 1 to 3 of the format, where two collections could come to want the same.
    static func longTextNameWithoutCollection(commit: UInt64, ordinal: Int) -> String {
        "\(commit)-\(ordinal).text"
    }
}

/// Where a tail document's text is, as its block says.
enum TailTextPlace: UInt8, Sendable {
    case none = 0
    case here = 1
    /// In a file that is named without its collection; not written since version 4 of the format.
    case fileOfCommit = 2
    case fileOfCollection = 3
}

/// Where a tail document's text is.
enum TailText: Sendable {
    case none
    /// In the commit's own bytes.
    case inline(Range<Int>)
    case file(SegmentFile)
}
