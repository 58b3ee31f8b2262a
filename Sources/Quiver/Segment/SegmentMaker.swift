import CGlibc
import Files

/// Writes a segment with its indexes into a directory of its own.
struct SegmentMaker {
    /// Where the documents are, and the schema that the segment is to have.
    let view: CollectionView
    let fileSystem: FileSystem
    let threadCount: Int
    /// Anonymous memory for inverted indexes while they are made.
    let textMemoryByteCount: Int

    /// Writes and syncs everything of `documents`, which are in the order of their keys, and opens it. The directory's name is
    /// not durable yet.
    ///
    /// - Parameter progress: `compacting` counts steps of the writing, `indexing` rows of one index.
    func make(
        _ documents: [CollectionView.Location],
        at directory: String,
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) -> Segment {
        let writer = SegmentWriter(
            documents: documents,
            view: view,
            directory: directory,
            fileSystem: fileSystem
        )
        var record = try writer.write(threadCount: threadCount) {
            (done, total) throws(StoreError) in
            let now = Progress(stage: .compacting, completed: done, total: total)
            guard progress(now) else { throw .cancelled }
        }
        record.invertedIndexes = try InvertedIndexWork.writeAll(
            of: documents,
            in: view,
            to: directory,
            fileSystem: fileSystem,
            memoryByteCount: textMemoryByteCount
        ) { (done, total) throws(StoreError) in
            let now = Progress(stage: .compacting, completed: total, total: total)
            guard progress(now) else { throw .cancelled }
        }
        let schema = view.record.schema
        let bare = try Segment(id: 0, path: directory, record: record, schema: schema)
        for field in schema.vectorFields {
            guard case .build(let plan) = field.indexWork(of: bare) else { continue }
            let specification = field.field.index
            let name = SegmentName.index(specification.fileKind, fieldID: field.id, generation: 1)
            let total = bare.rows(of: field.id).count
            do throws(StoreError) {
                let index = IndexWriter(fileSystem: fileSystem, segment: bare, field: field)
                let file = try index.write(
                    plan,
                    to: "\(directory)/\(name)",
                    threadCount: threadCount
                ) { rows in
                    progress(Progress(stage: .indexing, completed: rows, total: total))
                }
                record.indexes.append(
                    .init(
                        fieldID: field.id,
                        generation: 1,
                        file: file,
                        specification: specification.description
                    )
                )
            } catch .index(.unbuildable(let reason)) {
                record.refusals.append(.init(fieldID: field.id, reason: reason))
            }
            // The allocator keeps what a build has freed, for each thread that has built, and the next build may not find it:
            // both together would pass the memory that a compaction may take.
            cglibc_give_back_freed_memory()
        }
        if !record.indexes.isEmpty {
            try asStoreError { () throws(FileError) in try fileSystem.syncDirectory(directory) }
        }
        return try Segment(
            id: 0,
            path: directory,
            record: record,
            schema: schema,
            reusing: bare
        )
    }
}
