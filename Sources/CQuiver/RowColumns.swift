import CQuiverABI
import Quiver

extension RowColumn.NumberType {
    init(_ type: UInt32, _ name: String) throws(CallFailure) {
        guard let found = UInt8(exactly: type).flatMap(RowColumn.NumberType.init) else {
            throw .argument("\(name): type is \(type), expected a QV_COLUMN_ constant")
        }
        self = found
    }
}

extension RowColumnValues {
    /// The numbers of a column of the caller's.
    init(_ column: qv_row_column, _ name: String) throws(CallFailure) {
        func numbers<Number>(_: Number.Type) throws(CallFailure) -> [Number] {
            Array(
                try Arguments.array(
                    column.numbers?.assumingMemoryBound(to: Number.self),
                    count: column.count,
                    "\(name): numbers"
                )
            )
        }
        switch try RowColumn.NumberType(column.type, name) {
        case .int8: self = .int8(try numbers(Int8.self))
        case .int16: self = .int16(try numbers(Int16.self))
        case .int32: self = .int32(try numbers(Int32.self))
        case .int64: self = .int64(try numbers(Int64.self))
        case .float32: self = .float32(try numbers(Float.self))
        }
    }
}

extension qv_row_column {
    /// A column as C reads it.
    init(_ name: String, _ values: RowColumnValues, in arena: inout Arena) {
        self.init()
        self.name = arena.copy(name).bytes
        type = UInt32(values.type.rawValue)
        count = UInt64(values.count)
        switch values {
        case .int8(let values): numbers = UnsafeRawPointer(arena.copy(values))
        case .int16(let values): numbers = UnsafeRawPointer(arena.copy(values))
        case .int32(let values): numbers = UnsafeRawPointer(arena.copy(values))
        case .int64(let values): numbers = UnsafeRawPointer(arena.copy(values))
        case .float32(let values): numbers = UnsafeRawPointer(arena.copy(values))
        }
    }

    /// The columns of a vector field, in the order of the schema.
    static func list(
        _ columns: [String: RowColumnValues],
        field: VectorField,
        in arena: inout Arena
    ) -> [qv_row_column] {
        field.rowColumns.compactMap { column in
            columns[column.name].map { qv_row_column(column.name, $0, in: &arena) }
        }
    }
}
