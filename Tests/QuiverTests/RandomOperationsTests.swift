import Foundation
import Quiver
import TestSupport
import Testing

/// Random operations of every kind against a model.
///
/// `QUIVER_MODEL_SEEDS` sets the number of runs, 6 unless told otherwise.
@Suite(.timeLimit(.minutes(minutesUntilHung))) struct RandomOperationsTests {
    static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["QUIVER_MODEL_SEEDS"].flatMap { UInt64($0) }
        return Array(1...(count ?? 6))
    }()

    @Test(arguments: seeds)
    func `all operations together match a model`(seed: UInt64) throws {
        var run = try ModelRun(seed: seed)
        for _ in 0..<60 { try run.step() }
        try run.finish()
    }
}

/// A store and its model, and what is done to both.
private struct ModelRun {
    private let directory = TemporaryDirectory()
    private let seed: UInt64
    private var generator: SplitMix64
    private var options = Store.Options()
    private var store: Store
    private var collection: Collection
    private var model = ModelCollection()
    private var stepNumber = 0
    private var fieldNumber = 0
    /// Snapshots that are kept, each with what it must go on answering.
    private var kept: [(snapshot: Snapshot, model: ModelCollection)] = []
    private var named: [(name: String, model: ModelCollection)] = []

    private var path: String { directory.file("store") }
    private var comment: Comment { "seed \(seed), step \(stepNumber)" }

    init(seed: UInt64) throws {
        self.seed = seed
        generator = SplitMix64(seed: seed)
        options.tailByteCount = 30_000
        options.durability = seed % 2 == 0 ? .relaxed : .full
        store = try Store.create(at: directory.file("store"), options: options)
        collection = try store.createCollection("things", ModelCollection.configuration)
    }

    mutating func step() throws {
        stepNumber += 1
        try write()
        switch Int.random(in: 0..<24, using: &generator) {
        case 0, 1: try collection.seal()
        case 2: try collection.maintain(threadCount: 2)
        case 3, 4: try compact()
        case 5: try reopen()
        case 6: try changeSchema()
        case 7: try deleteByFilter()
        case 8: kept.append((try collection.snapshot(), model))
        case 9:
            let name = "snapshot \(stepNumber)"
            #expect(try store.createSnapshot(name).name == name, comment)
            named.append((name, model))
        case 10 where !named.isEmpty:
            let index = Int.random(in: named.indices, using: &generator)
            try store.dropSnapshot(named.remove(at: index).name)
        case 11: kept = []
        case 12, 13: try model.expectEqual(try collection.snapshot(), comment)
        default: break
        }
    }

    mutating func finish() throws {
        try model.expectEqual(try collection.snapshot(), comment)
        try expectKept()
        let reader = try Store.open(at: path, access: .readOnly)
        try model.expectEqual(try reader.collection("things").snapshot(), comment)
        #expect(try Store.verify(at: path).damage == [], comment)
        try compact()
        try expectKept()
        for (name, _) in named { try store.dropSnapshot(name) }
        try collection.compact()
        let statistics = try collection.statistics()
        #expect(statistics.deadCount == 0, comment)
        #expect(statistics.segmentCount <= 1, comment)
        try model.expectEqual(try collection.snapshot(), comment)
        #expect(try Store.verify(at: path).damage == [], comment)
        store.close()
    }

    private func expectKept() throws {
        for (snapshot, model) in kept { try model.expectEqual(snapshot, comment) }
        for (name, model) in named {
            let snapshot = try store.snapshot(named: name, collection: "things")
            try model.expectEqual(snapshot, comment)
        }
    }

    private mutating func write() throws {
        var batch = WriteBatch()
        var touched: Set<Key> = []
        var next = model
        var isRefused = false
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            let number = UInt64.random(in: 0..<300, using: &generator)
            let key: Key = number % 3 == 0 ? .string("key-\(number)") : .integer(number)
            guard touched.insert(key).inserted else { continue }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0, 1:
                batch.delete(key)
                next.documents[key] = nil
            case 2, 3, 4:
                guard var document = next.documents[key] else { continue }
                let values = model.values(&generator)
                let removed = Set(model.fields.map(\.name).filter { $0.hasSuffix("e") })
                    .subtracting(values.keys)
                batch.update(DocumentUpdate(key: key, fields: values, removedFields: removed))
                for name in removed { document.fields[name] = nil }
                document.fields.merge(values) { $1 }
                next.documents[key] = document
            case 5 where Int.random(in: 0..<30, using: &generator) == 0:
                // Refuses the batch where the key is there.
                let document = model.document(key, &generator)
                batch.insert(document)
                isRefused = isRefused || next.documents[key] != nil
                next.documents[key] = document
            default:
                let document = model.document(key, &generator)
                batch.upsert(document)
                next.documents[key] = document
            }
        }
        if isRefused {
            #expect(throws: StoreError.self, comment) { try collection.write(batch) }
        } else {
            try collection.write(batch)
            model = next
        }
    }

    private mutating func compact() throws {
        let isWhole = Bool.random(using: &generator)
        let options = CompactionOptions(
            extent: isWhole ? .everything : .worthwhile,
            maximumSegmentDocumentCount: Int.random(in: 10...200, using: &generator),
            threadCount: Int.random(in: 1...2, using: &generator)
        )
        let patience = Int.random(in: 0...6, using: &generator)
        let calls = Countdown(patience)
        do throws(StoreError) {
            try collection.compact(options) { _ in patience == 0 || calls.next() }
        } catch .cancelled {
            // What is done stays, the rest is as it was.
        }
    }

    private mutating func reopen() throws {
        store.close()
        store = try Store.open(at: path, options: options)
        collection = try store.collection("things")
        try expectKept()
    }

    private mutating func changeSchema() throws {
        if model.fields.count > 3, Bool.random(using: &generator) {
            let index = Int.random(in: model.fields.indices, using: &generator)
            let name = model.fields.remove(at: index).name
            try collection.alter([.dropField(name)])
            for key in model.documents.keys { model.documents[key]?.fields[name] = nil }
        } else {
            fieldNumber += 1
            let field = Field(name: "field \(fieldNumber)", type: .int64)
            try collection.alter([.addField(field)])
            model.fields.append(field)
        }
        let index: IndexSpecification = Bool.random(using: &generator) ? .graph : .exact
        try collection.alter([.setIndex(vectorField: "one", index)])
    }

    private mutating func deleteByFilter() throws {
        guard model.fields.contains(where: { $0.name == "number" }) else { return }
        let number = Int64.random(in: 1..<10, using: &generator)
        try collection.delete(where: try Filter(parsing: "number = \(number)"))
        model.documents = model.documents.filter { $0.value.fields["number"] != .int64(number) }
    }
}
