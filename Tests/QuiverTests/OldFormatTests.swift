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
        #expect(try store.formatVersion() == 7)
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

/// `Resources/version-2`: points 0 to 79 in a segment with a FAISS index, 100 to 179 in one that is refused an index for the sake of point
/// 170, three more in the tail, and point 3 deleted.
@Suite struct `A store that was written in format version 2` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    init() throws {
        let kept = Bundle.module.bundleURL.appendingPathComponent("Resources/version-2")
        try FileManager.default.copyItem(at: kept, to: URL(fileURLWithPath: path))
    }

    @Test func `is read as it is`() throws {
        #expect(try Store.verify(at: path).damage == [])
        let store = try Store.open(at: path, access: .readOnly)
        #expect(try store.formatVersion() == 2)
        let collection = try store.collection("points")
        let statistics = try collection.statistics()
        #expect(statistics.liveCount == 162)
        #expect(statistics.tailCount == 3)
        #expect(statistics.vectorFields[0].indexByteCount > 0)
        #expect(statistics.unindexedSegmentCount == 0)
        #expect(statistics.unindexableSegments.map(\.documentCount) == [80])
        let request = SearchRequest(queries: [[3.2, 1], [202.1, 1], [1e16, 1]], k: 2)
        let found = try collection.search(request).map { $0.hits.map(\.key) }
        #expect(found[0] == [4, 2] && found[1] == [202, 203] && found[2][0] == 170)
    }

    @Test func `is written on, upgraded and compacted`() throws {
        let store = try Store.open(at: path)
        let collection = try store.collection("points")
        try collection.upsert([Document(key: 3, vector: [3, 1])])
        #expect(try store.formatVersion() == 7)
        try store.upgrade()
        try collection.compact()
        let statistics = try collection.statistics()
        #expect(statistics.liveCount == 163 && statistics.deadCount == 0)
        #expect(statistics.unindexableSegments.map(\.documentCount) == [163])
        let hits = try collection.search(SearchRequest(queries: [[3.2, 1]], k: 2))[0].hits
        #expect(hits.map(\.key) == [3, 4])
        store.close()
        #expect(try Store.verify(at: path).damage == [])
    }
}

/// `Resources/version-3`: eight points with a graph, updates in a patch file, two named snapshots (`eight` before the update of point 2,
/// `patched` after it), and a tail that deletes point 3, adds 8 and "nine", and updates 8.
@Suite struct `A store that was written in format version 3` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    init() throws {
        let kept = Bundle.module.bundleURL.appendingPathComponent("Resources/version-3")
        try FileManager.default.copyItem(at: kept, to: URL(fileURLWithPath: path))
    }

    @Test func `is read as it is`() throws {
        #expect(try Store.verify(at: path).damage == [])
        let store = try Store.open(at: path, access: .readOnly)
        #expect(try store.formatVersion() == 3)
        #expect(try store.snapshots().map(\.name) == ["eight", "patched"])
        try expectContents(try store.collection("points").snapshot())
        let years = try ["eight", "patched"].map { name in
            let snapshot = try store.snapshot(named: name, collection: "points")
            #expect(snapshot.liveCount == 8)
            return try snapshot.documents([2])[0]?.fields["year"]
        }
        #expect(years == [.int64(2_002), .int64(1_999)])
    }

    @Test func `is written on`() throws {
        let store = try Store.open(at: path)
        let collection = try store.collection("points")
        try expectContents(try collection.snapshot())
        try collection.compact()
        try expectContents(try collection.snapshot())
        try store.dropSnapshot("eight")
        try store.upgrade()
        store.close()
        #expect(try Store.verify(at: path).damage == [])
    }

    private func expectContents(_ snapshot: Snapshot) throws {
        var found: [StoredDocument] = []
        try snapshot.scan(contents: .all) { document in
            found.append(document)
            return true
        }
        #expect(found.map(\.key) == [0, 1, 2, 4, 5, 6, 7, 8, "nine"])
        #expect(
            found[1].fields == [
                "year": .int64(2_001), "tags": .strings(["t1"]),
                "seen": timestamp("2026-11-28T10:25:49.5Z"),
            ]
        )
        #expect(found[1].vectors == ["place": [1, 1], "words": [1, 2, 2, 1]])
        #expect(found[1].columns == ["words": ["token": .int32([1, -1])]])
        #expect(found[2].fields["year"] == .int64(1_999) && found[2].fields["tags"] == nil)
        #expect(found[7].fields == ["year": .int64(8)])
        #expect(found[8].fields == ["year": .null])
        let request = SearchRequest(queries: [[3.2, 1]], k: 2, vectorField: "place")
        #expect(try snapshot.search(request)[0].hits.map(\.key) == [4, 2])
    }
}

/// `Resources/version-5`: points 0 to 5 in a segment with a graph, orders of two fields and an index of words, and a tail that deletes point
/// 3 and adds 6 and "seven".
@Suite struct `A store that was written in format version 5` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    init() throws {
        let kept = Bundle.module.bundleURL.appendingPathComponent("Resources/version-5")
        try FileManager.default.copyItem(at: kept, to: URL(fileURLWithPath: path))
    }

    private func expectContents(_ collection: Collection) throws {
        var request = SearchRequest(queries: [[4.8, 1]], k: 2)
        request.scope.filter = .comparison(field: "color", .equal, .string("red"))
        #expect(try collection.search(request)[0].hits.map(\.key) == [5, 2])
        let words = SearchRequest([SearchQuery(words: .init(words: "sun"))])
        #expect(Set(try collection.search(words)[0].hits.map(\.key)) == [0, 2, 6])
        #expect(try collection.snapshot().liveCount == 7)
    }

    @Test func `is read as it is`() throws {
        #expect(try Store.verify(at: path).damage == [])
        let store = try Store.open(at: path, access: .readOnly)
        #expect(try store.formatVersion() == 5)
        let collection = try store.collection("points")
        #expect(collection.configuration.recall == nil)
        try expectContents(collection)
    }

    @Test func `takes a recall target, and the newest version with it`() throws {
        let store = try Store.open(at: path)
        let collection = try store.collection("points")
        try collection.alter([.setRecall(0.9)])
        #expect(try store.formatVersion() == 7)
        try expectContents(collection)
        try collection.compact()
        store.close()
        let again = try Store.open(at: path, access: .readOnly).collection("points")
        #expect(again.configuration.recall == 0.9)
        try expectContents(again)
        #expect(try Store.verify(at: path).damage == [])
    }
}

/// `Resources/version-6`: points 0 to 5 in a segment with a graph, an index of English words and a recall target, and a tail that deletes
/// point 3 and adds 6 and "seven".
@Suite struct `A store that was written in format version 6` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    init() throws {
        let kept = Bundle.module.bundleURL.appendingPathComponent("Resources/version-6")
        try FileManager.default.copyItem(at: kept, to: URL(fileURLWithPath: path))
    }

    private func expectContents(_ collection: Collection) throws {
        #expect(collection.configuration.recall == 0.9)
        var request = SearchRequest(queries: [[4.8, 1]], k: 2, mode: .exact)
        request.scope.filter = .comparison(field: "color", .equal, .string("red"))
        #expect(try collection.search(request)[0].hits.map(\.key) == [4, 6])
        let words = SearchRequest([SearchQuery(words: .init(words: "sun"))])
        #expect(Set(try collection.search(words)[0].hits.map(\.key)) == [0, 2, 5, 6])
        #expect(try collection.snapshot().liveCount == 7)
    }

    @Test func `is read as it is`() throws {
        #expect(try Store.verify(at: path).damage == [])
        let store = try Store.open(at: path, access: .readOnly)
        #expect(try store.formatVersion() == 6)
        let collection = try store.collection("points")
        try expectContents(collection)
        #expect(try collection.trainedIndex() == nil)
    }

    @Test func `takes sparse vectors and a trained index, and the newest version with them`()
        throws
    {
        let store = try Store.open(at: path)
        let collection = try store.collection("points")
        let trained = try collection.snapshot().train(try IndexSpecification(parsing: "IVF2,Flat"))
        #expect(try store.formatVersion() == 6)
        try collection.alter([
            .addField(Field(name: "terms", type: .sparse)), .setTrained(vectorField: "", trained),
        ])
        #expect(try store.formatVersion() == 7)
        var batch = WriteBatch()
        batch.update(DocumentUpdate(key: 5, fields: ["terms": .sparse(try SparseVector([7: 1]))]))
        try collection.write(batch)
        try collection.compact(CompactionOptions(extent: .everything))
        try collection.maintain()
        try expectContents(collection)
        store.close()
        let again = try Store.open(at: path, access: .readOnly).collection("points")
        try expectContents(again)
        #expect(try again.trainedIndex() == trained)
        let query = SearchQuery([.sparse(SparseQuery(try SparseVector([7: 2])))])
        #expect(try again.search(SearchRequest([query]))[0].hits.map(\.key) == [5])
        #expect(try Store.verify(at: path).damage == [])
    }
}

/// `Resources/version-3-long-text` and `version-4-long-text`: three points in the tail, of which the second has a long text, in
/// `texts/1-1.text` and, since version 4, in `texts/1-1-1.text`.
@Suite struct `A long text that was written in a file of its own` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    @Test(arguments: [3, 4]) func `is read as it is, and sealed`(version: Int) throws {
        let kept = "Resources/version-\(version)-long-text"
        try FileManager.default.copyItem(
            at: Bundle.module.bundleURL.appendingPathComponent(kept),
            to: URL(fileURLWithPath: path)
        )
        let texts = [
            "point 0", String(repeating: "a long text of point 1, ", count: 44_000), "point 2",
        ]
        func expectTexts(_ store: Store) throws {
            let found = try store.collection("points").documents([0, 1, 2], contents: .text)
            #expect(found.map { $0?.text } == texts)
        }
        #expect(try Store.verify(at: path).damage == [])
        try expectTexts(try Store.open(at: path, access: .readOnly))
        let store = try Store.open(at: path)
        #expect(try store.formatVersion() == version)
        try expectTexts(store)
        try store.collection("points").seal()
        try expectTexts(store)
        store.close()
        try expectTexts(try Store.open(at: path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/texts") == [])
        #expect(try Store.verify(at: path).damage == [])
    }
}
