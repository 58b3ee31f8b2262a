import Files
import Glibc
import Synchronization

/// Writes the neighbours of one query after the other, in stretches that are durable when they are done.
struct NeighbourWork: ~Copyable {
    private let search: NeighbourSearch
    private let path: String
    private let format: NeighbourFormat
    private let fileSystem: FileSystem
    private var file: AppendedFile
    private var log: AppendedFile
    private let stretchCount: Int

    /// Queries whose neighbours are written.
    private(set) var completed: Int

    /// Begins, or goes on where an earlier call ended.
    ///
    /// - Throws: `invalidSearch` if that asked something else; `file`.
    init(_ search: NeighbourSearch, path: String) throws(StoreError) {
        let format = NeighbourFormat(k: search.request.k, queryCount: search.queryCount)
        let (part, logPath) = (path + ".part", path + ".part.log")
        var known = NeighbourLog(identity: search.identity)
        if access(logPath, F_OK) == 0 {
            let bytes = try asStoreError { () throws(FileError) in try MappedFile(path: logPath) }
            guard let found = NeighbourLog(bytes.unsafeBytes, identity: search.identity) else {
                throw .invalidSearch(
                    reason: "\(part) was begun for another question or another state of the "
                        + "collection; remove it and \(logPath) to begin anew"
                )
            }
            known = found
            withExtendedLifetime(bytes) {}
        }
        var (completed, kept) = (0, 0)
        if access(part, F_OK) == 0 {
            let bytes = try asStoreError { () throws(FileError) in try MappedFile(path: part) }
            (completed, kept) = known.verify(bytes.unsafeBytes, format)
            withExtendedLifetime(bytes) {}
        } else {
            known = NeighbourLog(identity: search.identity)
        }
        let fileSystem = FileSystem.system
        let file = try Self.opened(part, keeping: kept, beginning: format.header, fileSystem)
        // The log is written anew as far as the file bears it out.
        let text = Array(known.text.utf8)
        let log = try Self.opened(logPath, keeping: 0, beginning: text, fileSystem)
        try asStoreError { () throws(FileError) in
            try fileSystem.syncDirectory(folder(of: path))
        }
        self.search = search
        self.path = path
        self.format = format
        self.fileSystem = fileSystem
        self.file = file
        self.log = log
        self.completed = completed
        stretchCount = search.stretchCount
    }

    /// A file of which the first bytes are kept, or that begins with others.
    private static func opened(
        _ path: String,
        keeping kept: Int,
        beginning: [UInt8],
        _ fileSystem: FileSystem
    ) throws(StoreError) -> AppendedFile {
        do throws(FileError) {
            var file = try AppendedFile(path, keeping: kept, in: fileSystem)
            if kept == 0 {
                try beginning.withBytes { (bytes) throws(FileError) in try file.append(bytes) }
            }
            try file.sync()
            return file
        } catch {
            throw .file(error)
        }
    }

    /// Answers as many queries as the memory allows and writes what is found.
    mutating func writeStretch(
        _ progress: @Sendable (_ completed: Int, _ total: Int) -> Bool
    ) throws(StoreError) {
        let first = completed
        let stretch = first..<min(search.queryCount, first + stretchCount)
        let given = try search.given(stretch)
        let size = search.sharesBlocks ? NeighbourSearch.batchCount : 1
        let portions = stride(from: first, to: stretch.upperBound, by: size).map {
            $0..<min($0 + size, stretch.upperBound)
        }
        let done = Atomic<Int>(first)
        let (search, format) = (search, format)
        let records = try concurrentResults(
            portions.count,
            threadCount: search.request.threadCount
        ) { (place, _) throws(StoreError) in
            let range = portions[place]
            let dimension = search.field.field.dimension
            let own = given.map { given in
                given[
                    (range.lowerBound - first) * dimension..<(range.upperBound - first) * dimension
                ]
            }
            guard progress(done.load(ordering: .relaxed), search.queryCount) else {
                throw .cancelled
            }
            let bytes = try search.records(range, given: own, format)
            done.add(range.count, ordering: .relaxed)
            return bytes
        }
        let bytes = Array(records.joined())
        let line = Array(
            NeighbourLog.line(stretch.count, bytes.withBytes { checksum($0) }).utf8
        )
        do throws(FileError) {
            try bytes.withBytes { (bytes) throws(FileError) in try file.append(bytes) }
            try file.sync()
            try line.withBytes { (bytes) throws(FileError) in try log.append(bytes) }
            try log.sync()
        } catch {
            throw .file(error)
        }
        completed = stretch.upperBound
    }

    /// Gives the file its name.
    consuming func finish() throws(StoreError) {
        let path = path
        try asStoreError { () throws(FileError) in
            try fileSystem.move(path + ".part", to: path)
            try fileSystem.remove(path + ".part.log")
            try fileSystem.syncDirectory(folder(of: path))
        }
    }
}

/// The folder that a path names a file of.
private func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

extension NeighbourSearch {
    /// Queries that are answered before their neighbours are written.
    fileprivate var stretchCount: Int {
        // The vector where it is given, its record, and the record in the array of all.
        let given = if case .vectors = request.queries { 4 * field.field.dimension } else { 0 }
        let byteCount = given + 2 * 12 * request.k + 64
        return max(1, min(1 << 16, request.memoryByteCount / byteCount))
    }

    /// The vectors of some queries, where they come from elsewhere.
    fileprivate func given(_ range: Range<Int>) throws(StoreError) -> [Float]? {
        guard case .vectors(_, _, let read) = request.queries else { return nil }
        let numbers = try read(range)
        guard numbers.count == range.count * field.field.dimension else {
            throw .dimensionMismatch(
                key: nil,
                field: field.field.name,
                expected: field.field.dimension,
                found: numbers.count / max(1, range.count)
            )
        }
        return numbers
    }

    /// What is asked, of what, and how rows are numbered there, on one line.
    fileprivate var identity: String {
        let view = snapshot.view
        var words = [
            "quiver neighbours 1", "collection \(view.collectionID)", "field \(field.id)",
            "commit \(view.state.commit)",
            "segments \(view.segments.map { "\($0.segment.id)" }.joined(separator: ","))",
            "tail \(view.tail.count)", "k \(request.k)", "\(request.mode)",
            "efSearch \(request.efSearch ?? 0)", "nprobe \(request.nprobe ?? 0)",
            "candidateFactor \(request.candidateFactor ?? 0)",
        ]
        if let filter = request.filter { words.append("filter \(String(reflecting: filter))") }
        if case .vectors(let name, let count, _) = request.queries {
            words.append("vectors \(count) \(name)")
        }
        return String(
            words.joined(separator: "; ").map { $0.isNewline ? " " : $0 }
        )
    }
}
