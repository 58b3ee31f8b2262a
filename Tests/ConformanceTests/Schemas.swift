import Encoders
import JSON
import Quiver

extension CollectionConfiguration {
    init(told schema: Arguments, vectorFields: [VectorField]) throws {
        self.init(
            vectorFields: vectorFields,
            fields: try schema.arguments("fields")?.members.map {
                Field(name: $0.name, type: try FieldType(told: $0.value))
            } ?? [],
            textFields: schema.all("text_fields").map { TextField(told: $0) }
        )
        recall = schema["recall"]?.double
        cache = schema["cache_byte_limit"]?.int.map { CacheSettings(byteLimit: $0) }
    }

    var json: JSONValue {
        .object([
            "vector_fields": .array(vectorFields.map(\.json)),
            "fields": .object(JSONObject(fields.map { ($0.name, .string("\($0.type)")) })),
            "text_fields": .array(textFields.map(\.json)),
            "recall": recall.map { .number($0) } ?? .null,
        ])
    }
}

/// The case of that name.
private func named<Case: CaseIterable>(_ value: JSONValue?, _: Case.Type) throws -> Case {
    guard let name = value?.string, let found = Case.allCases.first(where: { "\($0)" == name })
    else { throw Arguments.NotTold(name: "\(Case.self)") }
    return found
}

extension FieldType {
    init(told value: JSONValue?) throws { self = try named(value, FieldType.self) }
}

extension VectorField {
    /// - Parameter encoder: whose rows it is to hold, if one's.
    init(told field: Arguments, _ encoder: OpenedEncoder? = nil) throws {
        let rowColumns = try field.arguments("columns")?.members.map {
            RowColumn(name: $0.name, type: try named($0.value, RowColumn.NumberType.self))
        }
        self.init(
            name: try field.string("name"),
            dimension: try encoder?.dimension ?? field.int("dimension"),
            metric: try named(field["metric"], Metric.self),
            storage: try named(field["storage"], Storage.self),
            index: try IndexSpecification(parsing: try field.string("index")),
            isOptional: field["optional"]?.bool ?? false,
            rowColumns: rowColumns ?? encoder?.encoder.rowColumns ?? []
        )
    }

    fileprivate var json: JSONValue {
        .object([
            "name": .string(name), "dimension": .integer(Int64(dimension)),
            "metric": .string("\(metric)"), "storage": .string("\(storage)"),
            "index": .string("\(index)"), "optional": .bool(isOptional),
            "columns": .object(JSONObject(rowColumns.map { ($0.name, .string("\($0.type)")) })),
        ])
    }
}

extension TextField {
    init(told field: Arguments) {
        self.init(
            field: field["field"]?.string,
            language: field["language"]?.string.flatMap { Language($0) },
            boost: field["boost"]?.double ?? 1
        )
    }

    fileprivate var json: JSONValue {
        .object([
            "field": field.map { .string($0) } ?? .null,
            "language": language.map { .string($0.rawValue) } ?? .null,
            "boost": .number(boost),
        ])
    }
}

extension SchemaChange {
    /// - Parameter folder: where trained indexes are.
    init(told change: Arguments, folder: String) throws {
        let member = change.members[0]
        let names = member.value.array?.compactMap(\.string) ?? [member.value.string ?? ""]
        let field = member.value.object.map { Arguments($0) }
        self =
            switch (member.name, field) {
            case ("add_field", let field?):
                .addField(
                    Field(name: try field.string("name"), type: try FieldType(told: field["type"]))
                )
            case ("add_vector_field", let field?): .addVectorField(try VectorField(told: field))
            case ("drop_field", _): .dropField(names[0])
            case ("drop_vector_field", _): .dropVectorField(names[0])
            case ("rename_field", _): .renameField(names[0], to: names[1])
            case ("rename_vector_field", _): .renameVectorField(names[0], to: names[1])
            case ("set_index", _):
                .setIndex(vectorField: names[0], try IndexSpecification(parsing: names[1]))
            case ("set_trained", _):
                .setTrained(
                    vectorField: names[0],
                    try TrainedIndex(contentsOf: "\(folder)/\(names[1])")
                )
            case ("set_recall", _):
                .setRecall(member.value.double.flatMap { $0 == 0 ? nil : $0 })
            case ("set_cache_byte_limit", _): .setCacheByteLimit(member.value.int ?? 0)
            case ("set_text_fields", _):
                .setTextFields(
                    (member.value.array ?? []).compactMap(\.object).map {
                        TextField(told: Arguments($0))
                    }
                )
            default: throw Arguments.NotTold(name: member.name)
            }
    }
}
