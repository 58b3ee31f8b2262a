import Files
import Indexes
import LMDB
import Synchronization
import Threads

/// Builds and publishes the graphs that a snapshot's segments lack.
struct GraphBuild: Sendable {
    private struct Task: Sendable {
        let segment: Segment
        let field: StoredField
    }

    private let collection: Collection
    private let core: StoreCore
    private let tasks: [Task]

    init(collection: Collection, core: StoreCore, snapshot: Snapshot) {
        self.collection = collection
        self.core = core
        var tasks: [Task] = []
        for view in snapshot.segments {
            for field in snapshot.record.fields
            where field.wantsGraph(over: view.segment.documentCount)
                && !view.segment.hasGraph(of: field.id)
            {
                tasks.append(Task(segment: view.segment, field: field))
            }
        }
        // The longest first, so that threads end together.
        self.tasks = tasks.sorted { $0.segment.documentCount > $1.segment.documentCount }
    }

    func run(
        threadCount: Int,
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        guard !tasks.isEmpty else { return }
        let total = tasks.reduce(0) { $0 + $1.segment.documentCount }
        let completed = Atomic<Int>(0)
        let next = Atomic<Int>(0)
        let failure = Mutex<StoreError?>(nil)
        concurrently(min(max(1, threadCount), tasks.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < tasks.count, failure.withLock({ $0 == nil }) else { return }
                var rowCount = 0
                do throws(StoreError) {
                    try build(tasks[index]) { rows in
                        let now = completed.wrappingAdd(rows - rowCount, ordering: .relaxed)
                            .newValue
                        rowCount = rows
                        return failure.withLock { $0 == nil }
                            && progress(Progress(stage: .indexing, completed: now, total: total))
                    }
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func build(_ task: Task, progress: (_ rowCount: Int) -> Bool) throws(StoreError) {
        let segment = task.segment
        let rows = try segment.rows(of: task.field.id)
        let graph: [UInt8]
        do {
            graph = try GraphIndex.build(
                rows: rows,
                parameters: GraphParameters(),
                progress: progress
            )
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .index(error)
        }
        let index = try write(graph, of: task)
        try publish(index, of: task)
    }

    /// Puts the graph beside the segment's files, durably, under a name that nothing refers to yet.
    private func write(_ graph: [UInt8], of task: Task) throws(StoreError) -> SegmentRecord.Index {
        let generation: UInt64 = 1
        let name = SegmentName.graph(fieldID: task.field.id, generation: generation)
        let staged = "\(core.stagingPath)/\(SegmentName.directory(task.segment.id))-\(name)"
        return try asStoreError { () throws(FileError) in
            try core.fileSystem.remove(staged)
            var file = try SegmentFileWriter(creating: staged, kind: .graph, in: core.fileSystem)
            try file.append(graph)
            let summary = try file.finish()
            try core.fileSystem.move(staged, to: "\(task.segment.path)/\(name)")
            try core.fileSystem.syncDirectory(task.segment.path)
            return SegmentRecord.Index(
                fieldID: task.field.id,
                generation: generation,
                file: summary
            )
        }
    }

    private func publish(_ index: SegmentRecord.Index, of task: Task) throws(StoreError) {
        try core.withWriteLock { () throws(StoreError) in
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                let key = CatalogKey.segment(task.segment.id, of: collection.id)
                // Gone if everything in it has died meanwhile.
                guard
                    var record = try transaction.record(
                        .segments,
                        key,
                        of: core.catalog,
                        SegmentRecord.decode
                    ),
                    !record.indexes.contains(where: { $0.fieldID == index.fieldID }),
                    var state = try transaction.record(
                        .states,
                        CatalogKey.collection(collection.id),
                        of: core.catalog,
                        CollectionState.decode
                    )
                else { return }
                record.indexes.append(index)
                state.layout += 1
                try transaction.put(.segments, key, record.encoded(), of: core.catalog)
                try transaction.put(
                    .states,
                    CatalogKey.collection(collection.id),
                    state.encoded(),
                    of: core.catalog
                )
            }
        }
    }
}
