/// Which rows of a vector field belong to which document of a segment or of a commit: the rows of a document lie together, in
/// the order of the documents.
enum RowMap: Sendable {
    /// No document has a row.
    case empty(documentCount: Int)
    /// Every document has one.
    case oneEach(documentCount: Int)
    /// The number of each document's first row, and behind them the number of rows.
    case firstRows([UInt32])
    /// The same in a file.
    case file(RowFile)

    /// The rows of each document in turn.
    init(counts: [UInt32]) {
        var firsts: [UInt32] = [0]
        firsts.reserveCapacity(counts.count + 1)
        for count in counts { firsts.append(firsts[firsts.count - 1] + count) }
        self = .firstRows(firsts)
    }

    var documentCount: Int {
        switch self {
        case .empty(let count), .oneEach(let count): count
        case .firstRows(let firsts): firsts.count - 1
        case .file(let file): file.documentCount
        }
    }

    var rowCount: Int {
        switch self {
        case .empty: 0
        case .oneEach(let count): count
        case .firstRows(let firsts): Int(firsts[firsts.count - 1])
        case .file(let file): file.rowCount
        }
    }

    /// Whether a row's number is its document's.
    var isIdentity: Bool {
        if case .oneEach = self { true } else { false }
    }

    /// The rows of a document.
    func rows(of ordinal: Int) throws(StoreError) -> Range<Int> {
        switch self {
        case .empty: 0..<0
        case .oneEach: ordinal..<(ordinal + 1)
        case .firstRows(let firsts): Int(firsts[ordinal])..<Int(firsts[ordinal + 1])
        case .file(let file): try file.rows(of: ordinal)
        }
    }

    /// The document of a row. A binary search, where documents have more or less than one row.
    func document(of row: Int) throws(StoreError) -> Int {
        if isIdentity { return row }
        var low = 0
        var high = documentCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if try rows(of: middle).lowerBound <= row { low = middle } else { high = middle }
        }
        return low
    }
}
