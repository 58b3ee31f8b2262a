import Foundation
import Quiver
import TestSupport
import Testing

@Suite struct `Long texts of one batch over two collections` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }
    private let names = ["a", "b"]
    private let batchCount = 2

    /// As long in both collections, at the same place of the same commit.
    private func text(_ name: String, _ key: Int) -> String {
        String(repeating: "\(name)\(key) ", count: 400_000)
    }

    private func makeStore() throws -> Store {
        let store = try Store.create(at: path)
        for name in names {
            _ = try store.createCollection(name, CollectionConfiguration(dimension: 1))
        }
        for key in 0..<batchCount {
            var batch = StoreBatch()
            for name in names {
                var part = WriteBatch()
                part.upsert(
                    Document(key: .integer(UInt64(key)), text: text(name, key), vector: [1])
                )
                batch.add(part, to: name)
            }
            try store.write(batch)
        }
        return store
    }

    private func expectTexts(_ store: Store, _ names: [String]) throws {
        for name in names {
            let keys = (0..<batchCount).map { Key.integer(UInt64($0)) }
            let found = try store.collection(name).documents(keys, contents: .text)
            #expect(found.map { $0?.text } == (0..<batchCount).map { text(name, $0) })
        }
    }

    private func textFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/texts").sorted()
    }

    @Test func `have a file each`() throws {
        let store = try makeStore()
        try expectTexts(store, names)
        #expect(try textFiles() == ["1-1-0.text", "1-2-0.text", "2-1-0.text", "2-2-0.text"])
        store.close()
        #expect(try Store.verify(at: path).damage == [])
        try expectTexts(try Store.open(at: path, access: .readOnly), names)
    }

    @Test func `stay when the other collection is sealed, and go when theirs is`() throws {
        var store = try makeStore()
        try store.collection("a").seal()
        store.close()
        store = try Store.open(at: path)
        try expectTexts(store, names)
        #expect(try textFiles() == ["1-2-0.text", "2-2-0.text"])
        try store.collection("b").seal()
        store.close()
        store = try Store.open(at: path)
        try expectTexts(store, names)
        #expect(try textFiles() == [])
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `are repaired each by itself`() throws {
        try makeStore().close()
        try FileManager.default.removeItem(atPath: "\(path)/texts/2-1-0.text")
        let report = try Store.repair(at: path, into: directory.file("new"))
        #expect(report.damage.map(\.file) == ["texts/2-1-0.text"])
        let repaired = try Store.open(at: directory.file("new"))
        try expectTexts(repaired, ["b"])
        let kept = try repaired.collection("a").documents([0, 1], contents: .text)
        #expect(kept.map { $0?.text } == [text("a", 0), nil])
    }

    @Test func `are swept when their commit was not`() throws {
        try makeStore().close()
        let kept = try textFiles()
        for name in ["2-3-0.text", "3-1-0.text", "3-0.text", "x"] {
            try FileManager.default.copyItem(
                atPath: "\(path)/texts/1-1-0.text",
                toPath: "\(path)/texts/\(name)"
            )
        }
        let store = try Store.open(at: path)
        try expectTexts(store, names)
        #expect(try textFiles() == kept)
    }
}
