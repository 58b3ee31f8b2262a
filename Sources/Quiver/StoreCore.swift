import Files
import Synchronization

/// What a store's handle, its collections and their snapshots share while the store is open.
final class StoreCore: Sendable {
    let path: String
    let catalog: Catalog
    let options: Store.Options
    let fileSystem: FileSystem
    /// Held by the one writer.
    let lock: LockFile?
    /// Writes, seals and publications happen one at a time.
    let writing = Mutex<Void>(())
    /// Batches whose callers wait for the write lock.
    let waiting = Mutex<[WriteRequest]>([])
    /// Held by the one compaction.
    let compaction = Mutex<Void>(())
    /// The thread that has `compaction`, and others while they are in its progress handler: those that must not wait for it.
    let compactors = Mutex<Set<UInt>>([])
    /// The thread that has `writing`, 0 if none has.
    let writer = Atomic<UInt>(0)
    let process: ProcessMark
    /// Numbers the indexes under way, so that two of one segment have files of their own.
    let indexNumber = Atomic<UInt64>(0)
    let recall: RecallKnowledge

    init(
        path: String,
        catalog: Catalog,
        options: Store.Options,
        fileSystem: FileSystem,
        lock: LockFile?
    ) {
        self.path = path
        self.catalog = catalog
        self.options = options
        self.fileSystem = fileSystem
        self.lock = lock
        process = ProcessMark(path: path)
        recall = RecallKnowledge(directory: "\(path)/\(StoreLayout.recall)", fileSystem: fileSystem)
    }

    func requireWriter() throws(StoreError) {
        guard lock != nil else { throw .readOnly(path: path) }
    }

    var segmentsPath: String { "\(path)/\(StoreLayout.segments)" }
    var stagingPath: String { "\(path)/\(StoreLayout.staging)" }
    var textsPath: String { "\(path)/\(StoreLayout.texts)" }

    func segmentPath(_ id: UInt64) -> String {
        "\(segmentsPath)/\(SegmentName.directory(id))"
    }
}

/// The names in a store's directory.
enum StoreLayout {
    static let segments = "segments"
    /// Files being written; cleared when a writer opens.
    static let staging = "staging"
    /// Long texts of the tail, each in a file named by its commit, collection and document.
    static let texts = "texts"
    /// What has been measured of searches, and queries to measure them with (`RecallFile`, `QuerySample`).
    static let recall = "recall"
    static let writerLock = "writer.lock"

    /// What a directory may hold for a store to be made in it: nothing, or what a creation that was cut short left.
    static let namesOfAnUnfinishedStore: Set<String> = [
        segments, staging, texts, recall, writerLock, Catalog.unfinishedFileName,
        "\(Catalog.unfinishedFileName)-lock", "\(Catalog.fileName)-lock",
        "\(Catalog.fileName)-shrinking",
    ]
}
