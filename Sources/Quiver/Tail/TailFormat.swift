/// A document that a commit made dead: replaced or deleted by it.
struct Kill: Sendable, Hashable {
    enum Unit: Sendable, Hashable {
        /// A document of an earlier commit of the tail.
        case tail(commit: UInt64)
        /// A document of a segment.
        case segment(UInt64)
    }

    let unit: Unit
    let ordinal: UInt32
}

/// A `documents` block of a tail commit.
///
/// | size | what |
/// | --- | --- |
/// | 4 | documents in this block |
/// | 4 | the ordinal, in the commit, of the first |
/// | 4 | kills in this block |
/// | 13 each | kill: 1 byte unit (0 tail, 1 segment), 8 commit or segment, 4 ordinal |
/// | … each | document: 2 key length, encoded key, 8 text hash (0: no text), 1 place of the text (0 none, 1 here, 2 file), 8 length; the text if it is here, or 8 length and 8 checksum of its file |
///
/// Documents are in the order of their keys. A text over `TailFormat.longTextByteCount` is in a
/// file of its own.
///
/// A `vectors` block: 4 rows in the block, 4 the ordinal of the first, 4 dimension, 1 storage, 51
/// zeros; then the values of the rows, zeros to a multiple of 4, a float32 norm a row, and under
/// `int8` a float32 scale a row.
enum TailFormat {
    /// A block of a commit is cut before it grows past this.
    static let blockByteCount = 4 << 20
    static let longTextByteCount = 1 << 20
    static let vectorHeaderByteCount = 64

    static func longTextName(commit: UInt64, ordinal: Int) -> String {
        "\(commit)-\(ordinal).text"
    }
}

/// Where a tail document's text is.
enum TailText: Sendable {
    case none
    /// In the commit's own bytes.
    case inline(Range<Int>)
    case file(SegmentFile)
}
