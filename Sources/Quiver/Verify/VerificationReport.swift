/// What `Store.verify` found.
public struct VerificationReport: Sendable, Equatable {
    /// Something that is not as it was written.
    public struct Damage: Sendable, Equatable {
        /// The file, relative to the store's directory.
        public let file: String
        /// What is wrong with it.
        public let reason: String
    }

    /// Empty for a sound store.
    public internal(set) var damage: [Damage] = []
    /// Files that were read.
    public internal(set) var fileCount = 0
    /// Bytes that were read.
    public internal(set) var byteCount = 0
    /// Live documents.
    public internal(set) var documentCount = 0

    /// Whether nothing is damaged.
    public var isSound: Bool { damage.isEmpty }
}
