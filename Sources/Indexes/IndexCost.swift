/// What an index costs beside the rows.
public struct IndexCost: Sendable, Equatable {
    /// Its bytes on disk, which are mapped when it is searched.
    public let byteCount: Int
    /// The anonymous memory of one search at a time: its scratch.
    public let searchByteCount: Int
}
