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
        #expect(!FileManager.default.fileExists(atPath: "\(destination)-unfinished"))
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
                ("gone", nil),
            ] {
                try FileManager.default.removeItem(at: url)
                try bytes?.write(to: url)
                let comment: Comment = "seed \(seed): \(file) \(kind)"
                let (path, report) = try sample.repaired("\(number)-\(kind)")
                #expect(!report.isCatalogDamaged, comment)
                #expect(try Store.verify(at: sample.path).isSound == (report.damage == []), comment)
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
