/// How an index compares rows.
public enum Metric: Sendable, Equatable, CaseIterable {
    /// The squared Euclidean distance; smaller is nearer.
    case l2
    /// The dot product; larger is nearer.
    case innerProduct
}
