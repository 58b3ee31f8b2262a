public import Indexes

/// Which documents, and which of their rows, a search may find. Everything that is said must hold.
public struct SearchScope: Sendable, Hashable {
    /// What is true of each document.
    public var filter: Filter?
    /// The documents must be among these.
    public var keys: Set<Key>?
    /// The documents must not be among these.
    public var excludedKeys: Set<Key>
    /// What is true of each row: a condition on the row columns of the vector field that is searched.
    public var rowFilter: Filter?
    /// The rows must be among these, numbered as `Snapshot.rowNumbers` numbers them.
    public var rows: RowSet?
    /// The rows must be in one of these ranges of such numbers.
    public var rowRanges: [Range<Int>]?

    /// A scope; of everything, unless something is said.
    public init(
        filter: Filter? = nil,
        keys: Set<Key>? = nil,
        excludedKeys: Set<Key> = [],
        rowFilter: Filter? = nil,
        rows: RowSet? = nil,
        rowRanges: [Range<Int>]? = nil
    ) {
        self.filter = filter
        self.keys = keys
        self.excludedKeys = excludedKeys
        self.rowFilter = rowFilter
        self.rows = rows
        self.rowRanges = rowRanges
    }
}

extension SearchScope {
    var saysNothing: Bool { saysNothingOfDocuments && saysNothingOfRows }

    var saysNothingOfDocuments: Bool { filter == nil && keys == nil && excludedKeys.isEmpty }

    var saysNothingOfRows: Bool { rowFilter == nil && rows == nil && rowRanges == nil }

    /// What is in both.
    func intersection(_ other: SearchScope) -> SearchScope {
        if other.saysNothing { return self }
        if saysNothing { return other }
        var both = self
        both.filter = Self.both(filter, other.filter)
        both.rowFilter = Self.both(rowFilter, other.rowFilter)
        if let more = other.keys { both.keys = both.keys?.intersection(more) ?? more }
        both.excludedKeys.formUnion(other.excludedKeys)
        if let more = other.rows {
            both.rows =
                both.rows.map { (rows) in
                    var rows = rows
                    rows.formIntersection(more)
                    return rows
                } ?? more
        }
        if let more = other.rowRanges {
            both.rowRanges =
                both.rowRanges.map { (ranges) in
                    ranges.flatMap { range in
                        more.filter { $0.overlaps(range) }.map { $0.clamped(to: range) }
                    }
                } ?? more
        }
        return both
    }

    private static func both(_ one: Filter?, _ other: Filter?) -> Filter? {
        guard let one, let other else { return one ?? other }
        return .all([one, other])
    }
}
