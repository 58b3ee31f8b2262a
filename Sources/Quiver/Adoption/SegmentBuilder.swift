import Files

/// Makes segments apart from any store, indexes included, for a collection to adopt: so several processes, or machines, can share
/// the work of a bulk load.
///
/// Documents may come in any order; of two with the same key the later one stays. A segment is written whenever the memory
/// is used up.
public struct SegmentBuilder: ~Copyable {
    private let directory: String
    private let fileSystem: FileSystem
    private let threadCount: Int
    private let memoryByteCount: Int
    private var view: CollectionView
    private var index: TailIndex
    private var byteCount = 0
    private var paths: [String] = []

    /// A builder that makes its segments in the directory `directory`, which must not exist yet.
    ///
    /// - Parameters:
    ///   - directory: made here; its parent must be there.
    ///   - schema: the collection's.
    ///   - memoryByteCount: anonymous memory, the building of graphs included; at least
    ///     `CompactionOptions.minimumMemoryByteCount`.
    ///   - threadCount: threads that may work at once, the caller's included.
    /// - Throws: `alreadyExists`, `tooLittleMemory`, `file`.
    public init(
        at directory: String,
        schema: CollectionSchema,
        memoryByteCount: Int = 256 << 20,
        threadCount: Int = 1
    ) throws(StoreError) {
        guard memoryByteCount >= CompactionOptions.minimumMemoryByteCount else {
            throw .tooLittleMemory(
                found: memoryByteCount,
                minimum: CompactionOptions.minimumMemoryByteCount
            )
        }
        let kind = try asStoreError { () throws(FileError) in try fileKind(directory) }
        guard kind == .missing else { throw .alreadyExists(path: directory) }
        try asStoreError { () throws(FileError) in
            try FileSystem.system.makeDirectory(directory)
        }
        fileSystem = .system
        self.directory = directory
        self.threadCount = threadCount
        self.memoryByteCount = memoryByteCount
        view = CollectionView(collectionID: 0, record: schema.record, state: CollectionState())
        index = TailIndex(view)
    }

    /// Adds documents. They are checked as `Collection.write` checks them.
    public mutating func add(_ documents: [Document]) throws(StoreError) {
        var latest: [Key: Int] = [:]
        for (place, document) in documents.enumerated() { latest[document.key] = place }
        var batch = WriteBatch()
        for (place, document) in documents.enumerated() where latest[document.key] == place {
            batch.upsert(document)
        }
        let prepared = try PreparedBatch(batch, collection: view.record)
        var kills: [Kill] = []
        for document in prepared.documents {
            guard let place = index.places[document.key] else { continue }
            let (unit, ordinal) = view.committed(place)
            kills.append(Kill(unit: unit, ordinal: ordinal))
        }
        var writer = TailBlockWriter()
        writer.append(documents: prepared.documents, longTexts: [:], kills: kills)
        writer.append(fieldsOf: prepared.documents)
        for rows in prepared.rows { writer.append(rows: rows, of: rows.field) }
        view.state.commit += 1
        let commit = try TailCommit.reading(
            writer.blocks,
            of: view.collectionID,
            number: view.state.commit,
            schema: view.record.schema
        ) { (_, _, _) throws(StoreError) in
            throw .damaged(file: Catalog.fileName, reason: "names a text in a file")
        }
        try view.apply(commit, catalogPath: directory)
        index.apply(view, prepared)
        byteCount += prepared.tailByteCount
        // As much again is needed to write them, and for the graph.
        if byteCount > memoryByteCount / 3 { try flush { _ in true } }
    }

    /// Writes what is left and gives the folders of the segments, in the order in which they are to be adopted.
    public consuming func finish(
        progress: @Sendable (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> [String] {
        try flush(progress: progress)
        try asStoreError { [fileSystem, directory] () throws(FileError) in
            try fileSystem.syncDirectory(directory)
        }
        return paths
    }

    private mutating func flush(
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        let documents = try view.sortedTailDocuments()
        guard !documents.isEmpty else { return }
        let path = "\(directory)/\(SegmentName.directory(UInt64(paths.count)))"
        let maker = SegmentMaker(
            view: view,
            fileSystem: fileSystem,
            threadCount: threadCount,
            textMemoryByteCount: memoryByteCount / 4
        )
        let segment = try maker.make(documents, at: path, progress: progress)
        do {
            var file = try SegmentFileWriter(
                creating: "\(path)/\(SegmentName.file(kind: .record, fieldID: 0))",
                kind: .record,
                in: fileSystem
            )
            try file.append(segment.record.encoded())
            _ = try file.finish()
            try fileSystem.syncDirectory(path)
        } catch {
            throw .file(error)
        }
        paths.append(path)
        view.tail = []
        view.state = CollectionState()
        index = TailIndex(view)
        byteCount = 0
    }
}
