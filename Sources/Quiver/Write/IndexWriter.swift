import Files
import Indexes

/// Builds the index of one field of a segment and writes its file.
struct IndexWriter {
    let fileSystem: FileSystem
    let segment: Segment
    let field: StoredField
    /// What an index of its kind begins with.
    var trained: TrainedIndex?

    /// - Throws: `index(.unbuildable)` if there can be none of the rows; `cancelled`, `index`, `file`, `damaged`.
    func write(
        _ plan: IndexPlan,
        to path: String,
        threadCount: Int,
        progress: (_ rowCount: Int) -> Bool
    ) throws(StoreError) -> SegmentFileWriter.Summary {
        guard let rows = try segment.rows(of: field.id).rows() else {
            throw .index(.unbuildable(reason: "there are no rows"))
        }
        defer { withExtendedLifetime(segment) {} }
        switch plan {
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
                var file = try SegmentFileWriter(creating: path, kind: .graph, in: fileSystem)
                try file.append(graph)
                return try file.finish()
            }
        case .faiss(let kind):
            var settings = FAISSBuildSettings()
            settings.threadCount = threadCount
            let built = try building { () throws(IndexError) in
                try FAISSIndex.build(
                    rows: rows,
                    kind: kind,
                    trained: trained?.kind == kind ? trained : nil,
                    settings: settings,
                    progress: progress
                )
            }
            var file = try asStoreError { () throws(FileError) in
                try SegmentFileWriter(creating: path, kind: .faiss, in: fileSystem)
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
}
