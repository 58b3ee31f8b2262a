import Encoders
import Foundation
import JSON
import Quiver

/// A store that is asked through the Swift API.
struct SwiftAPI {
    private let folder: String
    private let store: Store

    init(in folder: String) throws {
        self.folder = folder
        store = try Store.create(at: "\(folder)/store")
    }

    func close() { store.close() }

    /// What Swift says to a step.
    func answer(_ step: JSONObject) throws -> JSONValue {
        let told = Arguments(step, beside: ["name", "operation", "expect", "error", "kept"])
        let answer = try answer(step.operation, told)
        if let name = told.ignored.first { throw Arguments.NotTold(name: "\(name) is not known") }
        return answer
    }

    private func answer(_ operation: String, _ told: Arguments) throws -> JSONValue {
        switch operation {
        case "create":
            try create(told)
            return .null
        case "schema": return try snapshot(told).configuration.json
        case "collections": return .array(try store.collectionNames().map { .string($0) })
        case "drop":
            try store.dropCollection(try told.string("collection"))
            return .null
        case "alter":
            guard let change = told.arguments("change") else {
                throw Arguments.NotTold(name: "change")
            }
            try collection(told).alter([try SchemaChange(told: change, folder: folder)])
            return .null
        case "snapshot_create":
            try store.createSnapshot(try told.string("snapshot"))
            return .null
        case "snapshot_drop":
            try store.dropSnapshot(try told.string("snapshot"))
            return .null
        case "snapshots": return .array(try store.snapshots().map { .string($0.name) })
        case "compact":
            _ = try collection(told).compact()
            return .null
        case "seal":
            try collection(told).seal()
            return .null
        case "maintain":
            try collection(told).maintain()
            return .null
        case "statistics":
            return .object(["live": .integer(Int64(try collection(told).statistics().liveCount))])
        case "verify":
            let report = try Store.verify(at: store.path)
            return report.isSound ? .null : .string("\(report.damage)")
        case "upsert", "insert":
            return try write(told, isInsert: operation == "insert")
        case "update": return try update(told)
        case "delete": return try delete(told)
        case "get":
            let snapshot = try snapshot(told)
            return .array(
                try snapshot.documents(try told.keys("keys"), contents: told.contents()).map {
                    $0?.json(snapshot.configuration) ?? .null
                }
            )
        case "scan": return try scan(told)
        case "count":
            let snapshot = try snapshot(told)
            return .integer(Int64(try snapshot.count(try told.filter("filter"))))
        case "search": return try SearchStep(try snapshot(told), told).answer()
        case "neighbours":
            return try NeighbourStep(try snapshot(told), told, folder: folder).answer()
        case "scores": return try snapshot(told).scores(told)
        case "cluster": return try snapshot(told).cluster(told)
        case "tune": return try collection(told).tune(told)
        case "train":
            try snapshot(told).train(
                try IndexSpecification(parsing: try told.string("index")),
                vectorField: told["vector_field"]?.string,
                rowLimit: told["row_limit"]?.int,
                seed: told["seed"]?.uint64 ?? 0
            ).write(to: "\(folder)/\(try told.string("to"))")
            return .null
        case "describe":
            if let encoder = told.arguments("encoder") {
                return try OpenedEncoder(told: encoder).report
            }
            return try collection(told).describeEncoder(told)
        case "encode":
            guard let encoder = told.arguments("encoder") else {
                throw Arguments.NotTold(name: "encoder")
            }
            return try OpenedEncoder(told: encoder).encode(told)
        case "bind":
            try collection(told).bind(told)
            return .null
        case "encoders": return try collection(told).encoders()
        case "put": return try collection(told).put(told)
        case "cache_store":
            try collection(told).storeIntoCache(told)
            return .null
        case "cache_entries": return try collection(told).cacheEntries(told)
        case "cache_state": return try collection(told).cacheState()
        case "sentences":
            let text = try told.string("text")
            let options = SentenceOptions(
                language: told["language"]?.string,
                hasWrappedLines: told["wrapped"]?.bool ?? false
            )
            return .array(
                sentences(text, options).map {
                    .string(String(decoding: Array(text.utf8)[$0], as: UTF8.self))
                }
            )
        case "terms":
            let language = told["language"]?.string.flatMap { Language($0) }
            return .array(
                terms(try told.string("text"), language: language).map { .string($0) }
            )
        default: throw Arguments.NotTold(name: operation)
        }
    }

    private func collection(_ told: Arguments) throws -> Quiver.Collection {
        try store.collection(try told.string("collection"))
    }

    private func snapshot(_ told: Arguments) throws -> Snapshot {
        let collection = try told.string("collection")
        guard let name = told["at"]?.string else {
            return try store.collection(collection).snapshot()
        }
        return try store.snapshot(named: name, collection: collection)
    }

    private func create(_ told: Arguments) throws {
        guard let schema = told.arguments("schema") else {
            throw Arguments.NotTold(name: "schema")
        }
        var vectorFields: [VectorField] = []
        var encoders: [String: RememberedEncoder] = [:]
        var trained: [String: TrainedIndex] = [:]
        for given in schema.all("vector_fields") {
            let encoder = try given.arguments("encoder").map { try OpenedEncoder(told: $0) }
            let field = try VectorField(told: given, encoder)
            vectorFields.append(field)
            encoders[field.name] = encoder?.remembered
            if let file = given["trained"]?.string {
                trained[field.name] = try TrainedIndex(contentsOf: "\(folder)/\(file)")
            }
        }
        _ = try store.createCollection(
            try told.string("collection"),
            try CollectionConfiguration(told: schema, vectorFields: vectorFields),
            encoders: encoders,
            trained: trained
        )
    }

    // MARK: Writing

    private func write(_ told: Arguments, isInsert: Bool) throws -> JSONValue {
        let collection = try collection(told)
        let configuration = try collection.snapshot().configuration
        var batch = WriteBatch()
        for given in told.all("documents") {
            let document = try Document(told: given, configuration)
            if isInsert {
                batch.insert(document)
            } else {
                batch.upsert(document, if: told.precondition)
            }
        }
        let receipt = try collection.write(batch)
        return .object(["written": .integer(Int64(receipt.insertedCount + receipt.replacedCount))])
    }

    private func update(_ told: Arguments) throws -> JSONValue {
        let collection = try collection(told)
        let configuration = try collection.snapshot().configuration
        var batch = WriteBatch()
        for given in told.all("updates") {
            let update = DocumentUpdate(
                key: try Key(told: given["key"] ?? .null),
                fields: try given.fields(configuration),
                removedFields: Set(given.array("remove").compactMap(\.string))
            )
            batch.update(update, if: told.precondition)
        }
        return .object(["updated": .integer(Int64(try collection.write(batch).updatedCount))])
    }

    private func delete(_ told: Arguments) throws -> JSONValue {
        let collection = try collection(told)
        let receipt: CommitReceipt
        if let filter = try told.filter("filter") {
            receipt = try collection.delete(where: filter)
        } else {
            var batch = WriteBatch()
            for key in try told.keys("keys") { batch.delete(key) }
            receipt = try collection.write(batch)
        }
        return .object([
            "deleted": .integer(Int64(receipt.deletedCount)),
            "missing": .integer(Int64(receipt.missingCount)),
        ])
    }

    // MARK: Reading

    private func scan(_ told: Arguments) throws -> JSONValue {
        let snapshot = try snapshot(told)
        let limit = told["limit"]?.int ?? .max
        var found: [JSONValue] = []
        try snapshot.scan(
            try told.filter("filter"),
            after: try told["after"].map { try Key(told: $0) },
            contents: told.contents()
        ) { document in
            found.append(document.json(snapshot.configuration))
            return found.count < limit
        }
        return .array(found)
    }
}
