import Quiver
import TestSupport
import Testing

@Suite struct CacheTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    private static let configuration = CollectionConfiguration(
        vectorFields: [VectorField(dimension: 16, metric: .l2, index: .exact)],
        cache: CacheSettings(byteLimit: 100_000)
    )

    private func entry(_ number: UInt64) -> Document {
        Document(
            key: .integer(number),
            text: String(repeating: "x", count: 800),
            vector: Array(repeating: Float(number), count: 16)
        )
    }

    @Test func `keeps what was used last, within its bytes, also after reopening`() throws {
        var store = try Store.create(at: path)
        var collection = try store.createCollection("c", Self.configuration)
        var cache = try Cache(collection, model: "m")
        for number in 0..<80 as Range<UInt64> { try cache.store([entry(number)]) }
        #expect(try collection.snapshot().liveCount == 80)
        // Used: the first ten.
        #expect(try cache.entries((0..<10).map { .integer($0) }).allSatisfy { $0 != nil })
        #expect(try cache.entries([1_000]) == [nil])
        // Noted with this one.
        try cache.store([entry(80)])
        store.close()
        store = try Store.open(at: path)
        collection = try store.collection("c")
        cache = try Cache(collection, model: "m")
        for number in 81..<120 as Range<UInt64> { try cache.store([entry(number)]) }
        let live = try collection.snapshot()
        #expect(live.liveCount < 110)
        for number in 0..<10 as Range<UInt64> {
            #expect(try live.documents([.integer(number)])[0] != nil, "\(number) was used")
        }
        #expect(try live.documents([11])[0] == nil)
        let counters = try #require(try collection.statistics().cache)
        #expect(counters.hits == 10 && counters.misses == 1)
        #expect(counters.evictions == UInt64(120 - live.liveCount))
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `an entry of another model is not there, and readers change nothing`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", Self.configuration)
        let cache = try Cache(collection, model: "one")
        try cache.store([entry(1)])
        let reader = try Store.open(at: path, access: .readOnly).collection("c")
        #expect(try Cache(reader, model: "two").entries([1]) == [nil])
        #expect(try Cache(reader, model: "one").entries([1])[0]?.text == entry(1).text)
        #expect(throws: StoreError.readOnly(path: path)) {
            try Cache(reader, model: "one").store([entry(2)])
        }
        #expect(throws: StoreError.self) { try cache.store((0..<200).map { entry($0) }) }
        let plain = try store.createCollection("plain", CollectionConfiguration(dimension: 1))
        #expect(throws: StoreError.notACache("plain")) { _ = try Cache(plain, model: "") }
        // Deleted behind its back.
        _ = try cache.entries([1])
        var batch = WriteBatch()
        batch.delete(1)
        try collection.write(batch)
        try cache.store([entry(3)])
        #expect(try collection.snapshot().liveCount == 1)
        // What was evicted gives its space back.
        for number in 0..<2_000 as Range<UInt64> { try cache.store([entry(number)]) }
        #expect(try collection.statistics().byteCount < 1_400_000)
        try collection.alter([.setCacheByteLimit(70_000)])
        try cache.store([entry(1)])
        #expect(try collection.snapshot().liveCount <= 70)
    }
}
