import Quiver
import TestSupport
import Testing

@Suite struct ReadingTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    /// Two segments and a tail, with dead and updated documents in each.
    private func makeCollection(seed: UInt64) throws -> (Store, Collection, ModelCollection) {
        var generator = SplitMix64(seed: seed)
        var model = ModelCollection()
        let store = try Store.create(at: path)
        let collection = try store.createCollection("things", ModelCollection.configuration)
        for part in 0..<3 {
            var batch = WriteBatch()
            for number in 0..<120 {
                let number = UInt64((number * 7 + part * 40) % 300)
                let key: Key = number % 3 == 0 ? .string("k\(number)") : .integer(number)
                if batch.contains(key) { continue }
                let document = model.document(key, &generator)
                batch.upsert(document)
                model.documents[key] = document
            }
            for number in 0..<10 {
                let key = Key.integer(UInt64(number * 11 + 1_000))
                batch.delete(key)
            }
            try collection.write(batch)
            if part < 2 { try collection.seal() }
        }
        return (store, collection, model)
    }

    @Test func `documents are numbered in the order of their keys`() throws {
        let (store, collection, model) = try makeCollection(seed: 3)
        let keys = model.documents.keys.sorted()
        let before = try collection.snapshot().numbering()
        try store.createSnapshot("before")
        try collection.compact()
        let after = try collection.snapshot().numbering()
        for numbering in [before, after] {
            #expect(numbering.count == keys.count)
            #expect(try (0..<keys.count).map { try numbering.key(of: $0) } == keys)
            for (number, key) in keys.enumerated() {
                #expect(try numbering.number(of: key) == number)
            }
            #expect(try numbering.number(of: "missing") == nil)
            #expect(throws: StoreError.noSuchDocument(number: -1, count: keys.count)) {
                _ = try numbering.key(of: -1)
            }
            #expect(throws: StoreError.noSuchDocument(number: keys.count, count: keys.count)) {
                _ = try numbering.key(of: keys.count)
            }
        }
        // Compaction moves documents and changes none.
        #expect(before.fingerprint == after.fingerprint)
        #expect(
            try store.snapshot(named: "before", collection: "things").numbering().fingerprint
                == before.fingerprint
        )
        try collection.upsert([Document(key: keys[0], vectors: ["one": [1, 2, 3, 4]])])
        #expect(try collection.snapshot().numbering().fingerprint != before.fingerprint)
    }

    @Test(arguments: ReadingPlan.Order.allCases, [1, 3, 7])
    func `parts are disjoint and whole, and a cursor goes on in another handle`(
        order: ReadingPlan.Order,
        partCount: Int
    ) throws {
        let (_, collection, model) = try makeCollection(seed: 4)
        let snapshot = try collection.snapshot()
        let other = try Store.open(at: path, access: .readOnly).collection("things").snapshot()
        var found: [Key] = []
        for part in 0..<partCount {
            var reader = try snapshot.reader(
                ReadingPlan(order: order, part: part, of: partCount)
            )
            var count = 0
            var isFirst = true
            while let block = try reader.next(17) {
                #expect(block.firstPosition == count)
                let keys = try block.keys()
                found += keys
                count += keys.count
                try expect(block, keys, model)
                // The text goes over to another process; here, to another handle.
                let cursor = try #require(ReadingCursor("\(reader.cursor)"))
                #expect(cursor == reader.cursor)
                reader = try (isFirst ? other : snapshot).reader(resuming: cursor)
                isFirst.toggle()
            }
            #expect(reader.count == count)
            let share = Double(model.documents.count) / Double(partCount)
            #expect(abs(Double(count) - share) <= 1)
        }
        #expect(found.sorted() == model.documents.keys.sorted())
        if order == .key { #expect(found == found.sorted()) }
    }

    private func expect(
        _ block: DocumentBlock,
        _ keys: [Key],
        _ model: ModelCollection
    ) throws {
        let documents = keys.map { model.documents[$0] }
        #expect(try block.texts() == documents.map { $0?.text })
        #expect(try block.fields() == documents.map { $0?.fields ?? [:] })
        #expect(try block.rows(of: "one") == documents.flatMap { $0?.vectors["one"] ?? [] })
        #expect(try block.rows(of: "many") == documents.flatMap { $0?.vectors["many"] ?? [] })
        #expect(
            try block.rowCounts(of: "many")
                == documents.map { ($0?.vectors["many"]?.count ?? 0) / 3 }
        )
        let tokens = documents.flatMap { document -> [Int32] in
            guard case .int32(let values) = document?.columns["many"]?["token"] else { return [] }
            return values
        }
        #expect(try block.column("token", of: "many") == .int32(tokens))
        #expect(throws: StoreError.self) { _ = try block.rows() }
        #expect(throws: StoreError.unknownRowColumn("x", field: "one")) {
            _ = try block.column("x", of: "one")
        }
    }

    @Test func `a sample is exact, seeded and spread`() throws {
        let (_, collection, model) = try makeCollection(seed: 5)
        let snapshot = try collection.snapshot()
        var counts: [Key: Int] = [:]
        for seed in 0..<200 as Range<UInt64> {
            let plan = ReadingPlan(sample: .init(count: 20, seed: seed))
            var reader = try snapshot.reader(plan)
            let keys = try reader.next(1_000)?.keys() ?? []
            var again = try snapshot.reader(plan)
            #expect(try again.next(1_000)?.keys() == keys)
            #expect(keys.count == 20 && keys == keys.sorted())
            for key in keys { counts[key, default: 0] += 1 }
        }
        // 200 draws of 20: about 4000 / N each.
        let mean = 4_000 / Double(model.documents.count)
        #expect(counts.count == model.documents.count)
        #expect(counts.values.allSatisfy { Double($0) < 4 * mean })
        var all = try snapshot.reader(ReadingPlan(sample: .init(count: 1 << 40, seed: 1)))
        #expect(try all.next(1 << 20)?.count == model.documents.count)
    }

    @Test func `what cannot be read is refused`() throws {
        let (_, collection, _) = try makeCollection(seed: 6)
        let snapshot = try collection.snapshot()
        #expect(throws: StoreError.self) { _ = try snapshot.reader(ReadingPlan(part: 2, of: 2)) }
        #expect(throws: StoreError.self) { _ = try snapshot.reader(ReadingPlan(part: 0, of: 0)) }
        var reader = try snapshot.reader(ReadingPlan(order: .storage))
        _ = try reader.next(5)
        let cursor = reader.cursor
        try collection.compact()
        #expect(throws: StoreError.self) {
            _ = try collection.snapshot().reader(resuming: cursor)
        }
        _ = try snapshot.reader(resuming: cursor)
        for text in [
            "", "quiver1:key:0/1:all:0", "quiver1:key:x/1:all:0:0", "quiver2:key:0/1:all:0:0",
        ] {
            #expect(ReadingCursor(text) == nil)
        }
    }

    @Test func `rows, columns and parts of texts are read where they lie`() throws {
        let (_, collection, model) = try makeCollection(seed: 7)
        for sealed in [false, true] {
            if sealed { try collection.compact() }
            let snapshot = try collection.snapshot()
            let keys = model.documents.keys.sorted() + ["missing"]
            let mapped = try snapshot.vectors(keys: keys, of: "one")
            for (key, rows) in zip(keys, mapped) {
                guard let document = model.documents[key] else {
                    #expect(rows == nil)
                    continue
                }
                let rows = try #require(rows)
                let numbers = try rows.withStoredRow(0) { (bytes, norm, _) throws(StoreError) in
                    #expect(norm > 0 || document.vectors["one"]?.allSatisfy { $0 == 0 } == true)
                    return bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
                }
                #expect(numbers == document.vectors["one"])
                #expect(throws: StoreError.noSuchDocument(number: 1, count: 1)) {
                    try rows.withStoredRow(1) { (_, _, _) throws(StoreError) in }
                }
                let columns = try #require(try snapshot.columns(key, rows: 1..<9, of: "many"))
                if case .int32(let tokens) = document.columns["many"]?["token"] {
                    let expected = RowColumnValues.int32(Array(tokens.dropFirst()))
                    #expect(try columns["token"]?.values() == expected)
                } else {
                    #expect(columns["token"]?.count == 0)
                }
            }
            #expect(try snapshot.columns("missing", rows: 0..<1, of: "many") == nil)
        }
        try collection.upsert([
            Document(key: "text", text: "aé語", vectors: ["one": [1, 1, 1, 1]])
        ])
        let snapshot = try collection.snapshot()
        #expect(try snapshot.text("text", bytes: 0..<100) == "aé語")
        #expect(try snapshot.text("text", bytes: 1..<3) == "é")
        #expect(try snapshot.text("text", bytes: 6..<6) == "")
        #expect(throws: StoreError.self) { _ = try snapshot.text("text", bytes: 2..<3) }
        #expect(throws: StoreError.self) { _ = try snapshot.text("text", bytes: 0..<4) }
        #expect(try snapshot.text("none", bytes: 0..<4) == nil)
    }
}

extension WriteBatch {
    /// Whether there is a change of `key` in it.
    fileprivate func contains(_ key: Key) -> Bool {
        operations.contains { $0.key == key }
    }
}
