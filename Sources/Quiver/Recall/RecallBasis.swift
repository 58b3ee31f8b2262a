/// Queries of one kind, with which recall has been measured.
public enum RecallBasis: String, Sendable, Hashable, CaseIterable {
    /// Rows of the collection, each looked for as if it were not there.
    case rows
    /// Queries that users asked.
    case queries
    /// The half of them whose nearest rows are farther than those of the others.
    case farQueries
    /// What lies between two rows that have nothing to do with each other. As a rule harder than anything that users ask: it stands
    /// in for them until they have.
    case mixtures
}
