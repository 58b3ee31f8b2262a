import CQuiverABI
import Quiver

extension Document {
    /// What a C caller wants to be written; `name` is that of the array's element in messages.
    init(_ document: qv_document, _ name: String) throws(CallFailure) {
        let key = try Arguments.key(document.key, "\(name): key")
        self.init(
            key: key,
            text: try Self.text(of: document, key, name),
            fields: try FieldValue.values(document.fields, count: document.field_count, name),
            vectors: [:]
        )
        let vector = try Arguments.array(
            document.vector,
            count: document.vector_count,
            "\(name): vector"
        )
        if !vector.isEmpty { vectors[VectorField.unnamed] = Array(vector) }
        let array = try qv_vectors.array(
            document.vectors,
            count: document.vectors_count,
            "\(name): vectors"
        )
        for (ordinal, element) in array.enumerated() {
            try add(element, "\(name): vectors[\(ordinal)]")
        }
    }

    private static func text(
        of document: qv_document,
        _ key: Key,
        _ name: String
    ) throws(CallFailure) -> String? {
        guard let bytes = document.text else {
            guard document.text_length == 0 else {
                throw .argument("\(name): text is NULL and \(document.text_length) bytes long")
            }
            return nil
        }
        guard document.text_length <= UInt64(Document.maximumTextByteCount) else {
            throw CallFailure(
                StoreError.textTooLong(
                    key: key,
                    byteCount: Int(clamping: document.text_length),
                    limit: Document.maximumTextByteCount
                )
            )
        }
        return try Arguments.string(
            bytes,
            byteCount: Int(document.text_length),
            "\(name): text"
        )
    }

    private mutating func add(_ rows: qv_vectors, _ name: String) throws(CallFailure) {
        let field = try Arguments.optionalName(rows.field, "\(name): field")
        let numbers = try Arguments.array(
            rows.numbers,
            count: rows.number_count,
            "\(name): numbers"
        )
        guard vectors.updateValue(Array(numbers), forKey: field) == nil else {
            throw .argument("\(name): the rows of vector field \"\(field)\" are there already")
        }
        let array = try Arguments.array(
            rows.columns,
            count: rows.column_count,
            "\(name): columns"
        )
        for (ordinal, column) in array.enumerated() {
            let place = "\(name): columns[\(ordinal)]"
            let name = try Arguments.string(column.name, "\(place): name")
            let values = try RowColumnValues(column, place)
            guard columns[field, default: [:]].updateValue(values, forKey: name) == nil else {
                throw .argument("\(place): column \"\(name)\" is there already")
            }
        }
    }
}

extension DocumentUpdate {
    /// What a C caller wants to be changed.
    init(_ update: qv_field_update, _ name: String) throws(CallFailure) {
        self.init(
            key: try Arguments.key(update.key, "\(name): key"),
            fields: try FieldValue.values(update.fields, count: update.field_count, name)
        )
        let removed = try Arguments.array(
            update.removed,
            count: update.removed_count,
            "\(name): removed"
        )
        for (ordinal, field) in removed.enumerated() {
            removedFields.insert(try Arguments.string(field, "\(name): removed[\(ordinal)]"))
        }
    }
}
