import CQuiverABI
import Quiver

/// Documents as C reads them.
///
/// `@unchecked Sendable`: the documents hold pointers, all of them into `arena`, and nothing is written after
/// `init`.
final class DocumentsAnswer: @unchecked Sendable {
    private struct Item {
        var document: qv_stored_document
        var vectors: [qv_vectors] = []
        var fields: [qv_field] = []
    }

    private let items: [Item]
    private let arena: Arena

    init(_ found: [StoredDocument?], keys: [Key], schema: CollectionConfiguration) {
        var arena = Arena()
        items = zip(keys, found).map { key, document in
            Self.item(document, key: key, schema, in: &arena)
        }
        self.arena = arena
    }

    /// How many documents there are, and keys without one.
    var count: Int { items.count }

    func document(_ index: UInt64) throws(CallFailure) -> qv_stored_document {
        try item(index).document
    }

    func vectors(_ index: UInt64, _ number: UInt64) throws(CallFailure) -> qv_vectors {
        let vectors = try item(index).vectors
        guard number < UInt64(vectors.count) else {
            throw .argument(
                "number is \(number), and document \(index) has \(vectors.count) vector fields"
            )
        }
        return vectors[Int(number)]
    }

    func field(_ index: UInt64, _ number: UInt64) throws(CallFailure) -> qv_field {
        let fields = try item(index).fields
        guard number < UInt64(fields.count) else {
            throw .argument(
                "number is \(number), and document \(index) has \(fields.count) fields"
            )
        }
        return fields[Int(number)]
    }

    private func item(_ index: UInt64) throws(CallFailure) -> Item {
        guard index < UInt64(items.count) else {
            throw .argument("index is \(index), and there are \(items.count) documents")
        }
        return items[Int(index)]
    }

    private static func item(
        _ document: StoredDocument?,
        key: Key,
        _ schema: CollectionConfiguration,
        in arena: inout Arena
    ) -> Item {
        var item = Item(document: qv_stored_document())
        item.document.key = arena.copy(key)
        guard let document else { return item }
        item.document.found = 1
        item.document.version = document.version
        if let text = document.text {
            let (bytes, count) = arena.copy(text)
            item.document.text = bytes
            item.document.text_length = UInt64(count)
        }
        for field in schema.vectorFields {
            guard let vectors = qv_vectors(document, field, in: &arena) else { continue }
            item.vectors.append(vectors)
            if field.name == VectorField.unnamed {
                item.document.vector = vectors.numbers
                item.document.vector_count = vectors.number_count
            }
        }
        item.fields = qv_field.list(document.fields, schema: schema, in: &arena)
        item.document.vectors_count = UInt64(item.vectors.count)
        item.document.field_count = UInt64(item.fields.count)
        return item
    }
}

extension qv_vectors {
    /// What the document has of a vector field; `nil` for nothing.
    fileprivate init?(_ document: StoredDocument, _ field: VectorField, in arena: inout Arena) {
        let numbers = document.vectors[field.name] ?? []
        let found = document.columns[field.name] ?? [:]
        guard !numbers.isEmpty || !found.isEmpty else { return nil }
        self.init()
        self.field = arena.copy(field.name).bytes
        dimension = UInt32(clamping: field.dimension)
        if !numbers.isEmpty {
            self.numbers = arena.copy(numbers)
            number_count = UInt64(numbers.count)
        }
        let list = qv_row_column.list(found, field: field, in: &arena)
        guard !list.isEmpty else { return }
        columns = arena.copy(list)
        column_count = UInt64(list.count)
    }
}
