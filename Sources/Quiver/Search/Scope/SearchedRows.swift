import Indexes

/// The rows of one part of a snapshot that a search may find.
struct SearchedRows: Sendable {
    /// Those that it may not find; `nil` if it may find all.
    let excluded: RowSet?
    /// Rows that it may find.
    let count: Int
    /// Whether rows are left out that are no dead documents', which may be most of them.
    let isFiltered: Bool
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
