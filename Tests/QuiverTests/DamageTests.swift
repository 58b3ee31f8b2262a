import Foundation
import Glibc
import Quiver
import TestSupport
import Testing

/// A small store with everything in it: two segments with graphs, tombstones, a tail with a long text, and a segment with
/// an inverted file in a second collection.
private struct SampleStore {
    let directory = TemporaryDirectory()
    var path: String { directory.file("store") }
    let vectors = clusteredVectors(count: 400, dimension: 12, seed: 21)

    init() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 12, index: .graph)
        )
        func documents(_ range: Range<Int>) -> [Document] {
            range.map {
                Document(key: .integer(UInt64($0)), text: "text \($0)", vector: vectors[$0])
            }
        }
        try collection.upsert(documents(0..<200))
        try collection.seal()
        try collection.upsert(documents(150..<350))
        try collection.seal()
        try collection.maintain()
        var batch = WriteBatch()
        for key in 100..<120 { batch.delete(.integer(UInt64(key))) }
        for document in documents(350..<400) { batch.upsert(document) }
        batch.upsert(
            Document(
                key: "long",
                text: String(repeating: "long ", count: 300_000),
                vector: vectors[0]
            )
        )
        try collection.write(batch)
        let lists = try store.createCollection(
            "lists",
            CollectionConfiguration(
                dimension: 12,
                index: try IndexSpecification(parsing: "IVF4,SQ8")
            )
        )
        try lists.upsert(documents(0..<120))
        try lists.seal()
        try lists.maintain()
        store.close()
    }

    /// Every file but the catalog and the locks, relative to the store.
    var dataFiles: [String] { dataFiles(of: path) }

    func dataFiles(of path: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".qvs") || $0.hasSuffix(".text") }.sorted()
    }

    func bytes(of file: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)"))
    }

    /// In place, so that links and names stay as they are.
    func write(_ bytes: Data, to file: String) throws {
        try bytes.write(to: URL(fileURLWithPath: "\(path)/\(file)"))
    }

    /// Everything that a reader can see, or the error.
    func readEverything() throws -> [String] {
        let store = try Store.open(at: path, access: .readOnly)
        defer { store.close() }
        var seen: [String] = []
        for (name, mode) in [
            ("c", SearchRequest.Mode.exact), ("c", .automatic), ("lists", .exact),
            ("lists", .automatic),
        ] {
            let results = try store.collection(name).search(
                SearchRequest(
                    queries: Array(vectors[..<20]),
                    k: name == "c" ? 400 : 10,
                    mode: mode,
                    contents: [.text, .vectors]
                )
            )
            seen += results.flatMap {
                $0.hits.map {
                    "\($0.key) \($0.score) \($0.text?.prefix(20) ?? "-") \($0.vector ?? [])"
                }
            }
        }
        return seen
    }
}

@Suite struct DamageTests {
    @Test func `a sound store verifies and is counted`() throws {
        let sample = try SampleStore()
        let report = try Store.verify(at: sample.path)
        #expect(report.damage == [])
        #expect(report.documentCount == 501)
        #expect(report.fileCount >= 11)
    }

    @Test func `a truncated or missing file is named by verify and refused by readers`() throws {
        let sample = try SampleStore()
        #expect(sample.dataFiles.count == 31)
        for file in sample.dataFiles {
            let whole = try sample.bytes(of: file)
            for length in [0, 1, 39, 4_095, 4_096, whole.count / 2, whole.count - 1]
            where length < whole.count {
                try sample.write(whole.prefix(length), to: file)
                let report = try Store.verify(at: sample.path)
                #expect(!report.isSound, "\(file) cut to \(length) bytes")
                #expect(throws: StoreError.self, "\(file) cut to \(length) bytes") {
                    _ = try sample.readEverything()
                }
            }
            try FileManager.default.removeItem(atPath: "\(sample.path)/\(file)")
            #expect(try !Store.verify(at: sample.path).isSound, "\(file) removed")
            try sample.write(whole, to: file)
        }
        #expect(try Store.verify(at: sample.path).isSound)
    }

    @Test(.timeLimit(.minutes(minutesUntilHung)))
    func `a pipe in a file's place is damage, not something to wait for`() throws {
        let sample = try SampleStore()
        for file in sample.dataFiles {
            let path = "\(sample.path)/\(file)"
            try FileManager.default.moveItem(atPath: path, toPath: "\(path).kept")
            try #require(mkfifo(path, 0o600) == 0)
            #expect(try !Store.verify(at: sample.path).isSound, "\(file)")
            #expect(throws: StoreError.self, "\(file)") { _ = try sample.readEverything() }
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: "\(path).kept", toPath: path)
        }
    }

    @Test func `damage names files from the store on, however the store is named`() throws {
        let sample = try SampleStore()
        let moved = sample.directory.file("größer-語")
        try FileManager.default.moveItem(atPath: sample.path, toPath: moved)
        let other = sample.directory.file("link")
        try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: moved)
        let file = sample.dataFiles(of: moved).first { $0.contains("keys") } ?? ""
        try Data().write(to: URL(fileURLWithPath: "\(moved)/\(file)"))
        for name in [moved, other] {
            #expect(try Store.verify(at: name).damage.map(\.file) == [file])
        }
    }

    @Test(arguments: [UInt64.random(in: 3..<1_000_000), 1] as [UInt64])
    func `a flipped bit in any file is found or harms nobody`(seed: UInt64) throws {
        let sample = try SampleStore()
        let expected = try sample.readEverything()
        var generator = SplitMix64(seed: seed)
        for file in sample.dataFiles {
            let whole = try sample.bytes(of: file)
            for _ in 0..<6 {
                var damaged = whole
                let place = Int.random(in: 0..<whole.count, using: &generator)
                damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                try sample.write(damaged, to: file)
                let isFound = try !Store.verify(at: sample.path).isSound
                do {
                    let seen = try sample.readEverything()
                    #expect(
                        seen == expected,
                        "seed \(seed): \(file) byte \(place) changed an answer"
                    )
                } catch {
                    #expect(
                        isFound,
                        "seed \(seed): \(file) byte \(place): readers fail, verify does not: \(error)"
                    )
                }
            }
            try sample.write(whole, to: file)
        }
    }

    @Test func `a flipped bit in what only a named snapshot has is found`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(dimension: 2)],
                fields: [Field(name: "note", type: .string)]
            )
        )
        try collection.upsert(
            (0..<2_000).map { Document(key: .integer(UInt64($0)), vector: [1, 2]) }
        )
        try collection.seal()
        for round in 0..<2 {
            var batch = WriteBatch()
            for key in 0..<2_000 {
                let note = String(repeating: "\(round)", count: 100)
                batch.update(
                    DocumentUpdate(key: .integer(UInt64(key)), fields: ["note": .string(note)])
                )
            }
            try collection.write(batch)
            try store.createSnapshot("s\(round)")
        }
        store.close()
        let folder = "\(path)/segments/0000000000000001"
        let patches = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("patches-") }
        #expect(patches.count == 2)
        for file in patches {
            let url = URL(fileURLWithPath: "\(folder)/\(file)")
            let whole = try Data(contentsOf: url)
            var bytes = whole
            bytes[whole.count / 2] ^= 1
            try bytes.write(to: url)
            let report = try Store.verify(at: path)
            #expect(report.damage.map(\.file) == ["segments/0000000000000001/\(file)"], "\(report)")
            try whole.write(to: url)
        }
    }

    @Test func `a file in another's place is known`() throws {
        let sample = try SampleStore()
        let files = sample.dataFiles.filter { $0.contains("vectors") }
        #expect(files.count == 3)
        let (first, second) = (try sample.bytes(of: files[0]), try sample.bytes(of: files[1]))
        try sample.write(first, to: files[1])
        try sample.write(second, to: files[0])
        #expect(try !Store.verify(at: sample.path).isSound)
        #expect(throws: StoreError.self) { _ = try sample.readEverything() }
    }

    @Test(arguments: [7, 8] as [UInt64])
    func `verify survives any damage to the catalog`(seed: UInt64) throws {
        let sample = try SampleStore()
        let whole = try sample.bytes(of: "catalog.mdb")
        var generator = SplitMix64(seed: seed)
        var foundCount = 0
        for _ in 0..<80 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                damaged[Int.random(in: 0..<whole.count, using: &generator)] = .random(
                    in: 0...255,
                    using: &generator
                )
            }
            let path = sample.directory.file("copy")
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
            try damaged.write(to: URL(fileURLWithPath: "\(path)/catalog.mdb"))
            for name in ["segments", "texts"] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(path)/\(name)",
                    withDestinationPath: "\(sample.path)/\(name)"
                )
            }
            if try !Store.verify(at: path).isSound { foundCount += 1 }
        }
        #expect(foundCount > 10, "damage in used pages is found")
        for length in [0, 1, 4_096, 8_191, whole.count / 2] {
            let path = sample.directory.file("short-\(length)")
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
            try whole.prefix(length).write(to: URL(fileURLWithPath: "\(path)/catalog.mdb"))
            #expect(try !Store.verify(at: path).isSound, "catalog cut to \(length) bytes")
            #expect(throws: StoreError.self, "catalog cut to \(length) bytes") {
                _ = try Store.open(at: path, access: .readOnly)
            }
        }
    }
}
