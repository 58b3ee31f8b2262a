import Files
import LMDB
import TextIndex

/// Builds and publishes the inverted indexes that segments lack: those of older formats, of fields that came later, and of
/// what `repair` left behind.
struct InvertedIndexBuild {
    private struct Task {
        /// Place in the view.
        let place: Int
        let field: InvertedField
    }

    private let collection: Collection
    private let core: StoreCore
    private let view: CollectionView
    private let tasks: [Task]

    init(collection: Collection, core: StoreCore, view: CollectionView) {
        self.collection = collection
        self.core = core
        self.view = view
        tasks = view.segments.indices.flatMap { place in
            view.record.schema.invertedFields
                .filter { view.segments[place].segment.invertedIndexRecord(of: $0) == nil }
                .map { Task(place: place, field: $0) }
        }
    }

    func run(progress: (Progress) -> Bool) throws(StoreError) {
        let total = tasks.reduce(0) { $0 + view.segments[$1.place].segment.documentCount }
        var done = 0
        for task in tasks {
            try run(task) { (count) throws(StoreError) in
                let now = Progress(stage: .indexing, completed: done + count, total: total)
                guard progress(now) else { throw .cancelled }
            }
            done += view.segments[task.place].segment.documentCount
        }
    }

    private func run(
        _ task: Task,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        let segment = view.segments[task.place].segment
        // Another call may be building the same index, and writing it at the same time.
        let number = core.indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let staged = "\(core.stagingPath)/\(SegmentName.directory(segment.id))-words-\(number)"
        func path(_ part: TextIndexPart) -> String { "\(staged)-\(part.rawValue)" }
        let work = InvertedIndexWork(
            field: task.field,
            documents: (0..<segment.documentCount).map { .segment(task.place, ordinal: $0) },
            view: view,
            fileSystem: core.fileSystem,
            path: path
        )
        do throws(StoreError) {
            let files = try work.write(progress: progress)
            try publish(files, of: task, at: path)
        } catch {
            // What cannot be removed now is swept when a writer opens the store.
            for part in TextIndexPart.allCases { try? core.fileSystem.remove(path(part)) }
            throw error
        }
    }

    /// Puts the files beside the segment's, durably, under names that nothing refers to yet, and then into the catalog; unless the
    /// segment is gone meanwhile, the field is another, or another call was faster.
    private func publish(
        _ files: [SegmentFileWriter.Summary],
        of task: Task,
        at staged: (TextIndexPart) -> String
    ) throws(StoreError) {
        let segment = view.segments[task.place].segment
        try core.withWriteLock { () throws(StoreError) in
            let current = try collection.snapshot(of: core).view
            guard let place = current.index(ofSegment: segment.id),
                current.record.schema.invertedFields.contains(task.field),
                current.segments[place].segment.invertedIndexRecord(of: task.field) == nil
            else {
                return try asStoreError { () throws(FileError) in
                    for part in TextIndexPart.allCases { try core.fileSystem.remove(staged(part)) }
                }
            }
            let index = SegmentRecord.Inverted(
                fieldID: task.field.id,
                // A number that no file ever had.
                generation: try core.catalog.read {
                    (transaction: borrowing ReadTransaction) throws(StoreError) in
                    try transaction.settings(of: core.catalog).nextSegmentID
                },
                specification: task.field.specification,
                files: files
            )
            try asStoreError { () throws(FileError) in
                for (part, name) in zip(TextIndexPart.allCases, index.names) {
                    try core.fileSystem.move(staged(part), to: "\(segment.path)/\(name)")
                }
                try core.fileSystem.syncDirectory(segment.path)
            }
            var record = current.segments[place].segment.record
            record.invertedIndexes.append(index)
            let changed = record
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                try transaction.put(
                    .segments,
                    CatalogKey.segment(segment.id, of: collection.id),
                    changed.encoded(),
                    of: core.catalog
                )
                var settings = try transaction.settings(of: core.catalog)
                settings.nextSegmentID += 1
                try transaction.put(settings, of: core.catalog)
                try transaction.bumpLayout(of: current, catalog: core.catalog)
            }
        }
    }
}
