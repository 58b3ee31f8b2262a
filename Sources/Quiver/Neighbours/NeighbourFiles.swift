import Files
import Glibc

/// The file of neighbours as it is written, and its log.
///
/// The log is there before the file, whose name alone shows nobody whose it is: bytes that no log is about are never touched. What
/// the log says of them is said after they are durable, so that at any instant the file has what the log says.
struct NeighbourFiles: ~Copyable {
    private let path: String
    private let fileSystem: FileSystem
    private var file: AppendedFile
    private var log: AppendedFile
    /// Queries whose records are durable.
    private(set) var completed: Int

    private static func partPath(_ path: String) -> String { path + ".part" }
    private static func logPath(_ path: String) -> String { path + ".part.log" }

    /// Begins, or goes on where an earlier call ended.
    ///
    /// - Throws: `alreadyExists`, `begunOtherwise`, `lockedByWriter`, `invalidSearch`, `file`.
    init(
        _ path: String,
        _ question: NeighbourLog.Question,
        _ format: NeighbourFormat,
        in fileSystem: FileSystem = .system
    ) throws(StoreError) {
        let (part, logPath) = (Self.partPath(path), Self.logPath(path))
        try Self.requireUsable(path)
        let isLogThere = try Self.isThere(logPath)
        let isPartThere = try Self.isThere(part)
        guard isLogThere || !isPartThere else { throw .alreadyExists(path: part) }
        var log = try Self.opened(logPath, of: part, in: fileSystem)
        // Another process may have finished it meanwhile.
        try Self.requireUsable(path)
        let kept = try Self.kept(part, logPath, question, format)
        do throws(FileError) {
            try log.cut(to: kept?.logByteCount ?? 0)
            if kept == nil {
                try log.append(text: NeighbourLog.head(question))
                try log.sync()
            }
        } catch {
            throw .file(error)
        }
        var file = try Self.opened(part, of: part, in: fileSystem)
        do throws(FileError) {
            try file.cut(to: kept?.byteCount ?? 0)
            if file.byteCount == 0 {
                try format.header.withBytes { (bytes) throws(FileError) in try file.append(bytes) }
            }
            try file.sync()
            try fileSystem.syncDirectory(folder(of: path))
        } catch {
            throw .file(error)
        }
        self.path = path
        self.fileSystem = fileSystem
        self.file = file
        self.log = log
        completed = kept?.queryCount ?? 0
    }

    /// Adds the records of the next queries, which are durable then.
    mutating func append(_ records: [UInt8], queryCount: Int) throws(StoreError) {
        let line = NeighbourLog.line(queryCount, records.withBytes { checksum($0) })
        do throws(FileError) {
            try records.withBytes { (bytes) throws(FileError) in try file.append(bytes) }
            try file.sync()
            try log.append(text: line)
            try log.sync()
        } catch {
            throw .file(error)
        }
        completed += queryCount
    }

    /// Gives the file its name.
    ///
    /// - Throws: `alreadyExists`, `file`.
    consuming func finish() throws(StoreError) {
        let path = path
        try Self.requireUsable(path)
        try asStoreError { () throws(FileError) in
            try fileSystem.move(Self.partPath(path), to: path)
            try fileSystem.syncDirectory(folder(of: path))
            // Only now: without it nobody would go on with a file that has its old name again after a loss of power.
            try fileSystem.remove(Self.logPath(path))
        }
    }

    /// Removes what has no record, after an error.
    consuming func leave() {
        guard completed == 0 else { return }
        // The error that led here is the one to be told.
        _ = fileSystem.unlink(Self.partPath(path))
        _ = fileSystem.unlink(Self.logPath(path))
    }

    /// Makes sure that the path can name a file and that there is none.
    private static func requireUsable(_ path: String) throws(StoreError) {
        guard !path.isEmpty, !path.utf8.contains(0), !path.hasSuffix("/") else {
            throw .invalidSearch(reason: "\(String(reflecting: path)) cannot be a file's path")
        }
        guard try !isThere(path) else { throw .alreadyExists(path: path) }
    }

    private static func isThere(_ path: String) throws(StoreError) -> Bool {
        try asStoreError { () throws(FileError) in try fileKind(path) != .missing }
    }

    private static func opened(
        _ path: String,
        of part: String,
        in fileSystem: FileSystem
    ) throws(StoreError) -> AppendedFile {
        do throws(FileError) {
            return try AppendedFile(path, in: fileSystem)
        } catch {
            if case .system("flock", _, EWOULDBLOCK) = error {
                throw .lockedByWriter(path: part, processID: 0)
            }
            throw .file(error)
        }
    }

    /// What of an earlier call's files is gone on with; `nil` to begin anew.
    private static func kept(
        _ part: String,
        _ logPath: String,
        _ question: NeighbourLog.Question,
        _ format: NeighbourFormat
    ) throws(StoreError) -> (queryCount: Int, byteCount: Int, logByteCount: Int)? {
        let isPartThere = try isThere(part)
        let bytes = try asStoreError { () throws(FileError) in try MappedFile(path: logPath) }
        return try bytes.withUnsafeBytes { (bytes) throws(StoreError) in
            guard NeighbourLog.isOne(bytes) else { throw .alreadyExists(path: logPath) }
            guard isPartThere else { return nil }
            // A file whose question is not told is as one without a log.
            guard let log = NeighbourLog(bytes) else { throw .alreadyExists(path: part) }
            if let (what, asked, found) = log.difference(from: question) {
                throw .begunOtherwise(path: part, what: what, asked: asked, found: found)
            }
            let records = try asStoreError { () throws(FileError) in try MappedFile(path: part) }
            return records.withUnsafeBytes { log.kept(of: $0, format) }
        }
    }
}

/// The folder that a path names a file of.
private func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

extension AppendedFile {
    fileprivate mutating func append(text: String) throws(FileError) {
        try Array(text.utf8).withBytes { (bytes) throws(FileError) in try append(bytes) }
    }
}
