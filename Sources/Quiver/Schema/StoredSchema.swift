import Indexes
import TextIndex

/// A vector field with the numbers that name it and its columns on disk, for ever.
struct StoredField: Sendable, Hashable {
    let id: UInt32
    var field: VectorField
    /// The numbers of `field.rowColumns`, in their order.
    let columnIDs: [UInt32]
    /// The encoder whose vectors the field holds.
    var encoder: RememberedEncoder?

    /// The row columns with their numbers.
    var columns: [(id: UInt32, column: RowColumn)] {
        Array(zip(columnIDs, field.rowColumns))
    }
}

/// A metadata field with the number that names it on disk, for ever.
struct StoredMetadataField: Sendable, Hashable {
    let id: UInt32
    var field: Field
}

/// The fields of a collection: in its record, and in a segment's manifest as they were when it was made.
///
/// | size | what |
/// | --- | --- |
/// | 4 | vector fields, then each: |
/// | 4, 4 and bytes | number, name |
/// | 4, 1, 1 | dimension, metric, storage |
/// | 4 and bytes | index specification |
/// | 1 | 1: optional |
/// | 1 | 1: has an encoder; then 4 and bytes its hash, 4 and bytes its location |
/// | 4, then each | row columns: 4 number, 4 and bytes name, 1 type |
/// | 4, then each | metadata fields: 4 number, 4 and bytes name, 1 type |
/// | 4, then each | text fields: 4 number of the metadata field, or FF FF FF FF for the documents' texts; 4 and bytes language, empty for none; 8 boost, a float64 |
///
/// Versions 3 and 4 of the format ended before the text fields, which is to say: the documents' texts, in no language. Versions 1 and
/// 2 had vector fields alone, each up to its index specification.
struct StoredSchema: Sendable, Hashable {
    var vectorFields: [StoredField] = []
    var fields: [StoredMetadataField] = []
    var textFields: [StoredTextField] = [.ofDocuments]

    /// The same for users, without numbers.
    var configuration: CollectionConfiguration {
        CollectionConfiguration(
            vectorFields: vectorFields.map(\.field),
            fields: fields.map(\.field),
            textFields: textFields.compactMap { textField in
                let field = fields.first { $0.id == textField.id }?.field.name
                guard field != nil || textField.id == StoredTextField.documentText else {
                    return nil
                }
                return TextField(
                    field: field,
                    language: textField.language,
                    boost: textField.boost
                )
            }
        )
    }

    func encode(into writer: inout ByteWriter) {
        writer.integer(UInt32(vectorFields.count))
        for field in vectorFields {
            writer.integer(field.id)
            writer.string(field.field.name)
            writer.integer(UInt32(field.field.dimension))
            writer.integer(field.field.metric.rawValue)
            writer.integer(field.field.storage.rawValue)
            writer.string(field.field.index.description)
            writer.integer(UInt8(field.field.isOptional ? 1 : 0))
            writer.integer(UInt8(field.encoder == nil ? 0 : 1))
            if let encoder = field.encoder {
                writer.string(encoder.identity.hash)
                writer.string(encoder.location)
            }
            writer.integer(UInt32(field.columnIDs.count))
            for (id, column) in field.columns {
                writer.integer(id)
                writer.string(column.name)
                writer.integer(column.type.rawValue)
            }
        }
        writer.integer(UInt32(fields.count))
        for field in fields {
            writer.integer(field.id)
            writer.string(field.field.name)
            writer.integer(field.field.type.rawValue)
        }
        writer.integer(UInt32(textFields.count))
        for field in textFields {
            writer.integer(field.id)
            writer.string(field.language?.rawValue ?? "")
            writer.integer(field.boost.bitPattern)
        }
    }

    /// - Parameter hasTextFields: whether version 5 or a later one wrote it.
    static func decode(
        _ reader: inout ByteReader,
        hasTextFields: Bool
    ) throws(ByteReader.Malformed) -> StoredSchema {
        var schema = StoredSchema()
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let (id, field) = try vectorField(&reader)
            var stored = StoredField(id: id, field: field, columnIDs: [], encoder: nil)
            stored.field.isOptional = try reader.integer(UInt8.self) != 0
            if try reader.integer(UInt8.self) != 0 {
                stored.encoder = RememberedEncoder(
                    identity: EncoderIdentity(hash: try reader.string()),
                    location: try reader.string()
                )
            }
            var columnIDs: [UInt32] = []
            for _ in 0..<(try reader.integer(UInt32.self)) {
                columnIDs.append(try reader.integer())
                let name = try reader.string()
                let number: UInt8 = try reader.integer()
                guard let type = RowColumn.NumberType(rawValue: number) else {
                    throw .init(reason: "holds a row column of type \(number)")
                }
                stored.field.rowColumns.append(RowColumn(name: name, type: type))
            }
            schema.vectorFields.append(
                StoredField(
                    id: id,
                    field: stored.field,
                    columnIDs: columnIDs,
                    encoder: stored.encoder
                )
            )
        }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let id: UInt32 = try reader.integer()
            let name = try reader.string()
            let number: UInt8 = try reader.integer()
            guard let type = FieldType(rawValue: number) else {
                throw .init(reason: "holds a metadata field of type \(number)")
            }
            schema.fields.append(StoredMetadataField(id: id, field: Field(name: name, type: type)))
        }
        guard hasTextFields else { return schema }
        schema.textFields = []
        for _ in 0..<(try reader.integer(UInt32.self)) {
            schema.textFields.append(try textField(&reader))
        }
        return schema
    }

    /// As versions 1 and 2 wrote it.
    static func decodeOld(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> StoredSchema {
        var schema = StoredSchema()
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let (id, field) = try vectorField(&reader)
            schema.vectorFields.append(
                StoredField(id: id, field: field, columnIDs: [], encoder: nil)
            )
        }
        return schema
    }

    private static func textField(
        _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> StoredTextField {
        let id: UInt32 = try reader.integer()
        let name = try reader.string()
        let boost = Double(bitPattern: try reader.integer())
        let language = Language(rawValue: name)
        guard name.isEmpty || language != nil else {
            throw .init(reason: "holds a text field in the language \"\(name)\"")
        }
        guard boost > 0, boost.isFinite else {
            throw .init(reason: "holds a text field with a boost of \(boost)")
        }
        return StoredTextField(id: id, language: language, boost: boost)
    }

    private static func vectorField(
        _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> (id: UInt32, field: VectorField) {
        let id: UInt32 = try reader.integer()
        let name = try reader.string()
        let dimension = Int(try reader.integer(UInt32.self))
        guard (1...VectorField.maximumDimension).contains(dimension) else {
            throw .init(reason: "holds a vector field of dimension \(dimension)")
        }
        let metricNumber: UInt8 = try reader.integer()
        let storageNumber: UInt8 = try reader.integer()
        guard let metric = Metric(rawValue: metricNumber),
            let storage = Storage(rawValue: storageNumber)
        else {
            throw .init(
                reason:
                    "holds a vector field of metric \(metricNumber) and storage \(storageNumber)"
            )
        }
        guard (metric == .hamming) == (storage == .binary),
            storage != .binary || dimension.isMultiple(of: 8)
        else {
            throw .init(
                reason: "holds a vector field of \(dimension) \(storage) numbers under \(metric)"
            )
        }
        let text = try reader.string()
        guard let index = try? IndexSpecification(parsing: text) else {
            throw .init(reason: "holds a vector field with the index \"\(text)\"")
        }
        return (
            id,
            VectorField(
                name: name,
                dimension: dimension,
                metric: metric,
                storage: storage,
                index: index
            )
        )
    }
}

extension StoredSchema {
    /// Metadata by name, of the fields that there are.
    func named(
        _ bytes: UnsafeRawBufferPointer,
        file: String
    ) throws(StoreError) -> [String: FieldValue] {
        let values = try asDamage(of: file) { () throws(ByteReader.Malformed) in
            try EncodedFields.decode(bytes)
        }
        var named: [String: FieldValue] = [:]
        for (id, value) in values {
            guard let field = fields.first(where: { $0.id == id }) else { continue }
            named[field.field.name] = value
        }
        return named
    }
}
