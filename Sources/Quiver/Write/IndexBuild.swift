import Files
import Indexes
import LMDB
import Synchronization
import Threads

/// Builds and publishes the indexes that a snapshot's segments lack, or the decision that there can be none.
struct IndexBuild: Sendable {
    private struct Task: Sendable {
        let segment: Segment
        let field: StoredField
        let plan: IndexPlan
    }

    private let collection: Collection
    private let core: StoreCore
    private let tasks: [Task]

    init(collection: Collection, core: StoreCore, snapshot: Snapshot) {
        self.collection = collection
        self.core = core
        var tasks: [Task] = []
        for view in snapshot.segments {
            for field in snapshot.record.fields {
                guard let plan = field.missingIndex(of: view.segment) else { continue }
                tasks.append(Task(segment: view.segment, field: field, plan: plan))
            }
        }
        // The longest first, so that threads end together.
        self.tasks = tasks.sorted { $0.segment.documentCount > $1.segment.documentCount }
    }

    /// No index is built by more.
    private static let maximumThreadCount = 1_024

    func run(
        threadCount: Int,
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        guard !tasks.isEmpty else { return }
        let total = tasks.reduce(0) { $0 + $1.segment.documentCount }
        let completed = Atomic<Int>(0)
        let next = Atomic<Int>(0)
        let failure = Mutex<StoreError?>(nil)
        let takerCount = min(max(1, threadCount), tasks.count)
        // What is left over when there are fewer indexes than threads goes into each build.
        let threadsPerTask = min(max(1, threadCount) / takerCount, Self.maximumThreadCount)
        concurrently(takerCount) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < tasks.count, failure.withLock({ $0 == nil }) else { return }
                var rowCount = 0
                do throws(StoreError) {
                    try build(tasks[index], threadCount: threadsPerTask) { rows in
                        let now = completed.wrappingAdd(rows - rowCount, ordering: .relaxed)
                            .newValue
                        rowCount = rows
                        return failure.withLock { $0 == nil }
                            && progress(Progress(stage: .indexing, completed: now, total: total))
                    }
                    // Rows of which there can be no index are done, too.
                    completed.wrappingAdd(
                        tasks[index].segment.documentCount - rowCount,
                        ordering: .relaxed
                    )
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func build(
        _ task: Task,
        threadCount: Int,
        progress: (_ rowCount: Int) -> Bool
    ) throws(StoreError) {
        // Another call may be building the same index, and writing it at the same time.
        let number = core.indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let staged =
            "\(core.stagingPath)/\(SegmentName.directory(task.segment.id))-index-\(number)"
        do throws(StoreError) {
            let index = SegmentRecord.Index(
                fieldID: task.field.id,
                generation: 1,
                file: try write(task, to: staged, threadCount: threadCount, progress: progress)
            )
            try publish(index, at: staged, of: task)
        } catch .index(.unbuildable(let reason)) {
            try publish(SegmentRecord.Refusal(fieldID: task.field.id, reason: reason), of: task)
        } catch {
            // What cannot be removed now is swept when a writer opens the store.
            try? core.fileSystem.remove(staged)
            throw error
        }
    }

    private func write(
        _ task: Task,
        to path: String,
        threadCount: Int,
        progress: (_ rowCount: Int) -> Bool
    ) throws(StoreError) -> SegmentFileWriter.Summary {
        let rows = try task.segment.rows(of: task.field.id)
        switch task.plan {
        case .graph(let parameters):
            let graph = try building { () throws(IndexError) in
                try GraphIndex.build(
                    rows: rows,
                    parameters: parameters,
                    threadCount: threadCount,
                    progress: progress
                )
            }
            return try asStoreError { () throws(FileError) in
                var file = try SegmentFileWriter(creating: path, kind: .graph, in: core.fileSystem)
                try file.append(graph)
                return try file.finish()
            }
        case .faiss(let kind):
            var settings = FAISSBuildSettings()
            settings.threadCount = threadCount
            let built = try building { () throws(IndexError) in
                try FAISSIndex.build(rows: rows, kind: kind, settings: settings, progress: progress)
            }
            var file = try asStoreError { () throws(FileError) in
                try SegmentFileWriter(creating: path, kind: .faiss, in: core.fileSystem)
            }
            var failure: FileError?
            try building { () throws(IndexError) in
                try built.write { bytes in
                    do throws(FileError) {
                        try file.append(bytes)
                        return true
                    } catch {
                        failure = error
                        return false
                    }
                }
            } orElse: {
                failure.map(StoreError.file)
            }
            return try finish(file)
        }
    }

    private func finish(
        _ file: consuming SegmentFileWriter
    ) throws(StoreError) -> SegmentFileWriter.Summary {
        do {
            return try file.finish()
        } catch {
            throw .file(error)
        }
    }

    /// Runs `body` with the store's errors; `orElse` says what else stopped it.
    private func building<Result: ~Copyable>(
        _ body: () throws(IndexError) -> Result,
        orElse: () -> StoreError? = { nil }
    ) throws(StoreError) -> Result {
        do {
            return try body()
        } catch {
            if let other = orElse() { throw other }
            throw error == .cancelled ? .cancelled : .index(error)
        }
    }

    /// Puts the index beside the segment's files, durably, under a name that nothing refers to yet, and then into
    /// the catalog.
    private func publish(
        _ index: SegmentRecord.Index,
        at staged: String,
        of task: Task
    ) throws(StoreError) {
        try core.withWriteLock { () throws(StoreError) in
            guard var record = try undecidedRecord(of: task) else {
                return try asStoreError { () throws(FileError) in
                    try core.fileSystem.remove(staged)
                }
            }
            let name = SegmentName.index(
                task.field.indexFileKind,
                fieldID: index.fieldID,
                generation: index.generation
            )
            try asStoreError { () throws(FileError) in
                try core.fileSystem.move(staged, to: "\(task.segment.path)/\(name)")
                try core.fileSystem.syncDirectory(task.segment.path)
            }
            record.indexes.append(index)
            try put(record, of: task)
        }
    }

    /// Puts into the catalog that the rows are to have no index, so that nobody tries again.
    private func publish(_ refusal: SegmentRecord.Refusal, of task: Task) throws(StoreError) {
        try core.withWriteLock { () throws(StoreError) in
            guard var record = try undecidedRecord(of: task) else { return }
            record.refusals.append(refusal)
            try put(record, of: task)
        }
    }

    /// The segment's record; `nil` if it is gone because everything in it has died meanwhile, or if another call was
    /// faster. Under the write lock, so that neither can happen before the record is put back.
    private func undecidedRecord(of task: Task) throws(StoreError) -> SegmentRecord? {
        let record = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.record(
                .segments,
                CatalogKey.segment(task.segment.id, of: collection.id),
                of: core.catalog,
                SegmentRecord.decode
            )
        }
        guard let record, !record.indexes.contains(where: { $0.fieldID == task.field.id }),
            !record.refusals.contains(where: { $0.fieldID == task.field.id })
        else { return nil }
        return record
    }

    private func put(_ record: SegmentRecord, of task: Task) throws(StoreError) {
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            guard
                var state = try transaction.record(
                    .states,
                    CatalogKey.collection(collection.id),
                    of: core.catalog,
                    CollectionState.decode
                )
            else { throw .unknownCollection(collection.name) }
            state.layout += 1
            try transaction.put(
                .segments,
                CatalogKey.segment(task.segment.id, of: collection.id),
                record.encoded(),
                of: core.catalog
            )
            try transaction.put(
                .states,
                CatalogKey.collection(collection.id),
                state.encoded(),
                of: core.catalog
            )
        }
    }
}
