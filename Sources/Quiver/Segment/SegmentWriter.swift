import Files
import Synchronization

/// Writes the files of a new segment into a directory under `staging`.
struct SegmentWriter: Sendable {
    /// What is told how far the writing has come; it throws to stop it.
    typealias Step = (_ stepCount: Int, _ total: Int) throws(StoreError) -> Void

    /// In the order of their keys.
    let documents: [CollectionView.Location]
    /// Where the documents are, and the schema that the segment is to have.
    let view: CollectionView
    let directory: String
    let fileSystem: FileSystem

    /// Writes and syncs the files, then the directory; its name is not durable yet. Memory is some bytes a row beside the
    /// buffers.
    func write(progress: Step) throws(StoreError) -> SegmentRecord {
        try makeDirectory()
        let parts = parts
        let total = parts.count * documents.count
        var written: [SegmentPart.Written] = []
        for (index, part) in parts.enumerated() {
            written.append(
                try part.write { (count) throws(StoreError) in
                    try progress(index * documents.count + count, total)
                }
            )
        }
        return try finish(written)
    }

    /// The same with up to two threads, each of which writes one part after the other. More would gain nothing: half of the
    /// bytes and more are rows, which are one part, and each has the norms of its rows in memory.
    func write(
        threadCount: Int,
        progress: @Sendable (_ stepCount: Int, _ total: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> SegmentRecord {
        try makeDirectory()
        let parts = parts
        let total = parts.count * documents.count
        // Held while it is told, so that nobody hears of less than before.
        let done = Mutex(0)
        let written = try concurrentResults(parts.count, threadCount: min(threadCount, 2)) {
            (index, isOver) throws(StoreError) in
            var before = 0
            return try parts[index].write { (count) throws(StoreError) in
                if isOver() { throw .cancelled }
                try done.withLock { (done) throws(StoreError) in
                    done += count - before
                    try progress(done, total)
                }
                before = count
            }
        }
        return try finish(written)
    }

    /// The longest come first, so that threads end together.
    private var parts: [SegmentPart] {
        let contents =
            view.record.schema.vectorFields.map { SegmentPart.Content.rows($0) }
            + [.texts, .fields, .keys]
            + view.record.schema.fields.filter(\.field.type.hasOrder).map { .order($0) }
        return contents.map { content in
            SegmentPart(
                content: content,
                documents: documents,
                view: view,
                directory: directory,
                fileSystem: fileSystem
            )
        }
    }

    private func makeDirectory() throws(StoreError) {
        try asStoreError { () throws(FileError) in
            try fileSystem.remove(directory)
            try fileSystem.makeDirectory(directory)
        }
    }

    private func finish(_ written: [SegmentPart.Written]) throws(StoreError) -> SegmentRecord {
        let files = written.flatMap(\.files)
        let versions = written.lazy.compactMap(\.versions).first ?? 0...0
        let manifest = SegmentManifest(
            collectionID: view.collectionID,
            collectionName: view.record.name,
            schema: view.record.schema,
            documentCount: UInt64(documents.count),
            lowestVersion: versions.lowerBound,
            highestVersion: versions.upperBound,
            files: files
        )
        return try asStoreError { () throws(FileError) in
            var file = try SegmentFileWriter(
                creating: "\(directory)/\(SegmentName.manifest)",
                kind: .manifest,
                in: fileSystem
            )
            try file.append(manifest.encoded())
            let summary = try file.finish()
            try fileSystem.syncDirectory(directory)
            return SegmentRecord(
                documentCount: manifest.documentCount,
                byteCount: files.reduce(summary.byteCount) { $0 + $1.summary.byteCount },
                manifest: summary
            )
        }
    }
}
