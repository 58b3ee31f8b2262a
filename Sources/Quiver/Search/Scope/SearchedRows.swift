import Indexes

/// The rows of one part of a snapshot that a search may find.
struct SearchedRows: Sendable {
    /// Those that it may not find; `nil` if it may find all.
    let excluded: RowSet?
    /// Rows that it may find.
    let count: Int
    /// Whether rows are left out that are no dead documents', which may be most of them.
    let isFiltered: Bool
    /// The numbers of those that it may find, where they are few: looking for them in `excluded` would take longer with every row that there is.
    let listed: [UInt32]?

    /// So many are few.
    private static let mostListed = 4_096

    /// All but some.
    init(excluded: RowSet?, count: Int, isFiltered: Bool) {
        self.excluded = excluded
        self.count = count
        self.isFiltered = isFiltered
        listed = nil
    }

    /// Those of `rows`, of so many.
    init(_ rows: RowSet, of rowCount: Int, isFiltered: Bool) {
        excluded = rows.count < rowCount ? rows.complement(below: rowCount) : nil
        count = rows.count
        self.isFiltered = isFiltered
        guard rows.count < rowCount, rows.count <= Self.mostListed else {
            listed = nil
            return
        }
        var listed: [UInt32] = []
        listed.reserveCapacity(rows.count)
        rows.forEach { listed.append($0) }
        self.listed = listed
    }
}

extension RowMap {
    /// The rows of some documents.
    func rows(of documents: RowSet) throws(StoreError) -> RowSet {
        if isIdentity { return documents }
        var found = RowSet(capacity: rowCount)
        try documents.forEach { (document) throws(StoreError) in
            for row in try rows(of: Int(document)) { found.insert(UInt32(row)) }
        }
        return found
    }
}
