import Interchange
import JSON
import Quiver

/// Prints documents as a store has them: for people, or as JSON in the form that `import` reads.
struct DocumentPrinter {
    var asJSON: Bool
    var schema: CollectionConfiguration
    var withVersion: Bool

    /// Prints a document on one line.
    func printLine(_ document: StoredDocument, _ writer: inout JSONWriter) throws {
        if asJSON { return try printJSON(document, &writer) }
        var line = printable(document.key.argument)
        if withVersion { line += "  version \(document.version)" }
        for text in try fieldTexts(document.fields) { line += "  \(text)" }
        for text in vectorTexts(document) { line += "  \(text)" }
        if let text = document.text {
            line += "  " + cut(text, to: max(20, StandardOutput.width - line.count - 2))
        }
        StandardOutput.shared.write(line + "\n")
        try StandardOutput.shared.flushIfLong()
    }

    /// Prints a document on as many lines as it has parts.
    func print(_ document: StoredDocument, _ writer: inout JSONWriter) throws {
        if asJSON { return try printJSON(document, &writer) }
        let output = StandardOutput.shared
        output.write("key      \(printable(document.key.argument))\n")
        output.write("version  \(document.version)\n")
        output.write("text     \(document.text ?? "(none)")\n")
        for text in try fieldTexts(document.fields) { output.write("field    \(text)\n") }
        for text in vectorTexts(document) { output.write("vector   \(text)\n") }
    }

    private func printJSON(_ document: StoredDocument, _ writer: inout JSONWriter) throws {
        try writer.document(document, schema: schema, withVersion: withVersion)
        try StandardOutput.shared.writeLine(&writer)
    }

    /// `name=value` for each field that has a value.
    func fieldTexts(_ fields: [String: FieldValue]) throws -> [String] {
        try schema.fields.compactMap { field in
            guard let value = fields[field.name] else { return nil }
            var writer = JSONWriter()
            try writer.value(value)
            return "\(printable(field.name))=\(cut(writer.text, to: 60))"
        }
    }

    /// The beginning of each vector field's first row, and how many there are.
    private func vectorTexts(_ document: StoredDocument) -> [String] {
        schema.vectorFields.compactMap { field in
            guard let numbers = document.vectors[field.name], !numbers.isEmpty else { return nil }
            let name = field.name.isEmpty ? "" : "\(printable(field.name))="
            let head = numbers.prefix(min(8, field.dimension)).map { "\($0)" }
            let rest = field.dimension > 8 ? ", … \(field.dimension) numbers" : ""
            let rowCount = numbers.count / field.dimension
            let columns = field.rowColumns.compactMap { column in
                document.columns[field.name]?[column.name].map {
                    "\(printable(column.name)) \($0.firstText)"
                }
            }
            return "\(name)[\(head.joined(separator: ", "))\(rest)]"
                + (columns.isEmpty ? "" : " (\(columns.joined(separator: ", ")))")
                + (rowCount > 1 ? " and \(counted(rowCount - 1, "more row"))" : "")
        }
    }
}

extension RowColumnValues {
    /// The first number as one would type it.
    var firstText: String {
        switch self {
        case .int8(let values): values.first.map { "\($0)" } ?? ""
        case .int16(let values): values.first.map { "\($0)" } ?? ""
        case .int32(let values): values.first.map { "\($0)" } ?? ""
        case .int64(let values): values.first.map { "\($0)" } ?? ""
        case .float32(let values): values.first.map { "\($0)" } ?? ""
        }
    }
}
