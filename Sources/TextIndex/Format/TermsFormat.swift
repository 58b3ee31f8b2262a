/// The terms of an index and where their postings are.
///
/// Blocks of 32 terms, the last of which may have fewer, in the order of the terms' bytes:
///
/// | size | what |
/// | --- | --- |
/// | 8, 8 | where the postings and the positions of the block's first term begin, in their parts |
/// | … each | a term |
///
/// A term, each number a `VariableInteger`: how many bytes it shares with the term before (0 for a block's first), how many follow, and
/// these; its documents. Of one document its number and its value (as in `PostingsFormat`); of several the length of its blocks in the
/// postings, whose headers, if there are several blocks, come behind them. Then, in an index of counts, the length of its positions, whose
/// headers come behind them likewise. The next term's postings and positions follow those of this one.
///
/// Behind the blocks, 8 bytes a block: where it begins. Then the **footer**:
///
/// | size | what |
/// | --- | --- |
/// | 4 | what is indexed: 0 counts, 1 weights |
/// | 4 | zeros |
/// | 8 | documents |
/// | 8 | documents in which there is a term |
/// | 8 | terms of all documents, each as often as it is there |
/// | 8 | different terms |
/// | 8 | blocks |
enum TermsFormat {
    static let blockCount = 32
    static let footerByteCount = 48
    static let blockHeadByteCount = 16
    /// Longer terms are not written: a word has no more bytes, and its folding at most so many for each.
    static let maximumTermByteCount = 8_192
}

/// What an index counts of a term in a document.
public enum TextIndexKind: UInt32, Sendable, Hashable {
    /// How often it is there, and where.
    case counts = 0
    /// Its weight, as a learned sparse encoder gives one.
    case weights = 1
}

/// Where the postings of a term are.
struct TermEntry: Sendable, Hashable {
    enum Place: Sendable, Hashable {
        case single(document: UInt32, value: UInt32)
        case blocks(offset: Int, byteCount: Int)
    }

    let documentCount: Int
    let place: Place
    let positionsOffset: Int
    let positionsByteCount: Int

    var blockCount: Int {
        (documentCount + PostingsFormat.blockCount - 1) / PostingsFormat.blockCount
    }

    /// Headers that stand behind the blocks.
    var headerCount: Int { blockCount > 1 ? blockCount : 0 }

    var postingsByteCount: Int {
        switch place {
        case .single: 0
        case .blocks(_, let byteCount): byteCount + headerCount * PostingsFormat.headerByteCount
        }
    }

    var allPositionsByteCount: Int {
        positionsByteCount + headerCount * PositionsFormat.headerByteCount
    }
}
