import CQuiverABI
import Encoders
import Quiver

extension CollectionConfiguration {
    /// The schema that a C caller wants.
    ///
    /// - Parameter encoder: whose rows the vector field without a name is to hold, if one's.
    init(_ options: qv_collection_options, _ encoder: OpenedEncoder?) throws(CallFailure) {
        let vectorFields = try qv_vector_field.array(
            options.vector_fields,
            count: options.vector_field_count,
            "options: vector_fields"
        )
        let fields = try qv_field.array(
            options.fields,
            count: options.field_count,
            "options: fields"
        )
        self.init(vectorFields: [])
        recall = options.recall == 0 ? nil : options.recall
        if options.cache_byte_limit > 0 {
            cache = CacheSettings(byteLimit: Int(clamping: options.cache_byte_limit))
        }
        if let encoder, options.dimension > 0, Int(options.dimension) != encoder.dimension {
            throw .encoder(
                "options: dimension is \(options.dimension), and the encoder makes rows of "
                    + "\(encoder.dimension) numbers"
            )
        }
        // Without anything else, a dimension of 0 is one that was forgotten, which the engine says.
        if options.dimension > 0 || encoder != nil || vectorFields.isEmpty && fields.isEmpty {
            self.vectorFields.append(
                VectorField(
                    dimension: encoder?.dimension ?? Int(options.dimension),
                    metric: try Metric(options.metric, "options"),
                    storage: try Storage(options.storage, "options"),
                    index: try IndexSpecification(options.index, "options"),
                    rowColumns: encoder?.encoder.rowColumns ?? []
                )
            )
        }
        for (ordinal, field) in vectorFields.enumerated() {
            self.vectorFields.append(
                try VectorField(field, "options: vector_fields[\(ordinal)]")
            )
        }
        for (ordinal, field) in fields.enumerated() {
            self.fields.append(try Field(field, "options: fields[\(ordinal)]"))
        }
        guard options.flags & ~UInt32(QV_COLLECTION_NO_WORDS) == 0 else {
            throw .argument("options: flags is \(options.flags), which has an unknown bit")
        }
        let textFields = try TextField.array(
            options.text_fields,
            count: options.text_field_count,
            "options: text_fields"
        )
        if options.flags & UInt32(QV_COLLECTION_NO_WORDS) != 0 {
            guard textFields.isEmpty else {
                throw .argument("options: QV_COLLECTION_NO_WORDS and text_fields")
            }
            self.textFields = []
        } else if !textFields.isEmpty {
            self.textFields = textFields
        }
    }
}

extension Field {
    init(_ field: qv_field, _ name: String) throws(CallFailure) {
        guard let type = UInt8(exactly: field.type).flatMap(FieldType.init) else {
            throw .argument(
                "\(name): type is \(field.type), expected a QV_FIELD_ constant of a type"
            )
        }
        self.init(name: try Arguments.string(field.name, "\(name): name"), type: type)
    }
}

extension TextField {
    /// The text fields of an array of the caller's.
    static func array(
        _ pointer: UnsafePointer<qv_text_field>?,
        count: UInt64,
        _ name: String
    ) throws(CallFailure) -> [TextField] {
        var fields: [TextField] = []
        for (ordinal, field) in try qv_text_field.array(pointer, count: count, name).enumerated() {
            fields.append(try TextField(field, "\(name)[\(ordinal)]"))
        }
        return fields
    }

    private init(_ field: qv_text_field, _ name: String) throws(CallFailure) {
        self.init(field: try Arguments.nameOrNil(field.field, "\(name): field"))
        if field.boost != 0 { boost = field.boost }
        language = try Language?(
            name: Arguments.nameOrNil(field.language, "\(name): language"),
            "\(name): language"
        )
    }
}

extension Language? {
    /// The language of a name or code; NULL stands for none.
    init(name: String?, _ what: @autoclosure () -> String) throws(CallFailure) {
        guard let name else {
            self = nil
            return
        }
        guard let language = Language(name) else {
            throw CallFailure(
                status: QV_ERROR_CONFIGURATION,
                message: "\(what()) \"\(name)\" has no stemmer"
            )
        }
        self = language
    }
}

extension VectorField {
    init(_ field: qv_vector_field, _ name: String) throws(CallFailure) {
        guard field.flags & ~UInt32(QV_VECTOR_OPTIONAL) == 0 else {
            throw .argument("\(name): flags is \(field.flags), which has an unknown bit")
        }
        self.init(
            name: try Arguments.optionalName(field.name, "\(name): name"),
            dimension: Int(field.dimension),
            metric: try Metric(field.metric, name),
            storage: try Storage(field.storage, name),
            index: try IndexSpecification(field.index, name),
            isOptional: field.flags & UInt32(QV_VECTOR_OPTIONAL) != 0
        )
        let columns = try Arguments.array(
            field.columns,
            count: field.column_count,
            "\(name): columns"
        )
        for (ordinal, column) in columns.enumerated() {
            let place = "\(name): columns[\(ordinal)]"
            rowColumns.append(
                RowColumn(
                    name: try Arguments.string(column.name, "\(place): name"),
                    type: try RowColumn.NumberType(column.type, place)
                )
            )
        }
    }
}

extension Metric {
    fileprivate init(_ metric: UInt32, _ name: String) throws(CallFailure) {
        switch metric {
        case UInt32(QV_METRIC_COSINE): self = .cosine
        case UInt32(QV_METRIC_L2): self = .l2
        case UInt32(QV_METRIC_INNER_PRODUCT): self = .innerProduct
        case UInt32(QV_METRIC_HAMMING): self = .hamming
        default:
            throw .argument("\(name): metric is \(metric), expected a QV_METRIC_ constant")
        }
    }
}

extension Storage {
    fileprivate init(_ storage: UInt32, _ name: String) throws(CallFailure) {
        switch storage {
        case UInt32(QV_STORAGE_FLOAT32): self = .float32
        case UInt32(QV_STORAGE_FLOAT16): self = .float16
        case UInt32(QV_STORAGE_INT8): self = .int8
        case UInt32(QV_STORAGE_BINARY): self = .binary
        default:
            throw .argument("\(name): storage is \(storage), expected a QV_STORAGE_ constant")
        }
    }
}

extension IndexSpecification {
    init(_ index: UnsafePointer<CChar>?, _ name: String) throws(CallFailure) {
        guard let index else {
            self = .automatic
            return
        }
        let text = try Arguments.string(index, "\(name): index")
        self = try engine { () throws(StoreError) in try IndexSpecification(parsing: text) }
    }
}
