import Files
import LMDB
import Synchronization

/// Builds and publishes the indexes that segments lack, or the decision that there can be none, and drops those that their
/// field is to have no more.
struct IndexBuild: Sendable {
    private struct Task: Sendable {
        let segment: Segment
        let field: StoredField
        let work: IndexWork

        var rowCount: Int { segment.rows(of: field.id).count }
    }

    private let collection: Collection
    private let core: StoreCore
    private let tasks: [Task]
    /// By the number of the vector field.
    private let trained: [UInt32: TrainedIndex]

    init(collection: Collection, core: StoreCore, view: CollectionView) throws(StoreError) {
        self.collection = collection
        self.core = core
        var tasks: [Task] = []
        for segment in view.segments {
            for field in view.record.schema.vectorFields {
                guard let work = field.indexWork(of: segment.segment) else { continue }
                tasks.append(Task(segment: segment.segment, field: field, work: work))
            }
        }
        // The longest first, so that threads end together.
        self.tasks = tasks.sorted { $0.rowCount > $1.rowCount }
        var trained: [UInt32: TrainedIndex] = [:]
        for field in Set(tasks.map(\.field.id)) {
            trained[field] = try core.trainedIndex(of: field, in: view.collectionID)
        }
        self.trained = trained
    }

    /// No index is built by more.
    private static let maximumThreadCount = 1_024

    func run(
        threadCount: Int,
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        guard !tasks.isEmpty else { return }
        let total = tasks.reduce(0) { $0 + $1.rowCount }
        // Held while it is told, so that nobody hears of less than before.
        let completed = Mutex(0)
        let takerCount = min(max(1, threadCount), tasks.count)
        // What is left over when there are fewer indexes than threads goes into each build.
        let threadsPerTask = min(max(1, threadCount) / takerCount, Self.maximumThreadCount)
        _ = try concurrentResults(tasks.count, threadCount: takerCount) {
            (index, isOver) throws(StoreError) in
            var rowCount = 0
            try run(tasks[index], threadCount: threadsPerTask) { rows in
                guard !isOver() else { return false }
                defer { rowCount = rows }
                return completed.withLock { completed in
                    completed += rows - rowCount
                    return progress(
                        Progress(stage: .indexing, completed: completed, total: total)
                    )
                }
            }
            // Rows of which there can be no index are done, too.
            completed.withLock { $0 += tasks[index].rowCount - rowCount }
        }
    }

    private func run(
        _ task: Task,
        threadCount: Int,
        progress: (_ rowCount: Int) -> Bool
    ) throws(StoreError) {
        guard case .build(let plan) = task.work else {
            try publish(of: task) { $0.indexes.removeAll { $0.fieldID == task.field.id } }
            return
        }
        // Another call may be building the same index, and writing it at the same time.
        let number = core.indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let staged =
            "\(core.stagingPath)/\(SegmentName.directory(task.segment.id))-index-\(number)"
        do throws(StoreError) {
            let file = try IndexWriter(
                fileSystem: core.fileSystem,
                segment: task.segment,
                field: task.field,
                trained: trained[task.field.id]
            ).write(
                plan,
                to: staged,
                threadCount: threadCount,
                progress: progress
            )
            try publish(file, at: staged, of: task)
        } catch .index(.unbuildable(let reason)) {
            let refusal = SegmentRecord.Refusal(fieldID: task.field.id, reason: reason)
            try publish(of: task) { record in
                record.indexes.removeAll { $0.fieldID == task.field.id }
                record.refusals.append(refusal)
            }
        } catch {
            // What cannot be removed now is swept when a writer opens the store.
            try? core.fileSystem.remove(staged)
            throw error
        }
    }

    /// Puts the index beside the segment's files, durably, under a name that nothing refers to yet, and then into
    /// the catalog.
    private func publish(
        _ file: SegmentFileWriter.Summary,
        at staged: String,
        of task: Task
    ) throws(StoreError) {
        let isWanted = try publish(of: task) { (record) throws(StoreError) in
            // A number that no file ever had: one that was retired under this name may be waited for, or pinned.
            let generation = try core.catalog.read {
                (transaction: borrowing ReadTransaction) throws(StoreError) in
                try transaction.settings(of: core.catalog).nextSegmentID
            }
            let index = SegmentRecord.Index(
                fieldID: task.field.id,
                generation: generation,
                file: file,
                specification: task.field.field.index.description
            )
            let name = SegmentName.index(
                index.fileKind(for: task.field),
                fieldID: index.fieldID,
                generation: index.generation
            )
            try asStoreError { () throws(FileError) in
                try core.fileSystem.move(staged, to: "\(task.segment.path)/\(name)")
                try core.fileSystem.syncDirectory(task.segment.path)
            }
            record.indexes.removeAll { $0.fieldID == task.field.id }
            record.indexes.append(index)
        }
        if !isWanted {
            try asStoreError { () throws(FileError) in try core.fileSystem.remove(staged) }
        }
    }

    /// Changes the segment's record in the catalog, and retires the index file that it names no more.
    ///
    /// - Returns: `false`, and nothing has changed, if the segment is gone because everything in it has died meanwhile, if the
    ///   field has changed, or if another call was faster. Under the write lock, so that none of it can happen before the
    ///   record is put back.
    @discardableResult
    private func publish(
        of task: Task,
        _ change: (inout SegmentRecord) throws(StoreError) -> Void
    ) throws(StoreError) -> Bool {
        try core.withWriteLock { () throws(StoreError) in
            let view = try collection.snapshot(of: core).view
            guard let place = view.index(ofSegment: task.segment.id),
                view.record.schema.vectorFields.first(where: { $0.id == task.field.id })?.field
                    .index
                    == task.field.field.index,
                task.field.indexWork(of: view.segments[place].segment) != nil
            else { return false }
            let old = view.segments[place].segment.record
            var record = old
            try change(&record)
            let changed = record
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                for index in old.indexes where !changed.indexes.contains(index) {
                    let name = SegmentName.index(
                        index.fileKind(for: task.field),
                        fieldID: index.fieldID,
                        generation: index.generation
                    )
                    let directory = SegmentName.directory(task.segment.id)
                    try transaction.retire(
                        "\(StoreLayout.segments)/\(directory)/\(name)",
                        of: core.catalog
                    )
                }
                try transaction.put(
                    .segments,
                    CatalogKey.segment(task.segment.id, of: collection.id),
                    changed.encoded(),
                    of: core.catalog
                )
                var settings = try transaction.settings(of: core.catalog)
                settings.nextSegmentID += 1
                try transaction.put(settings, of: core.catalog)
                try transaction.bumpLayout(of: view, catalog: core.catalog)
            }
            return true
        }
    }
}

extension WriteTransaction {
    /// Tells readers to load the collection's segments anew.
    mutating func bumpLayout(of view: CollectionView, catalog: Catalog) throws(StoreError) {
        var state = view.state
        state.layout += 1
        try put(.states, CatalogKey.collection(view.collectionID), state.encoded(), of: catalog)
        try put(try settings(of: catalog), of: catalog)
    }
}
