/// A directory of collections.
public final class Store: Sendable {
    /// What a handle may do.
    public enum Access: Sendable, Hashable {
        case readOnly
        /// One handle at a time, in all processes; the second is refused with the holder's process id.
        case readWrite
    }

    public struct Options: Sendable {
        /// The tail is sealed into a segment when it holds this much.
        public var tailByteCount = 64 << 20
        public init() {}
    }

    public let path: String

    init(path: String) { self.path = path }

    /// Makes a new, empty store at `path` and opens it for writing. The parent folder must exist; `path` must not, or be empty.
    public static func create(at path: String, options: Options = Options()) throws(StoreError) -> Store {
        preconditionFailure("under construction")
    }

    public static func open(at path: String, access: Access = .readWrite, options: Options = Options()) throws(StoreError) -> Store {
        preconditionFailure("under construction")
    }

    /// Whether there is a store at `path`.
    public static func exists(at path: String) -> Bool { preconditionFailure("under construction") }

    public func createCollection(_ name: String, _ configuration: CollectionConfiguration) throws(StoreError) -> Collection {
        preconditionFailure("under construction")
    }

    public func collection(_ name: String) throws(StoreError) -> Collection {
        preconditionFailure("under construction")
    }

    public func collectionNames() throws(StoreError) -> [String] { preconditionFailure("under construction") }

    /// Ends the handle: every later call on it, or on a collection from it, throws `closed`. Safe to call twice.
    public func close() { preconditionFailure("under construction") }

    /// Checks every byte that matters, from plain bytes first. Never crashes on damage: the report lists it.
    public static func verify(at path: String, progress: (Progress) -> Bool = { _ in true }) throws(StoreError) -> VerificationReport {
        preconditionFailure("under construction")
    }
}

/// How far long work has come.
public struct Progress: Sendable, Equatable {
    public enum Stage: String, Sendable { case sealing, indexing, verifying }
    public let stage: Stage
    public let completed: Int
    public let total: Int
}

/// What `Store.verify` found.
public struct VerificationReport: Sendable, Equatable {
    public struct Damage: Sendable, Equatable {
        /// The file, relative to the store.
        public let file: String
        public let reason: String
    }
    public let damage: [Damage]
    public let fileCount: Int
    public let byteCount: Int
    public let documentCount: Int
    public var isSound: Bool { damage.isEmpty }
}
