import CQuiverABI
import Quiver

/// A schema as C reads it.
///
/// `@unchecked Sendable`: the fields hold pointers, all of them into `arena`, and nothing is written after `init`.
final class SchemaAnswer: @unchecked Sendable {
    let vectorFields: [qv_vector_field]
    let fields: [qv_field]
    let textFields: [qv_text_field]
    let recall: Double?
    let cacheByteLimit: Int
    /// Of each vector field; of NULLs where it is bound to none.
    let encoders: [BoundEncoder]
    private let arena: Arena

    struct BoundEncoder {
        var identity: UnsafePointer<CChar>?
        var location: UnsafePointer<CChar>?
    }

    /// - Parameter encoders: what each vector field is bound to.
    init(_ schema: CollectionConfiguration, _ encoders: [RememberedEncoder?]) {
        var arena = Arena()
        vectorFields = schema.vectorFields.map { qv_vector_field($0, in: &arena) }
        fields = schema.fields.map { field in
            var made = qv_field()
            made.name = arena.copy(field.name).bytes
            made.type = UInt32(field.type.rawValue)
            return made
        }
        textFields = schema.textFields.map { field in
            var made = qv_text_field()
            made.field = field.field.map { arena.copy($0).bytes }
            made.language = field.language.map { arena.copy($0.rawValue).bytes }
            made.boost = field.boost
            return made
        }
        recall = schema.recall
        cacheByteLimit = schema.cache?.byteLimit ?? 0
        self.encoders = encoders.map { encoder in
            BoundEncoder(
                identity: encoder.map { arena.copy($0.identity.hash).bytes },
                location: encoder.map { arena.copy($0.location).bytes }
            )
        }
        self.arena = arena
    }
}

extension qv_vector_field {
    fileprivate init(_ field: VectorField, in arena: inout Arena) {
        self.init()
        flags = field.isOptional ? UInt32(QV_VECTOR_OPTIONAL) : 0
        name = arena.copy(field.name).bytes
        index = arena.copy(field.index.description).bytes
        dimension = UInt32(clamping: field.dimension)
        metric = field.metric.constant
        storage = field.storage.constant
        guard !field.rowColumns.isEmpty else { return }
        let list = field.rowColumns.map { column in
            var made = qv_row_column()
            made.name = arena.copy(column.name).bytes
            made.type = UInt32(column.type.rawValue)
            return made
        }
        columns = arena.copy(list)
        column_count = UInt64(list.count)
    }
}

extension Metric {
    fileprivate var constant: UInt32 {
        switch self {
        case .cosine: UInt32(QV_METRIC_COSINE)
        case .l2: UInt32(QV_METRIC_L2)
        case .innerProduct: UInt32(QV_METRIC_INNER_PRODUCT)
        case .hamming: UInt32(QV_METRIC_HAMMING)
        }
    }
}

extension Storage {
    fileprivate var constant: UInt32 {
        switch self {
        case .float32: UInt32(QV_STORAGE_FLOAT32)
        case .float16: UInt32(QV_STORAGE_FLOAT16)
        case .int8: UInt32(QV_STORAGE_INT8)
        case .binary: UInt32(QV_STORAGE_BINARY)
        }
    }
}
