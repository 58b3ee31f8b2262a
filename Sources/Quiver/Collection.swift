public final class Collection: Sendable {
    public let name: String
    public let configuration: CollectionConfiguration

    init(name: String, configuration: CollectionConfiguration) { self.name = name; self.configuration = configuration }

    /// Makes `batch` durable and visible. Nothing of it is kept when this throws.
    public func write(_ batch: WriteBatch) throws(StoreError) -> CommitReceipt { preconditionFailure("under construction") }

    /// The documents of `keys`, in that order, `nil` where there is none.
    public func documents(_ keys: [Key], contents: Contents = [.text, .vectors]) throws(StoreError) -> [StoredDocument?] { preconditionFailure("under construction") }

    /// The hits of each query, in the order of the queries.
    public func search(_ request: SearchRequest) throws(StoreError) -> [SearchResult] { preconditionFailure("under construction") }

    /// An unchanging view of the collection as of now.
    public func snapshot() throws(StoreError) -> Snapshot { preconditionFailure("under construction") }

    /// Writes the tail to a segment now (if it is not empty).
    public func seal(progress: (Progress) -> Bool = { _ in true }) throws(StoreError) { preconditionFailure("under construction") }

    /// Builds the graphs that are missing. Progress counts rows.
    public func maintain(threadCount: Int = 1, progress: @Sendable (Progress) -> Bool = { _ in true }) throws(StoreError) { preconditionFailure("under construction") }

    public func statistics() throws(StoreError) -> CollectionStatistics { preconditionFailure("under construction") }

    /// The encoder whose vectors the collection holds, if it is bound to one.
    public func encoder() throws(StoreError) -> RememberedEncoder? { preconditionFailure("under construction") }

    /// Binds the collection to `encoder`: the first one stays, another is refused with `wrongEncoder`.
    public func bind(to encoder: RememberedEncoder) throws(StoreError) { preconditionFailure("under construction") }
}

/// An unchanging view of a collection: never blocks the writer and is never blocked by it.
public final class Snapshot: Sendable {
    public let commit: UInt64
    init(commit: UInt64) { self.commit = commit }
    public func documents(_ keys: [Key], contents: Contents = [.text, .vectors]) throws(StoreError) -> [StoredDocument?] { preconditionFailure("under construction") }
    public func search(_ request: SearchRequest) throws(StoreError) -> [SearchResult] { preconditionFailure("under construction") }
}
