import CQuiverABI
import Quiver

extension CollectionConfiguration {
    /// The schema that a C caller wants.
    init(_ options: qv_collection_options) throws(CallFailure) {
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
        // Without anything else, a dimension of 0 is one that was forgotten, which the engine says.
        if options.dimension > 0 || vectorFields.isEmpty && fields.isEmpty {
            self.vectorFields.append(
                VectorField(
                    dimension: Int(options.dimension),
                    metric: try Metric(options.metric, "options"),
                    storage: try Storage(options.storage, "options"),
                    index: try IndexSpecification(options.index, "options")
                )
            )
        }
        for (ordinal, field) in vectorFields.enumerated() {
            self.vectorFields.append(
                try VectorField(field, "options: vector_fields[\(ordinal)]")
            )
        }
        for (ordinal, field) in fields.enumerated() {
            let place = "options: fields[\(ordinal)]"
            guard let type = UInt8(exactly: field.type).flatMap(FieldType.init) else {
                throw .argument(
                    "\(place): type is \(field.type), expected a QV_FIELD_ constant of a type"
                )
            }
            self.fields.append(
                Field(name: try Arguments.string(field.name, "\(place): name"), type: type)
            )
        }
    }
}

extension VectorField {
    fileprivate init(_ field: qv_vector_field, _ name: String) throws(CallFailure) {
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
        default:
            throw .argument("\(name): storage is \(storage), expected a QV_STORAGE_ constant")
        }
    }
}

extension IndexSpecification {
    fileprivate init(_ index: UnsafePointer<CChar>?, _ name: String) throws(CallFailure) {
        guard let index else {
            self = .automatic
            return
        }
        let text = try Arguments.string(index, "\(name): index")
        self = try engine { () throws(StoreError) in try IndexSpecification(parsing: text) }
    }
}
