/// How far long work has come.
public struct Progress: Sendable, Hashable {
    /// What is being done.
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// The tail is written to a segment.
        case sealing
        /// Documents are moved into new segments; counts are documents.
        case compacting
        /// Indexes are built; counts are rows.
        case indexing
        /// The recall of indexes is measured; counts are queries.
        case calibrating
        /// Files are checked; counts are bytes.
        case verifying
    }

    /// What is being done.
    public let stage: Stage
    /// The units that are done.
    public let completed: Int
    /// The units in all; it may grow while the work goes on.
    public let total: Int
}
