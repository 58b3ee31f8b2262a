import Quiver
import TestSupport

extension Workload {
    /// What happens to documents that lie in segments: updates, deletes by filter, compactions, changes of the schema, named
    /// snapshots, batches over two collections, adoption.
    static func upkeep(seed: UInt64) -> [Operation] {
        var script = UpkeepScript(seed: seed)
        let (things, others) = ("things", "others")
        script += .createStore
        script += .createCollection(things, script.configuration)
        script += .createCollection(others, script.configuration)
        script += .write(script.upserts(0..<60), collection: things)
        script += .seal(collection: things)
        // The seal leaves patches beside the first segment.
        script += .write(
            script.updates(0..<10) + script.exchanges(10..<12) + script.upserts(60..<90),
            collection: things
        )
        script += .seal(collection: things)
        script += .refuse(
            .insert(script.document(20)),
            with: script.upserts(90..<92),
            collection: things
        )
        script += .createSnapshot("first")
        script += .deleteMatching(
            .comparison(field: "number", .less, .int64(3)),
            collection: things
        )
        script += .writeTogether([
            (things, script.upserts(90..<100) + script.deletes(20..<25)),
            (others, script.upserts(0..<10)),
        ])
        script += .compact(CompactionTask(maximumSegmentDocumentCount: 40), collection: things)
        script += .maintain(collection: things)
        script += .alter(
            [
                .addField(Field(name: "when", type: .timestamp)), .dropField("flag"),
                .setIndex(vectorField: VectorField.tokens.name, .graph),
            ],
            collection: things
        )
        script += .write(
            script.upserts(30..<40)
                // So many bytes that the compaction gives back what the catalog has kept of them.
                + script.upserts(100..<120, textByteCount: 60_000),
            collection: things
        )
        script += .write(script.updates(40..<50) + script.updates(100..<102), collection: things)
        script += .refuse(
            .compareAndSet(script.document(31)),
            with: script.deletes(31 + 1..<34),
            collection: things
        )
        script += .compact(
            CompactionTask(maximumSegmentDocumentCount: 30, patience: 8),
            collection: things
        )
        script += .compact(CompactionTask(maximumSegmentDocumentCount: 1_000), collection: things)
        script += .maintain(collection: things)
        script += .createSnapshot("second")
        script += .dropSnapshot("first")
        script += .write(script.deletes(60..<90), collection: things)
        script += .refuse(
            .update(DocumentUpdate(key: 1_000)),
            with: script.upserts(61..<63),
            collection: things
        )
        script += .reopen
        script += .adopt(
            (50..<60).map { script.document($0) } + (200..<210).map { script.document($0) },
            collection: things
        )
        script += .compact(CompactionTask(maximumSegmentDocumentCount: 50), collection: things)
        script += .alter([.dropVectorField(VectorField.tokens.name)], collection: things)
        script += .writeTogether([
            (things, script.updates(200..<203)),
            (others, script.deletes(0..<5)),
        ])
        script += .maintain(collection: things)
        script += .compact(
            CompactionTask(extent: .worthwhile, maximumSegmentDocumentCount: 100),
            collection: others
        )
        return script.operations
    }
}

/// Operations that are written down one after the other, each for the model that the ones before have made.
private struct UpkeepScript {
    private(set) var operations: [Operation] = []
    private var model = Model()
    private var random: SplitMix64
    let configuration = CollectionConfiguration(
        vectorFields: [VectorField(dimension: 4, metric: .l2, index: .graph), .tokens],
        fields: [
            Field(name: "number", type: .int64), Field(name: "name", type: .string),
            Field(name: "flag", type: .bool),
        ]
    )

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    static func += (script: inout UpkeepScript, operation: Operation) {
        script.operations.append(operation)
        script.model.apply(operation)
    }

    /// As it is now: both start as the same, and only that of things is altered.
    private var collection: Model.Collection {
        model.collections["things"] ?? Model.Collection(configuration: configuration)
    }

    mutating func document(_ number: Int, textByteCount: Int = 0) -> Document {
        var text = "\(number), step \(model.step)"
        // From bytes: repeating a string appends it so often, in each of thousands of processes.
        let fillingCount = max(0, textByteCount - text.utf8.count)
        text += String(decoding: [UInt8](repeating: 0x2E, count: fillingCount), as: UTF8.self)
        return collection.document(.integer(UInt64(number)), text: text, &random)
    }

    mutating func upserts(_ numbers: Range<Int>, textByteCount: Int = 0) -> [Change] {
        numbers.map { .upsert(document($0, textByteCount: textByteCount)) }
    }

    mutating func exchanges(_ numbers: Range<Int>) -> [Change] {
        numbers.map { .compareAndSet(document($0)) }
    }

    /// Of those that are there.
    mutating func updates(_ numbers: Range<Int>) -> [Change] {
        numbers.map { Key.integer(UInt64($0)) }.filter { collection.documents[$0] != nil }
            .map { .update(collection.update($0, &random)) }
    }

    mutating func deletes(_ numbers: Range<Int>) -> [Change] {
        numbers.map { .delete(.integer(UInt64($0))) }
    }
}
