/// A small number of fixed width that each row of a vector field carries beside its vector.
public struct RowColumn: Sendable, Hashable {
    /// The type of a column's numbers.
    public enum NumberType: UInt8, Sendable, Hashable, CaseIterable {
        case int8 = 1
        case int16 = 2
        case int32 = 3
        case int64 = 4
        case float32 = 5

        /// The bytes of one number.
        public var byteCount: Int {
            switch self {
            case .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .int64: 8
            }
        }
    }

    /// The name, unique in its vector field.
    public var name: String
    /// The type of its numbers.
    public var type: NumberType

    /// A column.
    public init(name: String, type: NumberType) {
        self.name = name
        self.type = type
    }
}

/// The numbers of one column, one a row.
public enum RowColumnValues: Sendable, Hashable {
    case int8([Int8])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])
    case float32([Float])

    /// The type of the numbers.
    public var type: RowColumn.NumberType {
        switch self {
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .float32: .float32
        }
    }

    /// How many there are.
    public var count: Int {
        switch self {
        case .int8(let values): values.count
        case .int16(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .float32(let values): values.count
        }
    }
}

extension RowColumnValues {
    /// The numbers as they are stored: little-endian, one after the other.
    func withStoredBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // All targets are little-endian, so the arrays' own bytes are the format's.
        switch self {
        case .int8(let values): try values.withBytes(body)
        case .int16(let values): try values.withBytes(body)
        case .int32(let values): try values.withBytes(body)
        case .int64(let values): try values.withBytes(body)
        case .float32(let values): try values.withBytes(body)
        }
    }

    /// Reads stored numbers; bytes that do not fill the last one are left out.
    init(_ type: RowColumn.NumberType, stored bytes: UnsafeRawBufferPointer) {
        func values<Value: BitwiseCopyable>(_: Value.Type) -> [Value] {
            (0..<(bytes.count / MemoryLayout<Value>.size)).map {
                bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self)
            }
        }
        self =
            switch type {
            case .int8: .int8(values(Int8.self))
            case .int16: .int16(values(Int16.self))
            case .int32: .int32(values(Int32.self))
            case .int64: .int64(values(Int64.self))
            case .float32: .float32(values(Float.self))
            }
    }

    /// The position of the first number that is NaN or infinite.
    var firstNotFinite: Int? {
        guard case .float32(let values) = self else { return nil }
        return values.firstIndex { !$0.isFinite }
    }
}
