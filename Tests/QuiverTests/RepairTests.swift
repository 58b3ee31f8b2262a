import Foundation
import Quiver
import TestSupport
import Testing

/// A store of every kind of thing, and what it holds: two segments with indexes, patches and tombstones, two named snapshots, and a
/// tail with a long text that updates and deletes what is sealed.
private struct RepairedStore {
    let directory = TemporaryDirectory()
    var path: String { directory.file("store") }
    private(set) var model = ModelCollection()
    /// Everything that was ever written under a key.
    private(set) var history: [Key: [Document]] = [:]
    /// The documents of the named snapshot.
    private(set) var named: [Key: Document] = [:]

    init(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let store = try Store.create(at: path)
        let collection = try store.createCollection("things", ModelCollection.configuration)
        func key(_ number: Int) -> Key {
            number % 3 == 0 ? .string("key-\(number)") : .integer(UInt64(number))
        }
        func write(_ numbers: some Sequence<Int>, deleting: some Sequence<Int>) throws {
            var batch = WriteBatch()
            for number in numbers {
                put(model.document(key(number), &generator), into: &batch)
            }
            for number in deleting {
                batch.delete(key(number))
                model.documents[key(number)] = nil
            }
            try collection.write(batch)
        }
        func put(_ document: Document, into batch: inout WriteBatch) {
            batch.upsert(document)
            model.documents[document.key] = document
            history[document.key, default: []].append(document)
        }
        func update(_ numbers: some Sequence<Int>) throws {
            var batch = WriteBatch()
            for number in numbers {
                guard var document = model.documents[key(number)] else { continue }
                let fields = model.values(&generator)
                let names = Set(model.fields.map(\.name)).subtracting(fields.keys)
                batch.update(
                    DocumentUpdate(key: document.key, fields: fields, removedFields: names)
                )
                document.fields = fields
                model.documents[document.key] = document
                history[document.key, default: []].append(document)
            }
            try collection.write(batch)
        }
        try write(0..<120, deleting: [])
        try collection.seal()
        try write(90..<200, deleting: [3, 4, 5])
        try update(20..<40)
        try collection.seal()
        try collection.maintain()
        try store.createSnapshot("kept")
        named = model.documents
        try update(30..<50)
        try write(190..<230, deleting: 100..<110)
        var batch = WriteBatch()
        var long = model.document("long", &generator)
        long.text = String(repeating: "long ", count: 300_000)
        put(long, into: &batch)
        try collection.write(batch)
        try update([192, 60, 61])
        try store.createCollections([("empty", ModelCollection.configuration)])
        store.close()
        try expectEqual(at: path, "as it was made")
    }

    func expectEqual(at path: String, _ comment: Comment) throws {
        let store = try Store.open(at: path, access: .readOnly)
        try model.expectEqual(try store.collection("things").snapshot(), comment)
        #expect(try store.collection("empty").snapshot().liveCount == 0, comment)
    }

    var dataFiles: [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".qvs") || $0.hasSuffix(".text") }.sorted()
    }

    func repaired(_ name: String) throws -> (path: String, report: RepairReport) {
        let destination = directory.file("repaired-\(name)")
        let report = try Store.repair(at: path, into: destination)
        return (destination, report)
    }

    /// What a repaired store has must be what the report says.
    func expectAccountedFor(
        _ path: String,
        _ report: RepairReport,
        _ comment: Comment
    ) throws {
        let store = try Store.open(at: path, access: .readOnly)
        var found: [Key: StoredDocument] = [:]
        try store.collection("things").snapshot().scan(contents: .all) { document in
            found[document.key] = document
            return true
        }
        let losses = Dictionary(grouping: report.losses.filter { $0.key != nil }) { $0.key }
        let unnamed = report.losses.count { $0.key == nil }
        var missing = 0
        for (key, expected) in model.documents {
            let lost = losses[key]?.map(\.what) ?? []
            guard let document = found[key] else {
                missing += lost.contains("document") ? 0 : 1
                continue
            }
            #expect(document.vectors["one"] == expected.vectors["one"], comment)
            if !lost.contains("rows of \"many\"") {
                #expect(document.vectors["many"] == expected.vectors["many"], comment)
                #expect(document.columns == expected.columns, comment)
            }
            if !lost.contains("text") { #expect(document.text == expected.text, comment) }
            if !lost.contains(where: { $0.hasPrefix("metadata") }) {
                #expect(document.fields == expected.fields, comment)
            }
        }
        #expect(missing <= unnamed, "\(comment): \(missing) documents are missing unnoticed")
        #expect(Set(found.keys).isSubset(of: model.documents.keys), comment)
        if report.isComplete {
            try model.expectEqual(try store.collection("things").snapshot(), comment)
        }
    }
}

@Suite struct `A repair` {
    @Test(arguments: [1, 2] as [UInt64])
    func `of a sound store gives the same documents, segments and snapshots`(seed: UInt64) throws {
        let sample = try RepairedStore(seed: seed)
        let (path, report) = try sample.repaired("whole")
        #expect(report.isComplete && report.damage == [])
        #expect(report.keptDocumentCount > 100 && report.rewrittenDocumentCount > 40)
        try sample.expectEqual(at: path, "seed \(seed)")
        let store = try Store.open(at: path)
        let kept = try store.snapshot(named: "kept", collection: "things")
        #expect(kept.liveCount == sample.named.count)
        for (key, document) in sample.named {
            #expect(try kept.documents([key], contents: .fields)[0]?.fields == document.fields)
        }
        // It goes on like any other, and the old one is untouched.
        let collection = try store.collection("things")
        try collection.compact()
        try sample.model.expectEqual(try collection.snapshot(), "seed \(seed), compacted")
        store.close()
        #expect(try Store.verify(at: path).isSound)
        try sample.expectEqual(at: sample.path, "seed \(seed), the old one")
        #expect(try Store.verify(at: sample.path).isSound)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `loses no more than it says, whichever file is damaged`(seed: UInt64) throws {
        let sample = try RepairedStore(seed: seed)
        var generator = SplitMix64(seed: seed)
        for (number, file) in sample.dataFiles.enumerated() {
            let url = URL(fileURLWithPath: "\(sample.path)/\(file)")
            let whole = try Data(contentsOf: url)
            for (kind, bytes) in [
                ("flipped", flipped(whole, &generator)),
                ("cut", whole.prefix(Int.random(in: 0..<whole.count, using: &generator))),
                ("gone", nil), ("a pipe", nil), ("elsewhere", whole),
            ] {
                try? FileManager.default.removeItem(at: url)
                switch kind {
                case "a pipe": try #require(mkfifo(url.path, 0o600) == 0)
                case "elsewhere":
                    let other = sample.directory.file("elsewhere")
                    try bytes?.write(to: URL(fileURLWithPath: other))
                    try FileManager.default.createSymbolicLink(
                        atPath: url.path,
                        withDestinationPath: other
                    )
                default: try bytes?.write(to: url)
                }
                let comment: Comment = "seed \(seed): \(file) \(kind)"
                let (path, report) = try sample.repaired("\(number)-\(kind)")
                #expect(!report.isCatalogDamaged, comment)
                #expect(try Store.verify(at: sample.path).isSound == (report.damage == []), comment)
                if kind == "elsewhere" {
                    #expect(report.isComplete, comment)
                    try FileManager.default.removeItem(atPath: sample.directory.file("elsewhere"))
                    #expect(try Store.verify(at: path).isSound, comment)
                }
                if file.contains("graph-") {
                    #expect(report.lossCount == 0 && report.rewrittenDocumentCount < 100, comment)
                }
                try sample.expectAccountedFor(path, report, comment)
                try FileManager.default.removeItem(atPath: path)
            }
            try? FileManager.default.removeItem(at: url)
            try whole.write(to: url)
        }
        try sample.expectEqual(at: sample.path, "seed \(seed), mended")
    }

    private func flipped(_ bytes: Data, _ generator: inout SplitMix64) -> Data {
        var bytes = bytes
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 0x10
        return bytes
    }

    @Test func `loses a block of a file, not the file`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 64))
        let vectors = clusteredVectors(count: 2_000, dimension: 64, seed: 3)
        let text = String(repeating: "x", count: 1_000)
        try collection.upsert(
            vectors.enumerated().map {
                Document(key: .integer(UInt64($0)), text: "\($0) \(text)", vector: $1)
            }
        )
        try collection.seal()
        store.close()
        for (file, what) in [("texts.qvs", "text"), ("vectors-0.qvs", "document")] {
            let url = URL(fileURLWithPath: "\(path)/segments/0000000000000001/\(file)")
            let whole = try Data(contentsOf: url)
            var bytes = whole
            bytes[300_000] ^= 1
            try bytes.write(to: url)
            let destination = directory.file("new-\(what)")
            let report = try Store.repair(at: path, into: destination)
            try whole.write(to: url)
            // A block is 64 KiB: 65 texts and as many as lie across its ends, or 256 rows.
            #expect(report.losses.allSatisfy { $0.what == what })
            #expect(report.lossCount == (what == "text" ? 66 : 256) || report.lossCount == 67)
            let lost = Set(report.losses.compactMap(\.key))
            #expect(lost.count == report.lossCount)
            let repaired = try Store.open(at: destination, access: .readOnly).collection("c")
            for (number, vector) in vectors.enumerated() {
                let key = Key.integer(UInt64(number))
                let document = try repaired.documents([key])[0]
                if lost.contains(key), what == "document" {
                    #expect(document == nil)
                } else {
                    #expect(document?.vector == vector)
                    #expect(document?.text == (lost.contains(key) ? nil : "\(number) \(text)"))
                }
            }
        }
    }

    @Test func `without a catalog finds what was sealed`() throws {
        let sample = try RepairedStore(seed: 5)
        try FileManager.default.removeItem(atPath: "\(sample.path)/catalog.mdb")
        let (path, report) = try sample.repaired("without")
        #expect(report.isCatalogDamaged && !report.isComplete)
        let store = try Store.open(at: path)
        #expect(try store.collectionNames() == ["things"])
        let collection = try store.collection("things")
        #expect(try collection.statistics().liveCount > 180)
        var found = 0
        try collection.snapshot().scan(contents: .all) { document in
            let written = sample.history[document.key] ?? []
            #expect(written.contains { $0.text == document.text && $0.vectors == document.vectors })
            // Documents of the tail are lost, those that were sealed are of the last version that was.
            if let named = sample.named[document.key] {
                #expect(named.vectors == document.vectors)
                found += 1
            }
            return true
        }
        #expect(found == sample.named.count)
        var batch = WriteBatch()
        batch.upsert(sample.model.documents.values.first ?? Document(key: 1, vectors: [:]))
        try collection.write(batch)
        store.close()
        #expect(try Store.verify(at: path).isSound)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `of any damage to the catalog gives a sound store of documents that were written`(
        seed: UInt64
    ) throws {
        let sample = try RepairedStore(seed: seed)
        let url = URL(fileURLWithPath: "\(sample.path)/catalog.mdb")
        let whole = try Data(contentsOf: url)
        var generator = SplitMix64(seed: seed)
        for round in 0..<25 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<whole.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = .random(in: 0...255, using: &generator)
                case 1:
                    let page = place / 4_096 * 4_096
                    bytes.replaceSubrange(page..<(page + 4_096), with: Data(count: 4_096))
                default:
                    bytes =
                        bytes.prefix(max(place, whole.count / 2))
                        + Data(count: whole.count - max(place, whole.count / 2))
                }
            }
            try bytes.write(to: url)
            let comment: Comment = "seed \(seed), round \(round)"
            let (path, report) = try sample.repaired("\(round)")
            let store = try Store.open(at: path)
            for name in try store.collectionNames() {
                let snapshot = try store.collection(name).snapshot()
                try snapshot.scan(contents: .all) { document in
                    let written = sample.history[document.key] ?? []
                    #expect(
                        written.contains {
                            $0.text == document.text && $0.vectors == document.vectors
                                && $0.columns == document.columns
                        },
                        comment
                    )
                    return true
                }
                guard name == "things" else { continue }
                // Whatever has become of the catalog, the segments are there.
                let sealed = sample.named.keys.filter { sample.model.documents[$0] != nil }
                let found = try snapshot.documents(sealed, contents: [])
                #expect(found.allSatisfy { $0 != nil }, comment)
                if !report.isCatalogDamaged { try sample.model.expectEqual(snapshot, comment) }
            }
            #expect(try store.collectionNames().contains("things"), comment)
            store.close()
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Half of the documents moved by a compaction that was ended, so that each is dead in one segment and alive in another.
    @Test(arguments: ["nothing", "meta page", "texts", "texts and meta page", "catalog"])
    func `loses nothing of a compaction that was cut short`(damaged: String) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        try collection.upsert(
            (0..<4_000).map {
                Document(key: .integer(UInt64($0)), text: "\($0)", vector: [1, Float($0)])
            }
        )
        try collection.seal()
        var batch = WriteBatch()
        batch.delete(7)
        try collection.write(batch)
        let options = CompactionOptions(maximumSegmentDocumentCount: 500)
        var callCount = 1
        while try collection.statistics().segmentCount == 1 {
            let calls = Countdown(callCount)
            #expect(throws: StoreError.cancelled) {
                try collection.compact(options) { _ in calls.next() }
            }
            callCount += 1
        }
        #expect(try collection.statistics().segmentCount > 1)
        #expect(try collection.statistics().liveCount == 3_999)
        store.close()
        if damaged.contains("texts") {
            for folder in try FileManager.default.contentsOfDirectory(atPath: "\(path)/segments") {
                try flip("\(path)/segments/\(folder)/texts.qvs", at: 4_096)
            }
        }
        if damaged.contains("meta page") { try flip("\(path)/catalog.mdb", at: 4_096 + 40) }
        if damaged == "catalog" {
            try FileManager.default.removeItem(atPath: "\(path)/catalog.mdb")
        }
        let report = try Store.repair(at: path, into: directory.file("new"))
        let repaired = try Store.open(at: directory.file("new"), access: .readOnly)
        let found = try repaired.collection("c").documents(
            (0..<4_000).map { .integer(UInt64($0)) },
            contents: []
        )
        #expect(found.enumerated().allSatisfy { $0.offset == 7 || $0.element != nil })
        #expect((found[7] == nil) || report.isCatalogDamaged)
        #expect(report.isComplete == (damaged == "nothing"))
    }

    private func flip(_ file: String, at offset: Int) throws {
        let url = URL(fileURLWithPath: file)
        var bytes = try Data(contentsOf: url)
        bytes[offset] ^= 1
        try FileManager.default.removeItem(at: url)
        try bytes.write(to: url)
    }

    @Test func `without a catalog takes the newest schema, and sealed updates`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(name: "v", dimension: 2)],
                fields: [Field(name: "year", type: .int64)]
            )
        )
        func write(_ key: Key, _ fields: [String: FieldValue]) throws {
            var batch = WriteBatch()
            batch.upsert(Document(key: key, fields: fields, vectors: ["v": [1, 2]]))
            try collection.write(batch)
            try collection.seal()
        }
        func update(_ year: Int64) throws {
            var batch = WriteBatch()
            batch.update(DocumentUpdate(key: 1, fields: ["year": .int64(year)]))
            try collection.write(batch)
            try collection.seal()
        }
        try write(1, ["year": .int64(1_895)])
        try update(1_900)
        try update(2_001)
        try collection.alter([.addField(Field(name: "genre", type: .string))])
        try collection.alter([
            .addVectorField(VectorField(name: "w", dimension: 3, isOptional: true))
        ])
        try write(2, ["genre": .string("noir")])
        store.close()
        try FileManager.default.removeItem(atPath: "\(path)/catalog.mdb")
        let new = directory.file("new")
        #expect(try Store.repair(at: path, into: new).lossCount == 0)
        let repaired = try Store.open(at: new)
        let found = try repaired.collection("c")
        #expect(try found.documents([1])[0]?.fields == ["year": .int64(2_001)])
        #expect(try found.documents([2])[0]?.fields == ["genre": .string("noir")])
        // New fields get numbers that none has had.
        try found.alter([.addField(Field(name: "rating", type: .string))])
        try found.alter([.addVectorField(VectorField(name: "z", dimension: 5, isOptional: true))])
        #expect(try found.documents([2])[0]?.fields == ["genre": .string("noir")])
        repaired.close()
        #expect(try Store.verify(at: new).isSound)
    }

    @Test func `goes round what is no segment, and what nothing says whose it is`() throws {
        let sample = try RepairedStore(seed: 4)
        let segments = "\(sample.path)/segments"
        for name in ["ffffffffffffffff", "+00000000000000a", "000000000000000A", "x"] {
            try FileManager.default.createDirectory(
                atPath: "\(segments)/\(name)",
                withIntermediateDirectories: false
            )
        }
        #expect(try sample.repaired("beside").report.isComplete)
        let folder = "\(segments)/0000000000000001"
        try FileManager.default.removeItem(atPath: "\(folder)/keys.qvs")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/keys.qvs",
            withDestinationPath: "keys.qvs"
        )
        let (_, looped) = try sample.repaired("looped")
        #expect(looped.damage.contains { $0.file.hasSuffix("keys.qvs") } && looped.lossCount > 50)
        try FileManager.default.removeItem(atPath: "\(sample.path)/catalog.mdb")
        try FileManager.default.removeItem(atPath: "\(folder)/manifest.qvs")
        let (path, report) = try sample.repaired("unknown")
        #expect(report.lossCount > 50 || report.losses.contains { $0.key == nil })
        #expect(try Store.verify(at: path).isSound)
    }

    @Test func `keeps a segment whole whose dropped field is gone, and names that differ in bytes`()
        throws
    {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let names = ["caf\u{E9}", "cafe\u{301}"]
        for name in names {
            let collection = try store.createCollection(
                name,
                CollectionConfiguration(vectorFields: [
                    VectorField(name: "v", dimension: 2), VectorField(name: "w", dimension: 2),
                ])
            )
            try collection.upsert([Document(key: 1, vectors: ["v": [1, 2], "w": [3, 4]])])
            try collection.seal()
            try collection.alter([.dropVectorField("w")])
        }
        store.close()
        for folder in try FileManager.default.contentsOfDirectory(atPath: "\(path)/segments") {
            try FileManager.default.removeItem(atPath: "\(path)/segments/\(folder)/vectors-1.qvs")
        }
        let new = directory.file("new")
        let report = try Store.repair(at: path, into: new)
        #expect(report.damage == [] && report.keptDocumentCount == 2)
        let found = try Store.open(at: new, access: .readOnly).collectionNames()
        #expect(Set(found.map { Array($0.utf8) }) == Set(names.map { Array($0.utf8) }))
    }

    @Test func `does not count a long text that nobody has any more`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        let long = String(repeating: "long ", count: 300_000)
        try collection.upsert([Document(key: 1, text: long, vector: [1, 2])])
        try collection.upsert([Document(key: 1, text: "short", vector: [1, 2])])
        store.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: "\(path)/texts") {
            try FileManager.default.removeItem(atPath: "\(path)/texts/\(file)")
        }
        let report = try Store.repair(at: path, into: directory.file("new"))
        #expect(report.isComplete && report.damage.count == 1)
    }

    @Test func `touches nothing that it has not made`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store-unfinished")
        let store = try Store.create(at: path)
        _ = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        store.close()
        try FileManager.default.removeItem(atPath: "\(path)/writer.lock")
        let before = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        #expect(try Store.repair(at: path, into: directory.file("store") + "//").isComplete)
        for destination in ["", path + "/new", path + "/segments/new", path + "/staging/x/"] {
            #expect(throws: StoreError.self, "\(destination)") {
                try Store.repair(at: path, into: destination)
            }
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: path).sorted() == before)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(names == ["store", "store-unfinished"])
    }

    @Test func `refuses what it cannot do, and leaves nothing behind`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        #expect(throws: StoreError.notAStore(path: path)) {
            try Store.repair(at: path, into: directory.file("new"))
        }
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        try collection.upsert([Document(key: 1, vector: [1, 2])])
        try collection.seal()
        #expect(throws: StoreError.lockedByWriter(path: path, processID: getpid())) {
            try Store.repair(at: path, into: directory.file("new"))
        }
        store.close()
        #expect(throws: StoreError.alreadyExists(path: path)) {
            try Store.repair(at: path, into: path)
        }
        #expect(throws: StoreError.cancelled) {
            try Store.repair(at: path, into: directory.file("new")) { _ in false }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["store"])
    }
}
