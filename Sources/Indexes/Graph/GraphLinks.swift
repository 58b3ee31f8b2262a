/// A graph's links as row numbers, before they are laid out.
package struct GraphLinks: Sendable, Equatable {
    /// The rows linked.
    package let rowCount: Int
    /// Links a row on each upper level, half of those on level 0.
    package let M: Int
    /// The row at which a search begins, one of the highest level; `nil` in an empty graph.
    package var entryPoint: UInt32?
    /// Level 0, `[rowCount × 2M]`: a row's links, then `none` to the end.
    package var base: [UInt32]
    /// The rows that are on level 1, in ascending order.
    package var upperRows: [UInt32] = []
    /// For each of `upperRows` its highest level, 1 or more.
    package var upperLevels: [Int] = []
    /// `[Σ upperLevels × M]`: for each of `upperRows` its links on level 1, on level 2 and so on, as row
    /// numbers, each list padded with `none`.
    package var upper: [UInt32] = []

    /// The mark of an unused place for a link.
    package static let none = UInt32.max

    /// Rows without links.
    package init(rowCount: Int, M: Int) {
        self.rowCount = rowCount
        self.M = M
        base = [UInt32](repeating: Self.none, count: rowCount * 2 * M)
    }
}
