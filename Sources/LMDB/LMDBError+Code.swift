import CLMDB
import Glibc

extension LMDBError {
    /// A code whose meaning needs nothing but the file's path.
    init(code: Int32, operation: String, path: String) {
        self =
            switch code {
            case MDB_TXN_FULL: .transactionFull(path: path)
            case MDB_MAP_RESIZED: .mapResized(path: path)
            case MDB_VERSION_MISMATCH: .versionMismatch(path: path, expected: 1, found: nil)
            case MDB_INVALID: .notAnEnvironment(path: path, reason: "LMDB refused it (MDB_INVALID)")
            case MDB_CORRUPTED:
                .corrupted(
                    path: path,
                    page: nil,
                    reason: "a page of the wrong kind (MDB_CORRUPTED)"
                )
            case MDB_PAGE_NOTFOUND:
                .corrupted(
                    path: path,
                    page: nil,
                    reason: "a page number past the last page (MDB_PAGE_NOTFOUND)"
                )
            case MDB_CURSOR_FULL:
                .corrupted(path: path, page: nil, reason: "a tree too deep (MDB_CURSOR_FULL)")
            case MDB_PANIC: .environmentFailed(path: path)
            case MDB_BAD_TXN: .badTransaction(path: path)
            case EACCES, EPERM, EROFS: .permissionDenied(path: path, code: code)
            case ENOENT: .notFound(path: path)
            case EISDIR: .notARegularFile(path: path)
            case 1...: .system(operation: operation, path: path, code: code)
            default: .unexpected(operation: operation, path: path, code: code)
            }
    }
}
