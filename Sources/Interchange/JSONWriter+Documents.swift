public import JSON
public import Quiver

extension JSONWriter {
    /// A document as ``JSONLinesReader`` reads it, as an object: what `document` has, in the order of the schema.
    ///
    /// - Parameters:
    ///   - schema: that of the snapshot which the document comes from.
    ///   - withVersion: adds the member `version`, which the reader refuses.
    /// - Throws: `JSONError.notFinite`, never for what a store holds.
    public mutating func document(
        _ document: StoredDocument,
        schema: CollectionConfiguration,
        withVersion: Bool
    ) throws(JSONError) {
        beginObject()
        key(document.key)
        if let text = document.text {
            name("text")
            string(text)
        }
        try fields(document.fields, schema: schema)
        try vectors(document.vectors, schema: schema)
        try columns(document.columns, schema: schema)
        if withVersion {
            name("version")
            integer(document.version)
        }
        endObject()
    }

    /// A text and what an encoder made of it, as a document that ``JSONLinesReader`` reads into a collection whose vector field
    /// without a name has the columns `columns`.
    ///
    /// - Parameter ordinal: the text's number in `encoded`.
    /// - Throws: `JSONError.notFinite`.
    public mutating func document(
        key: Key,
        text: String,
        _ encoded: EncodedTexts,
        _ ordinal: Int,
        columns: [RowColumn]
    ) throws(JSONError) {
        beginObject()
        self.key(key)
        name("text")
        string(text)
        let values = encoded.rowRange(of: ordinal).isEmpty ? [:] : encoded.columns(of: ordinal)
        if !encoded.rowRange(of: ordinal).isEmpty {
            name("vector")
            try rows(Array(encoded.rows(of: ordinal)), dimension: encoded.dimension)
        }
        if !columns.isEmpty, !values.isEmpty {
            name("columns")
            beginObject()
            name(VectorField.unnamed)
            try self.columns(values, columns)
            endObject()
        }
        endObject()
    }

    /// The member `key`.
    public mutating func key(_ key: Key) {
        name("key")
        switch key {
        case .integer(let value): integer(value)
        case .string(let value): string(value)
        }
    }

    /// The member `fields`, if there are any.
    public mutating func fields(
        _ fields: [String: FieldValue],
        schema: CollectionConfiguration
    ) throws(JSONError) {
        guard !fields.isEmpty else { return }
        name("fields")
        beginObject()
        for field in schema.fields {
            guard let value = fields[field.name] else { continue }
            name(field.name)
            try self.value(value)
        }
        endObject()
    }

    /// An array of numbers.
    public mutating func vector(_ vector: some Sequence<Float>) throws(JSONError) {
        beginArray()
        for number in vector { try float(number) }
        endArray()
    }

    /// The members `vector` and `vectors`, as far as there are any.
    private mutating func vectors(
        _ vectors: [String: [Float]],
        schema: CollectionConfiguration
    ) throws(JSONError) {
        let fields = schema.vectorFields.filter { vectors[$0.name]?.isEmpty == false }
        for field in fields where field.name == VectorField.unnamed {
            name("vector")
            try rows(vectors[field.name] ?? [], dimension: field.dimension)
        }
        let named = fields.filter { $0.name != VectorField.unnamed }
        guard !named.isEmpty else { return }
        name("vectors")
        beginObject()
        for field in named {
            name(field.name)
            try rows(vectors[field.name] ?? [], dimension: field.dimension)
        }
        endObject()
    }

    /// One row as an array of numbers, several as an array of them.
    private mutating func rows(_ numbers: [Float], dimension: Int) throws(JSONError) {
        guard numbers.count > dimension else { return try vector(numbers) }
        beginArray()
        for first in stride(from: 0, to: numbers.count, by: dimension) {
            try vector(numbers[first..<min(first + dimension, numbers.count)])
        }
        endArray()
    }

    /// The member `columns`, if there are any.
    private mutating func columns(
        _ columns: [String: [String: RowColumnValues]],
        schema: CollectionConfiguration
    ) throws(JSONError) {
        let fields = schema.vectorFields.filter { columns[$0.name]?.isEmpty == false }
        guard !fields.isEmpty else { return }
        name("columns")
        beginObject()
        for field in fields {
            name(field.name)
            try self.columns(columns[field.name] ?? [:], field.rowColumns)
        }
        endObject()
    }

    /// The columns of one vector field, in the order of the schema.
    private mutating func columns(
        _ values: [String: RowColumnValues],
        _ columns: [RowColumn]
    ) throws(JSONError) {
        beginObject()
        for column in columns {
            guard let values = values[column.name] else { continue }
            name(column.name)
            beginArray()
            try elements(of: values)
            endArray()
        }
        endObject()
    }
}
