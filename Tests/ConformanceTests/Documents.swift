import JSON
import Quiver

extension Arguments {
    /// What must hold of each document that is written.
    var precondition: WriteBatch.Precondition {
        self["expected_version"]?.uint64.map { .hasVersion($0) } ?? .none
    }

    /// The member `fields`, as metadata.
    func fields(
        _ configuration: CollectionConfiguration
    ) throws -> [String: FieldValue] {
        var fields: [String: FieldValue] = [:]
        for member in arguments("fields")?.members ?? [] {
            let type = configuration.fields.first { $0.name == member.name }?.type
            fields[member.name] = try FieldValue(told: member.value, type)
        }
        return fields
    }
}

extension Document {
    init(told given: Arguments, _ configuration: CollectionConfiguration) throws {
        var vectors: [String: [Float]] = [:]
        for member in given.arguments("vectors")?.members ?? [] {
            vectors[member.name] = member.value.flattened
        }
        if let rows = given["vector"] { vectors[VectorField.unnamed] = rows.flattened }
        var columns: [String: [String: RowColumnValues]] = [:]
        for member in given.arguments("columns")?.members ?? [] {
            let field = configuration.vectorFields.first { $0.name == member.name }
            for column in field?.rowColumns ?? [] {
                guard let values = member.value.object?[column.name] else { continue }
                columns[member.name, default: [:]][column.name] =
                    RowColumnValues(told: values, column.type)
            }
        }
        self.init(
            key: try Key(told: given["key"] ?? .null),
            text: given["text"]?.string,
            fields: try given.fields(configuration),
            vectors: vectors,
            columns: columns
        )
    }
}
