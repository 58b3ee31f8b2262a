import Quiver
import Synchronization
import TestSupport
import Testing
import Threads

@Suite struct GroupCommitTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    @Test(arguments: [Durability.full, .relaxed])
    func `batches of many threads are each whole, and a refused one is nobody else's`(
        durability: Durability
    ) throws {
        var options = Store.Options()
        options.durability = durability
        // Seals now and then.
        options.tailByteCount = 300_000
        let store = try Store.create(at: path, options: options)
        let configuration = CollectionConfiguration(dimension: 2, metric: .l2, index: .exact)
        let collections = [
            try store.createCollection("a", configuration),
            try store.createCollection("b", configuration),
        ]
        let commits = Mutex<[UInt64]>([])
        let refusals = Atomic<Int>(0)
        concurrently(8) { thread in
            for round in 0..<40 {
                let collection = collections[(thread + round) % 2]
                var batch = WriteBatch()
                for row in 0..<3 {
                    let key = UInt64(thread * 1_000 + round * 10 + row)
                    batch.upsert(
                        Document(key: .integer(key), vector: [Float(thread), Float(round)])
                    )
                }
                // Everybody wants to be the first with this key.
                if round % 8 == 0 {
                    batch.insert(Document(key: .string("first of \(round)"), vector: [0, 0]))
                }
                do throws(StoreError) {
                    let receipt = try collection.write(batch)
                    commits.withLock { $0.append(receipt.commit) }
                } catch .keyExists {
                    refusals.wrappingAdd(1, ordering: .relaxed)
                } catch {
                    Issue.record(error)
                }
            }
        }
        let numbers = commits.withLock { $0.sorted() }
        #expect(numbers == Array(1...UInt64(numbers.count)))
        #expect(numbers.count + refusals.load(ordering: .relaxed) == 320)
        // One winner for each key in each collection that it was tried in.
        let reader = try Store.open(at: path, access: .readOnly)
        var live = 0
        for name in ["a", "b"] {
            let snapshot = try reader.collection(name).snapshot()
            var winners = 0
            try snapshot.scan { document in
                if case .string = document.key { winners += 1 }
                return true
            }
            live += snapshot.liveCount - winners
        }
        #expect(live == 3 * numbers.count)
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `a write beside a snapshot of another thread sees the schema change`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        let stop = Atomic<Bool>(false)
        concurrently(2) { thread in
            if thread == 0 {
                for round in 0..<30 {
                    do {
                        try collection.alter([
                            .addField(Field(name: "f\(round)", type: .int64))
                        ])
                    } catch {
                        Issue.record(error)
                    }
                }
                stop.store(true, ordering: .relaxed)
            } else {
                var number: UInt64 = 0
                while !stop.load(ordering: .relaxed) {
                    number += 1
                    var batch = WriteBatch()
                    batch.upsert(Document(key: .integer(number), vector: [1]))
                    do { try collection.write(batch) } catch { Issue.record(error) }
                }
            }
        }
        #expect(collection.configuration.fields.count == 30)
        #expect(try Store.verify(at: path).damage == [])
    }
}
