import CLMDB
import Glibc

/// An LMDB data file, open for reading and writing transactions.
///
/// Every open of the same file (same device and inode) in a process shares one underlying environment,
/// because LMDB's locks belong to the process and a second environment would drop them. It is closed when
/// its last handle goes. Size limits (`mapByteCount`, `maximumReaderCount`, `maximumDatabaseCount`) are
/// those of whoever opened it first; `readOnly` and `durability` are each handle's own.
///
/// Beside the data file lies the lock file, `path-lock`. Never open that one with anything but LMDB:
/// closing any descriptor of it drops the process's locks.
///
/// LMDB trusts its pages. Opening checks both meta pages and the file's length from plain bytes, which
/// rules out truncated and foreign files; damage inside pages can make LMDB return wrong bytes, or end the
/// process through an assertion (with a line on standard error) or a signal. ``DataFileCheck`` finds such
/// damage without LMDB. An assertion handler could not help: when it returns LMDB aborts, and jumping out of
/// it would leave LMDB's cursors pointing into the stack that was left, and the write lock taken.
public final class Environment: Sendable {
    /// How an environment is opened.
    public struct Options: Sendable {
        /// The size of the map and the largest size of the file. Address space, not memory: halved until
        /// the system maps it.
        public var mapByteCount = 1 << 40
        /// Read transactions at one time, over all processes. The process that makes the lock file decides.
        public var maximumReaderCount = 4096
        /// Databases open at one time in this process.
        public var maximumDatabaseCount = 32
        /// The permissions of files that are made.
        public var mode: UInt32 = 0o644
        /// Makes no data file, and refuses write transactions. All it takes is permission to read the data file
        /// (<doc:Reading>).
        public var readOnly = false
        /// What a commit has done when it returns.
        public var durability = Durability.full

        /// The defaults.
        public init() {}
    }

    /// What a commit has done when it returns.
    public enum Durability: Sendable {
        /// Data and meta page are on disk.
        case full
        /// Data are on disk; a power loss may undo the last transaction, and that alone
        /// (`MDB_NOMETASYNC`). The file stays intact.
        case relaxed
    }

    /// How a process gets at the pages of a file.
    public enum Access: Sendable {
        /// Through LMDB's lock file, beside readers and writers of all processes.
        case shared
        /// Directly and without a lock file: the file system is read-only, so that there is no writer.
        case readOnlyMedia
        /// By copies in this process's memory, since this user may not write the lock file. See <doc:Reading>.
        case privateCopies
    }

    /// The file as it was named when first opened in this process.
    public var path: String { core.path }
    /// Whether this handle refuses write transactions.
    public let isReadOnly: Bool
    /// How this process gets at the file's pages: decided by whoever opened it first.
    public var access: Access { core.access }
    /// What this handle's commits do.
    public let durability: Durability

    let core: EnvironmentCore

    private init(core: EnvironmentCore, options: Options) {
        self.core = core
        isReadOnly = options.readOnly
        durability = options.durability
    }

    deinit {
        EnvironmentRegistry.release(core)
    }

    /// Opens the data file at `path`, making it and its lock file unless told to open read-only.
    ///
    /// Clears the reader slots of dead processes. Blocks for a moment while another process opens the
    /// same file for the first time.
    ///
    /// - Throws: `.notFound`, `.permissionDenied`, `.notARegularFile`; `.notAnEnvironment`,
    ///   `.versionMismatch`, `.truncated` and `.corrupted` from looking at the meta pages; `.readOnly` if
    ///   this process has the file open and the system let it only read.
    public static func open(
        path: String,
        options: Options = Options()
    ) throws(LMDBError) -> Environment {
        Environment(
            core: try EnvironmentRegistry.acquire(path: path, options: options),
            options: options
        )
    }

    /// Opens the database `name`, making it if it is not there and `create` says so. Cached: only the
    /// first call for a name uses a transaction (a write transaction if `create`).
    ///
    /// - Throws: `.databaseNotFound`; `.incompatibleDatabase` if it was made with other keys;
    ///   `.nestedWrite` inside a write transaction on this thread, if it would have to be made.
    public func database(
        _ name: String,
        create: Bool,
        integerKeys: Bool = false
    ) throws(LMDBError) -> Database {
        try core.requireThisProcess()
        guard !name.utf8.isEmpty, name.utf8.count <= core.maximumKeyByteCount,
            !name.utf8.contains(0)
        else {
            throw .incompatibleDatabase(path: path, name: name, reason: "not a usable name")
        }
        let database: Database
        if let cached = core.cachedDatabase(name) {
            database = cached
        } else {
            do {
                database = try core.openDatabase(name, integerKeys: integerKeys)
            } catch .databaseNotFound where create && !isReadOnly {
                database = try core.createDatabase(name, integerKeys: integerKeys, durability)
            }
        }
        guard database.hasIntegerKeys == integerKeys else {
            throw .wrongKeyKind(database: name, hasIntegerKeys: database.hasIntegerKeys)
        }
        return database
    }
}
