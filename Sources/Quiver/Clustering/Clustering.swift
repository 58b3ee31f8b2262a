/// The rows of a vector field, each in one of several clusters.
public struct Clustering: Sendable, Equatable {
    /// The middle of each cluster: of norm 1 under cosine, where rows belong to the one at the smallest angle; else the mean, and rows
    /// belong to the nearest by Euclidean distance.
    public let centroids: [[Float]]
    /// The cluster of each row, as `Snapshot` numbers the rows; −1 for rows of documents that are gone.
    public let clusters: [Int32]
    /// How many rows each cluster has.
    public let sizes: [Int]
    /// What k-means makes small after each pass over the rows that it learned from: the sum of their squared distances to
    /// their centroids; under cosine what it makes large, the sum of the cosines.
    public let objectives: [Float]
}
