package import Files
import Synchronization

/// A directory of collections.
///
/// One handle at a time, in all processes, may write; any number may read, in this process and others, without
/// waiting for the writer or making it wait. All methods may be called from any thread.
public final class Store: Sendable {
    /// What a handle may do.
    public enum Access: Sendable, Hashable {
        case readOnly
        /// Refused with `lockedByWriter` while another handle has it.
        case readWrite
    }

    /// Settings of a handle; none of them is stored.
    public struct Options: Sendable {
        /// The tail, which every search compares row by row, is sealed into a segment before it grows past this.
        public var tailByteCount = 64 << 20
        /// What has happened when a write returns: `full`, the batch is on disk; `relaxed`, its data are, but loss of power may
        /// undo the last transaction. The death of the process loses nothing in either case, and nothing is ever there in part.
        public var durability = Durability.full

        /// The format's, unless a test wants to meet them.
        package var rowLimits = RowLimits()

        /// The defaults.
        public init() {}
    }

    /// How many rows of one vector field there may be.
    package struct RowLimits: Sendable {
        /// In a segment: they are numbered by 31 bits.
        package var segment = Int(Int32.max)
        /// In a collection.
        package var collection = Store.maximumRowCount
    }

    /// The most rows of one vector field in a collection, dead ones that still take up space included.
    public static let maximumRowCount = 1 << 40

    /// Where the store is, as it was named.
    public let path: String
    private let open: OpenStore
    private let collections = Mutex<[UInt32: Collection]>([:])

    private init(core: StoreCore) {
        path = core.path
        open = OpenStore(core)
    }

    /// Whether there is a store at `path` (its catalog is there; it may be damaged).
    public static func exists(at path: String) -> Bool {
        if case .file(let byteCount) = try? fileKind("\(path)/\(Catalog.fileName)") {
            return byteCount > 0
        }
        return false
    }

    /// Makes a new, empty store in the directory `path`, which is made if it is missing and must be empty if not.
    ///
    /// - Throws: `invalidName` for an empty path; `alreadyExists` if there is a store or anything else; `lockedByWriter`; `file`,
    ///   `catalog`.
    public static func create(
        at path: String,
        options: Options = Options()
    ) throws(StoreError) -> Store {
        try create(at: path, options: options, fileSystem: .system)
    }

    /// Opens the store in the directory `path`.
    ///
    /// A writer also clears what a crash left: files that were being written, and files that nothing refers to.
    ///
    /// - Throws: `notAStore`, `unsupportedFormat`, `lockedByWriter`, `damaged`, `file`, `catalog`.
    public static func open(
        at path: String,
        access: Access = .readWrite,
        options: Options = Options()
    ) throws(StoreError) -> Store {
        try open(at: path, access: access, options: options, fileSystem: .system)
    }

    /// As the public one, over other file operations: for tests that make them fail.
    package static func create(
        at path: String,
        options: Options,
        fileSystem: FileSystem
    ) throws(StoreError) -> Store {
        guard !path.isEmpty else { throw .invalidName(path, reason: "a store's path is not empty") }
        return Store(core: try StoreCore.create(at: path, options: options, fileSystem: fileSystem))
    }

    /// As the public one, over other file operations: for tests that make them fail.
    package static func open(
        at path: String,
        access: Access,
        options: Options,
        fileSystem: FileSystem
    ) throws(StoreError) -> Store {
        Store(
            core: try StoreCore.open(
                at: path,
                access: access,
                options: options,
                fileSystem: fileSystem
            )
        )
    }

    /// Ends the handle: every later call on it, or on a collection from it, throws `closed`. Safe to call twice.
    ///
    /// Calls in other threads finish first or throw; snapshots stay readable as long as they are kept.
    public func close() {
        open.close()
        let known = collections.withLock { collections in
            defer { collections = [:] }
            return Array(collections.values)
        }
        for collection in known { collection.forgetOpenFiles() }
    }

    /// The open store, for one call.
    func core() throws(StoreError) -> StoreCore {
        try open.core()
    }

    func forget(_ collection: Collection) {
        collections.withLock { $0[collection.id] = nil }
    }

    /// The one object for a collection of this handle, so that its callers share what it has open.
    func collection(id: UInt32, record: CollectionRecord) -> Collection {
        collections.withLock { collections in
            if let known = collections[id] {
                known.note(record)
                return known
            }
            let collection = Collection(store: open, id: id, record: record)
            collections[id] = collection
            return collection
        }
    }
}
