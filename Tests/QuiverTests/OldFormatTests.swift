import Foundation
import Quiver
import TestSupport
import Testing

/// `Resources/version-1`: eight points in a segment with a graph, four more in the tail, and point 3 deleted.
@Suite struct `A store that was written in format version 1` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    init() throws {
        let kept = Bundle.module.bundleURL.appendingPathComponent("Resources/version-1")
        try FileManager.default.copyItem(at: kept, to: URL(fileURLWithPath: path))
    }

    @Test func `is read as it is`() throws {
        #expect(try Store.verify(at: path).damage == [])
        let store = try Store.open(at: path, access: .readOnly)
        #expect(try store.formatVersion() == 1)
        let collection = try store.collection("points")
        let statistics = try collection.statistics()
        #expect(statistics.liveCount == 11)
        #expect(statistics.tailCount == 4)
        #expect(statistics.vectorFields[0].indexByteCount > 0)
        #expect(statistics.unindexableSegments == [])
        let hits = try collection.search(
            SearchRequest(queries: [[3.2, 1]], k: 3, contents: .text)
        )[0].hits
        #expect(hits.map(\.key) == [4, 2, 5])
        #expect(hits.map(\.text) == ["point 4", "point 2", "point 5"])
        #expect(
            try collection.documents([3, 11], contents: .vectors).map { $0?.vector } == [
                nil, [11, 1],
            ]
        )
    }

    @Test func `is written on, and takes the newest version with the first write`() throws {
        let store = try Store.open(at: path)
        let collection = try store.collection("points")
        #expect(try store.formatVersion() == 1)
        try collection.upsert([Document(key: 3, vector: [3, 1])])
        #expect(try store.formatVersion() == 3)
        try collection.seal()
        try collection.maintain()
        #expect(try collection.statistics().unindexedSegmentCount == 0)
        try collection.alter([.addField(Field(name: "year", type: .int64))])
        var update = WriteBatch()
        update.update(DocumentUpdate(key: 4, fields: ["year": .int64(2_020)]))
        try collection.write(update)
        #expect(try collection.documents([4])[0]?.fields == ["year": .int64(2_020)])
        let hits = try collection.search(SearchRequest(queries: [[3.2, 1]], k: 2))[0].hits
        #expect(hits.map(\.key) == [3, 4])
        store.close()
        #expect(try Store.verify(at: path).damage == [])
    }
}
