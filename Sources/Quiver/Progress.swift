/// How far long work has come.
public struct Progress: Sendable, Hashable {
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// The tail is written to a segment.
        case sealing
        /// Graphs are built; counts are rows.
        case indexing
        /// Files are checked; counts are bytes.
        case verifying
    }

    public let stage: Stage
    public let completed: Int
    public let total: Int
}
