import Foundation
import Glibc
import LMDB
import Quiver
import TestSupport
import Testing
import Threads

@Suite struct SnapshotTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: [false, true])
    func `a named snapshot that is dropped keeps its files for readers who see it yet`(
        repaired: Bool
    ) throws {
        var path = directory.file("store")
        let made = try Store.create(at: path)
        let collection = try made.createCollection("c", CollectionConfiguration(dimension: 2))
        let documents = (0..<10).map { Document(key: .integer(UInt64($0)), vector: [1, 2]) }
        try collection.upsert(documents)
        try made.createSnapshot("then")
        try collection.upsert(documents)
        try collection.compact()
        made.close()
        if repaired {
            #expect(try Store.repair(at: path, into: directory.file("new")).isComplete)
            path = directory.file("new")
        }
        let store = try Store.open(at: path)
        let old = "\(path)/segments/0000000000000001"
        let environment = try Environment.open(path: "\(path)/catalog.mdb")
        try environment.read { (_: borrowing ReadTransaction) throws(StoreError) in
            // On a thread of its own: this one has a transaction.
            concurrently(2) { thread in
                guard thread == 1 else { return }
                #expect(throws: Never.self) {
                    try store.dropSnapshot("then")
                    try store.collection("c").upsert([documents[0]])
                }
            }
            #expect(FileManager.default.fileExists(atPath: old))
        }
        try store.collection("c").compact()
        #expect(!FileManager.default.fileExists(atPath: old))
        store.close()
        #expect(try Store.verify(at: path).isSound)
    }

    @Test func `a snapshot never changes whatever is written, sealed or indexed after it`() throws {
        var options = Store.Options()
        options.tailByteCount = 30_000
        let store = try Store.create(at: directory.file("store"), options: options)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 8, index: .graph)
        )
        let vectors = clusteredVectors(count: 500, dimension: 8, seed: 3)
        try collection.upsert(
            vectors.enumerated().map {
                Document(key: .integer(UInt64($0)), text: "old \($0)", vector: $1)
            },
            batchCount: 100
        )
        let reader = try Store.open(at: directory.file("store"), access: .readOnly)
        let snapshots = [try collection.snapshot(), try reader.collection("c").snapshot()]
        let request = SearchRequest(
            queries: Array(vectors[..<5]),
            k: 7,
            mode: .exact,
            contents: [.text, .vectors]
        )
        let before = try snapshots.map { try $0.search(request).map(\.hits) }

        try collection.upsert(
            vectors.enumerated().map {
                Document(key: .integer(UInt64($0)), text: "new \($0)", vector: $1.reversed())
            },
            batchCount: 50
        )
        var deletes = WriteBatch()
        for key in 0..<250 { deletes.delete(.integer(UInt64(key))) }
        try collection.write(deletes)
        try collection.seal()
        try collection.maintain()
        for (snapshot, expected) in zip(snapshots, before) {
            #expect(try snapshot.search(request).map(\.hits) == expected)
            #expect(snapshot.liveCount == 500)
            #expect(try snapshot.documents([3])[0]?.text == "old 3")
        }
        #expect(try reader.collection("c").statistics().liveCount == 250)
        store.close()
        reader.close()
        #expect(try snapshots[0].search(request).map(\.hits) == before[0])
    }

    @Test func `a reader sees a commit as soon as it has returned`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        let reader = try Store.open(at: directory.file("store"), access: .readOnly).collection("c")
        for number in 0..<50 {
            try collection.upsert([Document(key: .integer(UInt64(number)), vector: [Float(number)])]
            )
            if number % 17 == 0 { try collection.seal() }
            #expect(try reader.statistics().liveCount == number + 1)
            #expect(
                try reader.search(SearchRequest(queries: [[Float(number)]], k: 1))[0].hits[0].key
                    == .integer(UInt64(number))
            )
        }
    }

    @Test func `readers in other threads see whole batches while a writer writes`() async throws {
        var options = Store.Options()
        options.tailByteCount = 20_000
        let store = try Store.create(at: directory.file("store"), options: options)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 4, metric: .l2)
        )
        let path = directory.file("store")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let reader = try Store.open(at: path, access: .readOnly).collection("c")
                    var last = 0
                    for _ in 0..<300 {
                        // Every batch replaces the same 10 documents with the batch's number.
                        let hits = try reader.search(
                            SearchRequest(queries: [[0, 0, 0, 0]], k: 20, contents: .text)
                        )[0].hits
                        let texts = Set(hits.map { $0.text ?? "" })
                        #expect(texts.count <= 1, "a batch was seen in part: \(texts)")
                        #expect(hits.isEmpty || hits.count == 10)
                        let number = texts.first.flatMap { Int($0) } ?? 0
                        #expect(number >= last)
                        last = number
                    }
                }
            }
            for number in 1...200 {
                var batch = WriteBatch()
                for key in 0..<10 {
                    batch.upsert(
                        Document(
                            key: .integer(UInt64(key)),
                            text: "\(number)",
                            vector: [Float(key), 0, 0, 1]
                        )
                    )
                }
                try collection.write(batch)
            }
            try await group.waitForAll()
        }
    }
}

@Suite struct HandleTests {
    private let directory = TemporaryDirectory()

    @Test func `a second writer is refused with the holder's process id`() throws {
        let store = try Store.create(at: directory.file("store"))
        let expected = StoreError.lockedByWriter(path: directory.file("store"), processID: getpid())
        #expect(throws: expected) { _ = try Store.open(at: directory.file("store")) }
        store.close()
        _ = try Store.open(at: directory.file("store"))
    }

    @Test func `a closed handle says so and a snapshot does not keep the lock`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        let snapshot = try collection.snapshot()
        store.close()
        store.close()
        #expect(throws: StoreError.closed(path: directory.file("store"))) {
            _ = try collection.statistics()
        }
        #expect(throws: StoreError.closed(path: directory.file("store"))) {
            _ = try store.collectionNames()
        }
        _ = try Store.open(at: directory.file("store"))
        #expect(snapshot.liveCount == 0)
    }

    @Test func `a store named by a relative path survives a change of directory`() async throws {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            guard chdir(directory.path) == 0 else { exit(1) }
            let store = try Store.create(at: "store")
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 1, metric: .l2)
            )
            guard chdir("/") == 0 else { exit(2) }
            try collection.upsert([Document(key: 1, text: "one", vector: [1])])
            try collection.seal()
            exit(try collection.documents([1])[0]?.text == "one" ? 0 : 3)
        }
    }

    @Test func `a reader may not write`() throws {
        let store = try Store.create(at: directory.file("store"))
        _ = try store.createCollection("c", CollectionConfiguration(dimension: 1, metric: .l2))
        let reader = try Store.open(at: directory.file("store"), access: .readOnly)
        let collection = try reader.collection("c")
        #expect(throws: StoreError.readOnly(path: directory.file("store"))) {
            try collection.upsert([Document(key: 1, vector: [1])])
        }
        #expect(throws: StoreError.readOnly(path: directory.file("store"))) {
            try collection.seal()
        }
        #expect(throws: StoreError.readOnly(path: directory.file("store"))) {
            _ = try reader.createCollection("d", CollectionConfiguration(dimension: 1))
        }
    }

    @Test func `a directory that is no store and one that is not there are named`() throws {
        #expect(throws: StoreError.notAStore(path: directory.path)) {
            _ = try Store.open(at: directory.path)
        }
        #expect(throws: StoreError.notAStore(path: "/dev/null")) {
            _ = try Store.open(at: "/dev/null")
        }
        #expect(throws: StoreError.notAStore(path: "/nowhere/at/all")) {
            _ = try Store.open(at: "/nowhere/at/all")
        }
        #expect(!Store.exists(at: directory.path))
        #expect(throws: StoreError.notAStore(path: directory.path)) {
            _ = try Store.verify(at: directory.path)
        }
    }

    @Test func `a later format is named even if its catalog has other key spaces`() throws {
        let path = directory.file("store")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        do {
            let environment = try Environment.open(path: "\(path)/catalog.mdb")
            let settings = try environment.database("settings", create: true)
            // Magic, format 99, what only format 99 knows, and the checksum.
            let value: [UInt8] = [
                0x51, 0x56, 0x53, 0x54, 99, 0, 0, 0, 9, 9,
                0x84, 0x6B, 0x6C, 0x76, 0xB7, 0x67, 0xD9, 0x9D,
            ]
            try environment.write { (transaction: inout WriteTransaction) throws(LMDBError) in
                try transaction.put(Array("store".utf8), value, in: settings)
            }
        }
        let expected = StoreError.unsupportedFormat(path: path, found: 99, supported: 7)
        for access in [Store.Access.readOnly, .readWrite] {
            #expect(throws: expected) { _ = try Store.open(at: path, access: access) }
        }
    }

    @Test func `a store is not made where something else is`() throws {
        let store = try Store.create(at: directory.file("store"))
        store.close()
        #expect(throws: StoreError.alreadyExists(path: directory.file("store"))) {
            _ = try Store.create(at: directory.file("store"))
        }
        #expect(throws: StoreError.alreadyExists(path: directory.path)) {
            _ = try Store.create(at: directory.path)
        }
    }

    @Test func `a store is made where the making of one was cut short`() throws {
        let path = directory.file("store")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        // Half of the first write of a catalog: one meta page of two.
        let half = Data(repeating: 0xFF, count: 4_096)
        for name in ["catalog.mdb-unfinished", "catalog.mdb-unfinished-lock"] {
            try half.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        }
        #expect(throws: StoreError.notAStore(path: path)) { _ = try Store.open(at: path) }
        let store = try Store.create(at: path)
        #expect(try store.collectionNames() == [])
        store.close()
        #expect(try Store.verify(at: path).isSound)
        #expect(throws: StoreError.alreadyExists(path: path)) { _ = try Store.create(at: path) }
    }

    @Test func `a forked child is refused`() async throws {
        await #expect(processExitsWith: .success) {
            // An exit test is a process of its own; it forks once more below.
            let directory = TemporaryDirectory()
            let store = try Store.create(at: directory.file("store"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 1, metric: .l2)
            )
            let child = forkedChild {
                do {
                    _ = try collection.statistics()
                    return 1
                } catch {
                    return error as? StoreError == .usedAfterFork(path: store.path) ? 0 : 2
                }
            }
            #expect(child == 0)
            exit(child)
        }
    }
}

/// The exit status of `body` run in a fork. Swift hides `fork`, which is what is to be tested.
private func forkedChild(_ body: () -> Int32) -> Int32 {
    typealias Fork = @convention(c) () -> pid_t
    guard let symbol = dlsym(nil, "fork") else { return 99 }
    let child = unsafeBitCast(symbol, to: Fork.self)()
    if child == 0 { _exit(body()) }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return (status >> 8) & 0xFF
}
