import Encoders
import Foundation
import JSON
import Quiver

extension OpenedEncoder {
    /// The encoder in a folder beside the cases, used as the table says.
    init(told: Arguments) throws {
        let folder = try told.string("folder")
        var description = EncoderDescription(folder: "\(Table.folder.path)/\(folder)")
        if let name = told["mode"]?.string {
            guard let mode = EncoderDescription.Mode(rawValue: name) else {
                throw Arguments.NotTold(name: name)
            }
            description.mode = mode
        }
        description.includesSpecialTokens = told["special_tokens"]?.bool ?? false
        description.maximumTokenCount = told["maximum_tokens"]?.int
        description.prefixDimension = told["prefix_dimension"]?.int
        try self.init(description.withAbsolutePaths())
    }

    /// The one that is told, or the one that a vector field is bound to, where it was.
    init(told: Arguments?, orOf vectorField: String?, in snapshot: Snapshot) throws {
        if let told {
            try self.init(told: told)
        } else if let remembered = try snapshot.encoder(of: vectorField) {
            try self.init(EncoderDescription(location: remembered.location))
        } else {
            throw StoreError.noEncoder(collection: snapshot.collectionName)
        }
    }

    var report: JSONValue {
        let columns = encoder.rowColumns.map { ($0.name, JSONValue.string("\($0.type)")) }
        return .object([
            "mode": .string(description.mode.rawValue),
            "dimension": .integer(Int64(dimension)),
            "maximum_tokens": .integer(Int64(encoder.maximumTokenCount)),
            "location": .string(toldPlace(of: "\(description)")),
            "columns": .object(JSONObject(columns)),
        ])
    }

    /// What becomes of each text.
    func encode(_ told: Arguments) throws -> JSONValue {
        let role = told["role"]?.string.flatMap { EncoderRole(rawValue: $0) } ?? .document
        var request = self.request(role: role, threadCount: told["thread_count"]?.int ?? 1)
        request.tokenBudget = told["token_budget"]?.int
        let showsCounts = told["token_counts"]?.bool ?? false
        let texts = told.array("texts").compactMap(\.string)
        let encoded = try encoder.encode(texts, request)
        return .array(
            texts.indices.map { text in
                let rows = Array(encoded.rows(of: text))
                var made: JSONObject = [
                    "rows": JSONValue(rows: rows, dimension: encoded.dimension)
                ]
                let columns = encoded.columns(of: text)
                if !rows.isEmpty, !columns.isEmpty {
                    made.insert(
                        "columns",
                        .object(JSONObject(columns.map { ($0, .array($1.json)) }))
                    )
                }
                if showsCounts {
                    made.insert("token_count", .integer(Int64(encoded.tokenCounts[text])))
                }
                return .object(made)
            }
        )
    }
}

extension Quiver.Collection {
    func bind(_ told: Arguments) throws {
        guard let encoder = told.arguments("encoder") else {
            throw Arguments.NotTold(name: "encoder")
        }
        try bind(
            to: try OpenedEncoder(told: encoder).remembered,
            vectorField: told["vector_field"]?.string
        )
    }

    /// Where the encoders are that vector fields are bound to.
    func encoders() throws -> JSONValue {
        let snapshot = try snapshot()
        var found = JSONObject()
        for field in snapshot.configuration.vectorFields {
            guard let encoder = try snapshot.encoder(of: field.name) else { continue }
            found.insert(field.name, .string(toldPlace(of: encoder.location)))
        }
        return .object(found)
    }

    func describeEncoder(_ told: Arguments) throws -> JSONValue {
        let field = told["vector_field"]?.string
        return try OpenedEncoder(told: nil, orOf: field, in: snapshot()).report
    }

    /// Writes documents whose missing rows are made of their texts.
    func put(_ told: Arguments) throws -> JSONValue {
        let snapshot = try snapshot()
        let configuration = snapshot.configuration
        let field = try configuration.vectorField(
            told["vector_field"]?.string,
            ofCollection: name
        )
        var documents = try told.all("documents").map { try Document(told: $0, configuration) }
        let own = told.arguments("encoder")
        let threadCount = told["thread_count"]?.int ?? 1
        let tokenBudget = told["token_budget"]?.int
        let hasTexts = documents.contains { $0.text != nil && $0.vectors[field.name] == nil }
        if own != nil || hasTexts {
            let opened = try OpenedEncoder(told: own, orOf: field.name, in: snapshot)
            var request = opened.request(role: .document, threadCount: threadCount)
            request.tokenBudget = tokenBudget
            try opened.encoder.addRows(to: &documents, of: field, request) { _ in true }
            if own != nil { try bind(to: opened.remembered, vectorField: field.name) }
        }
        let isInsert = told["insert"]?.bool ?? false
        let batchCount = told["batch_count"]?.int ?? max(1, documents.count)
        var writtenCount = 0
        for first in stride(from: 0, to: documents.count, by: batchCount) {
            var batch = WriteBatch()
            for document in documents[first..<min(first + batchCount, documents.count)] {
                if isInsert {
                    batch.insert(document)
                } else {
                    batch.upsert(document)
                }
            }
            let receipt = try write(batch)
            writtenCount += receipt.insertedCount + receipt.replacedCount
        }
        return .object(["written": .integer(Int64(writtenCount))])
    }
}

/// A location as the table tells it.
private func toldPlace(of location: String) -> String {
    let folder = "\(Table.folder.resolvingSymlinksInPath().path)/"
    return location.hasPrefix(folder) ? String(location.dropFirst(folder.count)) : location
}
