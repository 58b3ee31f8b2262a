import Glibc

extension LMDBError: CustomStringConvertible {
    /// One line for people: what went wrong, with what, and what to do where that is known.
    public var description: String {
        switch self {
        case .mapFull(let path, let mapByteCount):
            "\(path): full: its map has \(mapByteCount) bytes; open it with a larger one"
        case .readersFull(let path, let maximum):
            "\(path): all \(maximum) reader slots are taken; read less at once"
        case .databasesFull(let path, let maximum):
            "\(path): all \(maximum) databases are open; open the environment for more"
        case .transactionFull(let path):
            "\(path): the transaction changed too many pages; split it"
        case .mapResized(let path):
            "\(path): has outgrown this process's map; open it again with a larger one"
        case .versionMismatch(let path, let expected, let found):
            "\(path): LMDB format version \(found.map(String.init) ?? "unknown"), expected \(expected)"
        case .notAnEnvironment(let path, let reason):
            "\(path): not an LMDB data file: \(reason)"
        case .truncated(let path, let expected, let found):
            "\(path): truncated: \(found) bytes long, expected at least \(expected)"
        case .corrupted(let path, let page, let reason):
            "\(path): corrupted\(page.map { ", page \($0)" } ?? ""): \(reason)"
        case .notFound(let path):
            "\(path): no such file or folder"
        case .notARegularFile(let path):
            "\(path): not a regular file"
        case .permissionDenied(let path, let code):
            "\(path): \(message(of: code))"
        case .system(let operation, let path, let code):
            "\(path): \(operation) failed: \(message(of: code)) (errno \(code))"
        case .keySize(let database, let byteCount, let maximum):
            "database \(database): a key of \(byteCount) bytes, expected 1…\(maximum)"
        case .valueSize(let database, let byteCount):
            "database \(database): a value of \(byteCount) bytes is too long"
        case .wrongKeyKind(let database, let hasIntegerKeys):
            "database \(database): its keys are \(hasIntegerKeys ? "integers, not bytes" : "bytes, not integers")"
        case .keyExists(let database):
            "database \(database): the key is there already"
        case .databaseNotFound(let path, let name):
            "\(path): no database named \(name)"
        case .incompatibleDatabase(let path, let name, let reason):
            "\(path): database \(name): \(reason)"
        case .wrongEnvironment(let database):
            "database \(database): opened in another environment"
        case .keepsChanging(let path, let attempts):
            "\(path): changed again and again while it was read (\(attempts) attempts); try again when less is written"
        case .readOnly(let path):
            "\(path): opened read-only"
        case .nestedWrite(let path):
            "\(path): a write transaction inside another one on the same thread"
        case .badTransaction(let path):
            "\(path): the transaction has failed and can only be given up"
        case .usedAfterFork(let path):
            "\(path): opened by a process that this one is a fork of; open it again after exec"
        case .environmentFailed(let path):
            "\(path): a commit failed half-way; close the environment and open it again"
        case .unexpected(let operation, let path, let code):
            "\(path): \(operation) failed with LMDB code \(code)"
        }
    }
}

private func message(of code: Int32) -> String {
    String(cString: strerror(code))
}
