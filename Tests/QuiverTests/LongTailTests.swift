import Quiver
import TestSupport
import Testing

@Suite struct LongTailTests {
    @Test func `commits of one document are sealed by their number`() throws {
        let directory = TemporaryDirectory()
        var options = Store.Options()
        options.tailByteCount = 40 * 4_096
        let store = try Store.create(at: directory.file("store"), options: options)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        for number in 0..<100 {
            try collection.upsert([Document(key: .integer(UInt64(number)), vector: [1])])
        }
        let statistics = try collection.statistics()
        #expect(statistics.liveCount == 100)
        #expect(statistics.segmentCount == 2)
        #expect(statistics.tailCount == 20)
    }
}
