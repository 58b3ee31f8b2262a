/// How thoroughly a query with a recall target was searched, and what that was based on.
public struct RecallChoice: Sendable, Hashable {
    /// The recall that was asked for.
    public let recall: Double
    /// The sample that told; `nil` where none did: the target is 1, or nothing has been measured of the rows as they are. `mixtures`: not
    /// enough was known of the queries, so that the greatest effort of all samples was taken.
    public let basis: RecallBasis?
    /// What the settings of indexes were multiplied with; `nil` where every row was compared: for a target of 1, where no effort was
    /// enough, and where nothing has been measured, unless the target is the collection's, for which 1 has to do then.
    public let effort: Double?
}
