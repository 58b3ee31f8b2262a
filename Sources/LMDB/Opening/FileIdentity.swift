import Glibc

/// A file, by whatever path.
struct FileIdentity: Hashable {
    let device: UInt
    let inode: UInt

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }

    /// The status of the file that `path` names now; nil if there is none.
    static func status(of path: String) throws(LMDBError) -> stat? {
        var status = stat()
        guard stat(path, &status) != 0 else { return status }
        guard errno == ENOENT else { throw LMDBError(code: errno, operation: "stat", path: path) }
        return nil
    }

    /// The file that `path` names now; nil if there is none.
    static func current(_ path: String) throws(LMDBError) -> FileIdentity? {
        try status(of: path).map(FileIdentity.init)
    }
}
