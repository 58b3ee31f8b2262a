import CLMDB
import Glibc

extension EnvironmentCore {
    /// Opens the file at `path` in the way that this user may, and tells which file that is.
    ///
    /// Nothing in this process may have the file open.
    static func open(
        path: String,
        options: Environment.Options
    ) throws(LMDBError) -> (core: EnvironmentCore, identity: FileIdentity) {
        switch try LockFile.open(path: path + "-lock", mode: options.mode) {
        case .lockFile(let lockFile):
            try lockFile.reserve(readerCount: options.maximumReaderCount)
            return try open(path, options, .shared, lockFile)
        case .denied where options.readOnly:
            guard MountedFileSystem.isReadOnly(at: path) else {
                return try openCopies(path, options)
            }
            return try open(path, options, .readOnlyMedia, nil)
        case .denied, .failed:
            // LMDB will find out, and say, what is wrong.
            return try open(path, options, .shared, nil)
        }
    }

    private static func open(
        _ path: String,
        _ options: Environment.Options,
        _ access: Environment.Access,
        _ lockFile: LockFile?
    ) throws(LMDBError) -> (core: EnvironmentCore, identity: FileIdentity) {
        // A handle that only reads shares the environment with one that writes, so LMDB opens the file for writing
        // wherever that is allowed.
        let isReadOnly =
            access == .readOnlyMedia || options.readOnly && Glibc.access(path, W_OK) != 0
        let file = try OpenFile.open(
            path: path,
            options: options,
            access,
            isReadOnly: isReadOnly,
            lockFile
        )
        let core = EnvironmentCore(
            path: path,
            options: options,
            access: access,
            isReadOnly: isReadOnly,
            lockFile: lockFile,
            file: file,
            copies: nil
        )
        if !options.readOnly { core.removeLeftovers() }
        return (core, file.identity)
    }

    private static func openCopies(
        _ path: String,
        _ options: Environment.Options
    ) throws(LMDBError) -> (core: EnvironmentCore, identity: FileIdentity) {
        var copies = try PrivateCopies(path: path, options: options)
        let file = try copies.current(nil)
        let core = EnvironmentCore(
            path: path,
            options: options,
            access: .privateCopies,
            isReadOnly: true,
            lockFile: nil,
            file: file,
            copies: copies
        )
        return (core, copies.identity)
    }
}

extension OpenFile {
    /// Opens the data file itself.
    static func open(
        path: String,
        options: Environment.Options,
        _ access: Environment.Access,
        isReadOnly: Bool,
        _ lockFile: LockFile?
    ) throws(LMDBError) -> OpenFile {
        let withoutLocks = access == .shared ? 0 : MDB_NOLOCK
        return try open(
            path: path,
            options: options,
            flags: (isReadOnly ? MDB_RDONLY : 0) | withoutLocks,
            lockFile: lockFile
        )
    }
}
