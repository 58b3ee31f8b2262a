import Files
import Foundation
import Quiver
import TestSupport
import Testing

@Suite struct AdoptionTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    private func built(
        _ name: String,
        _ schema: CollectionSchema,
        _ documents: [Document]
    ) throws -> [String] {
        // As another process would have it.
        let schema = try CollectionSchema(bytes: schema.bytes)
        var builder = try SegmentBuilder(at: directory.file(name), schema: schema, threadCount: 2)
        for start in stride(from: 0, to: documents.count, by: 50) {
            try builder.add(Array(documents[start..<min(start + 50, documents.count)]))
        }
        return try builder.finish()
    }

    @Test func `segments of several builders come in with one commit`() throws {
        var generator = SplitMix64(seed: 12)
        var model = ModelCollection()
        let store = try Store.create(at: path)
        let collection = try store.createCollection("things", ModelCollection.configuration)
        func documents(_ range: Range<UInt64>) -> [Document] {
            range.map { model.document(.integer($0), &generator) }
        }
        func upsert(_ documents: [Document]) throws {
            try collection.upsert(documents)
            for document in documents { model.documents[document.key] = document }
        }
        try upsert(documents(0..<100))
        try collection.seal()
        try upsert(documents(80..<120))
        let before = try collection.snapshot()
        let beforeModel = model
        // Keys that are in the segment, in the tail, in each other and twice in one.
        let parts = [
            documents(50..<150) + documents(140..<145), documents(130..<200) + documents(90..<95),
        ]
        let schema = try collection.schema()
        let folders = try built("a", schema, parts[0]) + built("b", schema, parts[1])
        let receipt = try collection.adopt(folders)
        for document in parts.joined() { model.documents[document.key] = document }
        #expect(receipt.commit == before.commit + 1)
        #expect(receipt.insertedCount == 80)
        for round in 0..<2 {
            let reader = try Store.open(at: path, access: .readOnly).collection("things")
            for handle in [collection, reader] {
                try model.expectEqual(try handle.snapshot(), "adopted")
                #expect(try handle.documents([150])[0]?.version == receipt.commit)
            }
            #expect(try Store.verify(at: path).damage == [])
            #expect(try directoryEntries("\(path)/staging") == [])
            // The indexes of the new ones came with them.
            #expect(try collection.statistics().unindexedSegmentCount == (round == 0 ? 1 : 0))
            try collection.compact()
        }
        try beforeModel.expectEqual(before, "before")
        // What was adopted may go.
        for folder in folders { try FileManager.default.removeItem(atPath: folder) }
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `what does not fit or is damaged is refused and leaves nothing`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection("things", ModelCollection.configuration)
        var generator = SplitMix64(seed: 13)
        let model = ModelCollection()
        let documents = (0..<60 as Range<UInt64>).map { model.document(.integer($0), &generator) }
        let good = try built("good", try collection.schema(), documents)
        let other = try store.createCollection(
            "other",
            CollectionConfiguration(dimension: 5, metric: .l2)
        )
        let foreign = try built(
            "foreign",
            try other.schema(),
            [Document(key: 1, vector: [1, 2, 3, 4, 5])]
        )
        #expect(throws: StoreError.self) { try collection.adopt(good + foreign) }
        #expect(throws: StoreError.self) { try collection.adopt([directory.file("nowhere")]) }
        #expect(try collection.statistics().liveCount == 0)
        // Each file in turn: a byte changed, cut, and gone.
        let folder = good[0]
        for name in try directoryEntries(folder) {
            let file = "\(folder)/\(name)"
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            for damage in 0..<3 {
                var damaged: Data? = bytes
                switch damage {
                case 0:
                    let place = Int.random(in: 0..<min(40, bytes.count), using: &generator)
                    damaged?[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1: damaged = bytes.prefix(bytes.count / 2)
                default: damaged = nil
                }
                try FileManager.default.removeItem(atPath: file)
                if let damaged { try damaged.write(to: URL(fileURLWithPath: file)) }
                #expect(throws: StoreError.self, "\(name), damage \(damage)") {
                    try collection.adopt(good)
                }
                #expect(try directoryEntries("\(path)/staging") == [])
                #expect(try collection.statistics().liveCount == 0)
                try bytes.write(to: URL(fileURLWithPath: file))
            }
        }
        #expect(try collection.adopt(good).insertedCount == 60)
        // A part of a store is not to be adopted twice under two names.
        #expect(try collection.adopt(good).replacedCount == 60)
        #expect(try Store.verify(at: path).damage == [])
        #expect(throws: StoreError.self) {
            _ = try CollectionSchema(bytes: try collection.schema().bytes.dropLast() + [0])
        }
    }
}
