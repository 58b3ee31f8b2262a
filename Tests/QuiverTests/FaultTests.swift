import Files
import Glibc
import Quiver
import Synchronization
import TestSupport
import Testing

/// File operations of which the Nth fails, once or from then on.
private final class FaultyFiles: Sendable {
    private let remaining: Atomic<Int>
    private let isLasting: Bool
    private let code: Int32

    init(failing step: Int, code: Int32, isLasting: Bool) {
        remaining = Atomic(step)
        self.code = code
        self.isLasting = isLasting
    }

    /// Whether the operation that is about to run fails; `errno` is set then.
    private func fails() -> Bool {
        let left = remaining.wrappingSubtract(1, ordering: .relaxed).newValue
        guard left == 0 || (isLasting && left < 0) else { return false }
        errno = code
        return true
    }

    var hasFailed: Bool { remaining.load(ordering: .relaxed) <= 0 }

    var fileSystem: FileSystem {
        let system = FileSystem.system
        return FileSystem(
            open: { self.fails() ? -1 : system.open($0, $1, $2) },
            pwrite: { self.fails() ? -1 : system.pwrite($0, $1, $2) },
            fsync: { self.fails() ? -1 : system.fsync($0) },
            rename: { self.fails() ? -1 : system.rename($0, $1) },
            link: { self.fails() ? -1 : system.link($0, $1) },
            unlink: { self.fails() ? -1 : system.unlink($0) },
            mkdir: { self.fails() ? -1 : system.mkdir($0, $1) },
            rmdir: { self.fails() ? -1 : system.rmdir($0) }
        )
    }
}

@Suite struct FaultTests {
    /// Makes step 1, 2, 3, … of a workload fail until it gets through, and looks at the store after each.
    @Test(arguments: [ENOSPC, EIO], [false, true])
    func `a file operation that fails loses nothing that was acknowledged`(
        code: Int32,
        isLasting: Bool
    ) throws {
        var step = 0
        while true {
            step += 1
            try #require(step < 800)
            let directory = TemporaryDirectory()
            let path = directory.file("store")
            let store = try Store.create(at: path)
            _ = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 4, index: .graph)
            )
            _ = try store.createCollection(
                "lists",
                CollectionConfiguration(
                    dimension: 4,
                    index: try IndexSpecification(parsing: "IVF2,SQ8")
                )
            )
            store.close()
            let faults = FaultyFiles(failing: step, code: code, isLasting: isLasting)
            let acknowledged = work(at: path, faults)
            let report = try Store.verify(at: path)
            #expect(report.damage == [], "step \(step)")
            let reopened = try Store.open(at: path)
            let collection = try reopened.collection("c")
            for number in 0..<acknowledged {
                let keys =
                    (0..<20).map { Key.integer(UInt64(number * 20 + $0)) } + [
                        .string("long-\(number)")
                    ]
                #expect(
                    try collection.documents(keys, contents: .text).allSatisfy { $0?.text != nil },
                    "step \(step)"
                )
            }
            // Whole batches only, and at most the one under way beside the acknowledged ones.
            let live = try collection.statistics().liveCount
            #expect(live == acknowledged * 21 || live == (acknowledged + 1) * 21, "step \(step)")
            try collection.seal()
            try collection.maintain()
            let lists = try reopened.collection("lists")
            let listed = try lists.statistics().liveCount
            #expect(listed == 0 || listed == 20, "step \(step)")
            try lists.seal()
            try lists.maintain()
            #expect(
                (try lists.statistics().vectorFields[0].indexByteCount > 0) == (listed > 0),
                "step \(step)"
            )
            #expect(try lists.statistics().unindexableSegments == [], "step \(step)")
            #expect(try Store.verify(at: path).documentCount == live + listed, "step \(step)")
            if !faults.hasFailed { return }
        }
    }

    /// Writes, seals and builds indexes until something fails; gives the number of acknowledged batches.
    private func work(at path: String, _ faults: FaultyFiles) -> Int {
        var acknowledged = 0
        do {
            let store = try Store.open(
                at: path,
                access: .readWrite,
                options: Store.Options(),
                fileSystem: faults.fileSystem
            )
            defer { store.close() }
            let collection = try store.collection("c")
            for number in 0..<3 {
                var batch = WriteBatch()
                for key in 0..<20 {
                    batch.upsert(
                        Document(
                            key: .integer(UInt64(number * 20 + key)),
                            text: "text",
                            vector: [Float(key), Float(number), 1, 2]
                        )
                    )
                }
                let long = String(repeating: "long", count: 300_000)
                batch.upsert(
                    Document(
                        key: .string("long-\(number)"),
                        text: long,
                        vector: [1, 1, 1, Float(number)]
                    )
                )
                try collection.write(batch)
                acknowledged += 1
                if number < 2 { try collection.seal() }
            }
            try collection.maintain()
            let lists = try store.collection("lists")
            try lists.upsert(
                (0..<20).map { Document(key: .integer($0), vector: [Float($0), 1, 2, 3]) }
            )
            try lists.seal()
            try lists.maintain()
        } catch {
            // Which error it is depends on the step; that nothing is lost does not.
        }
        return acknowledged
    }

    @Test func `a file size limit is an error and the store goes on without it`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = TemporaryDirectory()
            let store = try Store.create(at: directory.file("store"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 256, metric: .l2)
            )
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let unlimited = limit.rlim_cur
            limit.rlim_cur = 400_000
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            var written = 0
            var failure: StoreError?
            do throws(StoreError) {
                for number in 0..<100 {
                    var batch = WriteBatch()
                    for row in 0..<20 {
                        batch.upsert(
                            Document(
                                key: .integer(UInt64(number * 20 + row)),
                                vector: Array(repeating: Float(row), count: 256)
                            )
                        )
                    }
                    try collection.write(batch)
                    written += 20
                }
            } catch {
                failure = error
            }
            guard case .catalog = failure, written > 0 else { exit(1) }
            guard try collection.statistics().liveCount == written else { exit(2) }
            limit.rlim_cur = unlimited
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            store.close()
            let again = try Store.open(at: directory.file("store"))
            guard try again.collection("c").statistics().liveCount == written else { exit(3) }
            try again.collection("c").upsert([
                Document(key: 0, vector: Array(repeating: 1, count: 256))
            ])
            guard try Store.verify(at: directory.file("store")).isSound else { exit(4) }
            exit(0)
        }
    }
}

@Suite struct TextTests {
    private let directory = TemporaryDirectory()

    @Test func `empty, missing and 10 MB texts come back unchanged from tail and segment`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        var generator = SplitMix64(seed: 1)
        var long = ""
        while long.utf8.count < 10_000_000 { long += "größer \(generator.next()) 語\u{0}\n" }
        let limit = String(repeating: "x", count: 1 << 20)
        let texts: [String?] = ["", nil, long, limit, limit + "y", "short"]
        try collection.upsert(
            texts.enumerated().map { Document(key: .integer(UInt64($0)), text: $1, vector: [1]) }
        )
        let keys = texts.indices.map { Key.integer(UInt64($0)) }
        for _ in 0..<2 {
            let found = try collection.documents(keys).map { $0?.text }
            for (index, text) in texts.enumerated() {
                #expect(found[index]?.utf8.count == text?.utf8.count)
                #expect(found[index].map { Array($0.utf8) } == text.map { Array($0.utf8) })
            }
            try collection.seal()
        }
        #expect(try Store.verify(at: directory.file("store")).isSound)
        // The long text's own file has gone into the segment.
        let reopened = directory.file("store")
        store.close()
        _ = try Store.open(at: reopened)
        #expect(try directoryEntries("\(reopened)/texts").isEmpty)
    }
}
