import Files
import Glibc
import LMDB
import Quiver
import Synchronization
import TestSupport
import Testing

/// What happens in the middle of one call while another is under way, at a place that the test chooses.
private final class Interruption: Sendable {
    private let body = Mutex<(@Sendable () throws -> Void)?>(nil)
    private let failure = Mutex<(any Error)?>(nil)

    /// Runs `body` when a graph's file is made next.
    func runOnce(_ body: @escaping @Sendable () throws -> Void) {
        self.body.withLock { $0 = body }
    }

    /// Throws what the body threw; `false` if it was never run.
    func finish() throws -> Bool {
        if let error = failure.withLock({ $0 }) { throw error }
        return body.withLock { $0 == nil }
    }

    var fileSystem: FileSystem {
        var fileSystem = FileSystem.system
        fileSystem.open = { path, flags, mode in
            let descriptor = FileSystem.system.open(path, flags, mode)
            if path.contains("staging"), path.contains("-index-") {
                let body = self.body.withLock { body in
                    defer { body = nil }
                    return body
                }
                do {
                    try body?()
                } catch {
                    self.failure.withLock { $0 = error }
                }
            }
            return descriptor
        }
        return fileSystem
    }
}

@Suite struct InterleavingTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    private func sealedCollection(_ fileSystem: FileSystem) throws -> (Store, Collection) {
        let store = try Store.create(
            at: path,
            options: Store.Options(),
            fileSystem: fileSystem
        )
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 8, index: .graph)
        )
        let vectors = clusteredVectors(count: 100, dimension: 8, seed: 4)
        try collection.upsert(
            vectors.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        return (store, collection)
    }

    @Test func `two calls that build the same graph at once do not meet in one file`() throws {
        let interruption = Interruption()
        let (store, collection) = try sealedCollection(interruption.fileSystem)
        interruption.runOnce { try collection.maintain() }
        try collection.maintain()
        #expect(try interruption.finish())
        #expect(try collection.statistics().unindexedSegmentCount == 0)
        #expect(try Store.verify(at: path).damage == [])
        #expect(try directoryEntries("\(path)/staging").isEmpty)
        store.close()
    }

    @Test func `a segment may go while its graph is built`() throws {
        let interruption = Interruption()
        let (store, collection) = try sealedCollection(interruption.fileSystem)
        interruption.runOnce {
            var batch = WriteBatch()
            for key in 0..<100 { batch.delete(.integer(UInt64(key))) }
            try collection.write(batch)
            try collection.seal()
        }
        try collection.maintain()
        #expect(try interruption.finish())
        #expect(try collection.statistics().segmentCount == 0)
        #expect(try Store.verify(at: path).damage == [])
        #expect(try directoryEntries("\(path)/staging").isEmpty)
        #expect(try directoryEntries("\(path)/segments").isEmpty)
        store.close()
    }

    @Test func `a write from a seal's progress handler is refused`() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let store = try Store.create(at: directory.file("store"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 1, metric: .l2)
            )
            try collection.upsert([Document(key: 1, vector: [1])])
            var failure: StoreError?
            try collection.seal { _ in
                do throws(StoreError) {
                    try collection.seal()
                } catch {
                    failure = error
                }
                return true
            }
            guard case .catalog(.nestedWrite) = failure else { exit(1) }
            try collection.upsert([Document(key: 2, vector: [2])])
            exit(try collection.statistics().liveCount == 2 ? 0 : 2)
        }
    }

    @Test(arguments: [1, 2])
    func `a compaction from a compaction's progress handler is refused`(
        threadCount: Int
    ) async throws {
        await #expect(processExitsWith: .success) { [threadCount] in
            // A handler that waits for the compaction that it is called by would wait for ever.
            alarm(60)
            let directory = TemporaryDirectory()
            let store = try Store.create(at: directory.file("store"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 1, metric: .l2)
            )
            for first in [0, 10_000] {
                try collection.upsert(
                    (first..<first + 10_000).map {
                        Document(key: .integer(UInt64($0)), vector: [Float($0)])
                    }
                )
                try collection.seal()
            }
            let threads = Mutex<Set<UInt>>([])
            let others = Mutex(0)
            try collection.compact(CompactionOptions(threadCount: threadCount)) { _ in
                threads.withLock { _ = $0.insert(pthread_self()) }
                do throws(StoreError) {
                    try collection.compact()
                    others.withLock { $0 += 1 }
                } catch {
                    if case .catalog(.nestedWrite) = error { return true }
                    others.withLock { $0 += 1 }
                }
                return true
            }
            guard threads.withLock({ $0.count }) == threadCount else { exit(1) }
            guard others.withLock({ $0 }) == 0 else { exit(2) }
            let statistics = try collection.statistics()
            exit(statistics.segmentCount == 1 && statistics.liveCount == 20_000 ? 0 : 3)
        }
    }

    @Test func `folders that a writer makes anew are durable before anything is in them`() throws {
        let (store, _) = try sealedCollection(.system)
        store.close()
        let texts = "\(path)/texts"
        try #require(rmdir(texts) == 0)
        let folderPath = path
        let syncedCount = Mutex(0)
        var fileSystem = FileSystem.system
        fileSystem.fsync = { descriptor in
            var status = stat()
            var folder = stat()
            if fstat(descriptor, &status) == 0, stat(folderPath, &folder) == 0,
                status.st_ino == folder.st_ino
            {
                syncedCount.withLock { $0 += 1 }
            }
            return FileSystem.system.fsync(descriptor)
        }
        _ = try Store.open(
            at: path,
            access: .readWrite,
            options: Store.Options(),
            fileSystem: fileSystem
        )
        // Once for what whoever made the store may not have come to, and once for the folder.
        #expect(syncedCount.withLock { $0 } == 2)
    }

    @Test func `a new writer leaves retired graphs to a reader that may still open them`() throws {
        let (store, collection) = try sealedCollection(.system)
        try collection.maintain()
        let segment = "\(path)/segments/\(try directoryEntries("\(path)/segments")[0])"
        let before = try directoryEntries(segment)
        #expect(before.contains { $0.hasPrefix("graph-") })
        var options = Environment.Options()
        options.readOnly = true
        let environment = try Environment.open(path: "\(path)/catalog.mdb", options: options)
        try environment.read { (_: borrowing ReadTransaction) throws(LMDBError) in
            do {
                var batch = WriteBatch()
                for key in 0..<100 { batch.delete(.integer(UInt64(key))) }
                try collection.write(batch)
                try collection.seal()
                store.close()
                let reopened = try Store.open(at: path)
                #expect(try directoryEntries(segment) == before)
                reopened.close()
            } catch {
                Issue.record(error)
            }
        }
        _ = try Store.open(at: path)
        #expect(try directoryEntries("\(path)/segments").isEmpty)
    }

    @Test func `a child that was forked does not keep the lock of a store that is closed`() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let store = try Store.create(at: directory.file("store"))
            let child = fork { pause() }
            store.close()
            let reopened = try? Store.open(at: directory.file("store"))
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
            exit(reopened == nil ? 1 : 0)
        }
    }
}

/// The process id of a fork that runs `body`. Swift hides `fork`, which is what is to be tested.
private func fork(_ body: () -> Int32) -> pid_t {
    typealias Fork = @convention(c) () -> pid_t
    guard let symbol = dlsym(nil, "fork") else { return -1 }
    let child = unsafeBitCast(symbol, to: Fork.self)()
    if child == 0 { _exit(body()) }
    return child
}
