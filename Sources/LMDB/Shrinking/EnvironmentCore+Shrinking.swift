import CLMDB
import Glibc
import Synchronization

extension EnvironmentCore {
    /// Where the smaller file is made. One that a killed process has left is removed by the next shrinking, and by whoever
    /// opens the environment for writing.
    static func temporaryPath(for path: String) -> String {
        path + "-shrinking"
    }

    /// Removes what a process that was killed while it shrank the file has left. The environment is open: LMDB's shared
    /// lock keeps others from shrinking now.
    func removeLeftovers() {
        // It takes up room and harms nobody: not to be able to remove it is no reason not to go on.
        _ = unlink(Self.temporaryPath(for: target))
    }

    /// Puts a compacted copy in the place of the file, if nobody else uses it.
    ///
    /// - Parameter onReplaced: gets the identity of the file that is the current one from now on.
    func shrink(
        _ operations: ShrinkingOperations,
        onReplaced: (FileIdentity) -> Void
    ) throws(LMDBError) -> Environment.Shrinking {
        // Held to the end: transactions that begin meanwhile wait.
        try current.withLock { current throws(LMDBError) in
            guard current.userCount == 0 else { return .inUseHere }
            let identity = try file(&current).identity
            guard let lockFile, lockFile.lockExclusively() else { return .inUseElsewhere }
            let target = target
            let folder: Folder
            let replacement: Replacement
            do throws(LMDBError) {
                folder = try Folder(of: target, operations)
                guard let made = try makeReplacement(of: identity, at: target, folder, operations)
                else {
                    lockFile.unlockExclusively()
                    return .nothingToGain
                }
                replacement = made
                guard operations.rename(made.path, target) == 0 else {
                    throw LMDBError(code: errno, operation: "rename", path: made.path)
                }
            } catch {
                _ = unlink(Self.temporaryPath(for: target))
                lockFile.unlockExclusively()
                throw error
            }
            onReplaced(replacement.identity)
            // Closing LMDB's environment gives the locks up. Who has waited for them finds the new file, and the number of its last
            // transaction in the lock file, which is the old file's.
            current.file?.close()
            current.file = nil
            do throws(LMDBError) {
                try folder.sync()
            } catch {
                // After a loss of power the old file may be back: what is committed from here on could be gone.
                current.failure = .environmentFailed(path: path)
                throw error
            }
            _ = try self.file(&current)
            return .done(
                byteCountBefore: replacement.byteCountBefore,
                byteCountAfter: replacement.byteCount
            )
        }
    }

    private struct Replacement {
        let path: String
        let identity: FileIdentity
        let byteCountBefore: UInt64
        let byteCount: UInt64
    }

    /// Makes a compacted copy beside the file, durable and checked; nil if it would be no smaller, or if the file would live on
    /// under another name.
    private func makeReplacement(
        of identity: FileIdentity,
        at target: String,
        _ folder: Folder,
        _ operations: ShrinkingOperations
    ) throws(LMDBError) -> Replacement? {
        let source = try DataFile(path: target)
        guard source.identity == identity else {
            throw .keepsChanging(path: path, attempts: 1)
        }
        guard let status = try FileIdentity.status(of: target) else {
            throw .notFound(path: target)
        }
        let header = try DataFileHeader.check(source, mayBeEmpty: false)
        let before = try DataFileCheck.check(source)
        try requireIntact(before, target)
        guard let meta = header.newest, status.st_nlink == 1,
            before.freePageCount + before.lostPageCount > 0
        else {
            return nil
        }
        let temporary = Self.temporaryPath(for: target)
        _ = unlink(temporary)
        let copy = try NewFile(path: temporary, like: status, operations)
        try CompactedCopy.write(meta, of: source, to: copy)
        try copy.sync()
        // Shows, before it matters, that the folder can be made durable.
        try folder.sync()
        let after = try DataFileCheck.check(path: temporary)
        try requireIntact(after, temporary)
        guard after.transaction == meta.transaction,
            after.databases.map(\.name) == before.databases.map(\.name),
            after.databases.map(\.entryCount) == before.databases.map(\.entryCount)
        else {
            throw .corrupted(path: temporary, page: nil, reason: "not a copy of \(target)")
        }
        return Replacement(
            path: temporary,
            identity: try copy.identity(),
            byteCountBefore: header.byteCount,
            byteCount: copy.byteCount
        )
    }

    private func requireIntact(_ report: DataFileReport, _ path: String) throws(LMDBError) {
        guard let damage = report.damage.first else { return }
        throw .corrupted(
            path: path,
            page: damage.page,
            reason: "\(damage.what): expected \(damage.expected), found \(damage.found)"
        )
    }

    /// The file that `path` leads to, be it a symbolic link.
    private var target: String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// The folder of a file, to be made durable. Open beforehand: when it counts, there may be no descriptor left.
private final class Folder {
    private let path: String
    private let operations: ShrinkingOperations
    private let descriptor: Int32

    init(of file: String, _ operations: ShrinkingOperations) throws(LMDBError) {
        let end = file.lastIndex(of: "/") ?? file.startIndex
        path = end == file.startIndex ? (file.first == "/" ? "/" : ".") : String(file[..<end])
        self.operations = operations
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(code: errno, operation: "open", path: path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func sync() throws(LMDBError) {
        guard operations.fsync(descriptor) == 0 else {
            throw LMDBError(code: errno, operation: "fsync", path: path)
        }
    }
}
