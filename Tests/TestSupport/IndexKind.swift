/// A kind of FAISS's indexes by its factory string, and what is to be expected of it: one table for all suites that go
/// through every kind.
public struct IndexKind: Sendable, CustomStringConvertible {
    /// Numbers in a row. The strings suit it, and 1,200 rows are enough to train any of them.
    public static let dimension = 32

    /// recall@10 that any kind reaches at least as the index of a collection, where candidates are compared again with the
    /// stored rows.
    public static let recallInCollection = 0.9

    /// How the rows of one can change, adding aside.
    public enum Changes: Sendable {
        /// They can be taken out, and moved to another.
        case all
        /// They can be moved to another.
        case merging
        /// They stay.
        case none
    }

    /// What the distances of hits are.
    public enum Distances: Sendable {
        /// Those from the query to the rows that the index gives back.
        case toRows
        /// Those that FAISS itself answers with: of transformed rows of which a part is lost, of signs, or without norms.
        case asFAISS
    }

    /// As a user may write it.
    public let factory: String
    /// How thoroughly it is searched, in FAISS's notation.
    public let search: String
    /// recall@10 under L2, at least, on rows in clusters; nil if the kind does not know that metric.
    public let l2: Double?
    /// The same by dot products.
    public let dot: Double?
    /// The share of the rows' squared norms that what it gives back is away from them, at most; nil if it can give none.
    public let loss: Double?
    /// What the distances of hits are.
    public let distances: Distances
    /// How far a distance may be from that, as a share of the distance and 1: rounding of sums, unless codes are summed
    /// from tables of bytes or norms are kept as codes.
    public let error: Double
    /// How its rows can change.
    public let changes: Changes

    init(
        _ factory: String,
        _ search: String = "",
        l2: Double? = nil,
        dot: Double? = nil,
        loss: Double? = nil,
        distances: Distances = .toRows,
        within error: Double = 1e-4,
        changes: Changes = .all
    ) {
        self.factory = factory
        self.search = search
        self.l2 = l2
        self.dot = dot
        self.loss = loss
        self.distances = distances
        self.error = error
        self.changes = changes
    }

    /// Whether rows are under labels of the caller's, which a collection has no use for.
    public var isLabelled: Bool {
        factory.contains("IDMap")
    }

    /// The factory string.
    public var description: String { factory }
}
