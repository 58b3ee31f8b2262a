import LMDB

/// The process that opened a store. A forked child has its parent's maps but none of its locks, and OpenMP and
/// LMDB forbid more: it is refused.
struct ProcessMark: Sendable {
    private let mark = LMDB.ProcessMark()
    private let path: String

    init(path: String) {
        self.path = path
    }

    func require() throws(StoreError) {
        guard mark.isThisProcess else { throw .usedAfterFork(path: path) }
    }
}
