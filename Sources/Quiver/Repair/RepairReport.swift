/// What `Store.repair` found, kept and lost.
public struct RepairReport: Sendable, Equatable {
    /// Something that could not be read and is not in the new store.
    public struct Loss: Sendable, Equatable {
        /// The collection's name.
        public let collection: String
        /// The document; `nil` where its key is lost as well.
        public let key: Key?
        /// `document`, or which part of it: `text`, `metadata`, `metadata of an update`, `rows of "…"`.
        public let what: String
    }

    /// What is wrong with the damaged store.
    public internal(set) var damage: [VerificationReport.Damage] = []
    /// Whether the catalog was damaged: then batches that were in it alone may be missing, and documents be back that had been
    /// deleted.
    public internal(set) var isCatalogDamaged = false
    /// Documents in segments that the new store has as they were.
    public internal(set) var keptDocumentCount = 0
    /// Documents that were written anew: those of the tail, and what could be read of damaged segments. Their versions are new.
    public internal(set) var rewrittenDocumentCount = 0
    /// Each document that is lost or has lost a part, up to `maximumLossCount` of them.
    public private(set) var losses: [Loss] = []
    /// How many there are.
    public private(set) var lossCount = 0
    /// Named snapshots that are not in the new store, because files of theirs are damaged or the catalog is.
    public internal(set) var lostSnapshots: [String] = []

    /// The most losses that are listed.
    public static let maximumLossCount = 100_000

    /// Whether everything that the damaged store had is in the new one.
    public var isComplete: Bool {
        lossCount == 0 && lostSnapshots.isEmpty && !isCatalogDamaged
    }

    mutating func lose(_ what: String, of key: Key?, in collection: String) {
        lossCount += 1
        guard losses.count < Self.maximumLossCount else { return }
        losses.append(Loss(collection: collection, key: key, what: what))
    }
}
