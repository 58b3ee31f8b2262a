/// A filter whose names and types fit a schema, ready to be asked about documents.
indirect enum BoundFilter: Sendable, Hashable {
    case comparison(UInt32, Filter.Comparison, FieldValue)
    case isIn(UInt32, [FieldValue])
    case contains(UInt32, FieldValue)
    case hasPrefix(UInt32, String)
    case isNull(UInt32)
    case exists(UInt32)
    case not(BoundFilter)
    case all([BoundFilter])
    case any([BoundFilter])

    /// - Throws: `unknownField`; `invalidFilter` for a value that the field cannot be compared with.
    init(_ filter: Filter, record: CollectionRecord) throws(StoreError) {
        func field(_ name: String) throws(StoreError) -> StoredMetadataField {
            guard
                let field = record.schema.fields.first(where: {
                    $0.field.name.utf8.elementsEqual(name.utf8)
                })
            else { throw .unknownField(name, collection: record.name) }
            return field
        }
        func bind(_ filters: [Filter]) throws(StoreError) -> [BoundFilter] {
            var bound: [BoundFilter] = []
            for filter in filters { bound.append(try BoundFilter(filter, record: record)) }
            return bound
        }
        switch filter {
        case .comparison(let name, let comparison, let value):
            let field = try field(name)
            if comparison != .equal, comparison != .notEqual, !field.field.type.isOrdered {
                throw .invalidFilter(
                    reason: "\(field.field.type) field \"\(name)\" has no order",
                    position: nil
                )
            }
            self = .comparison(field.id, comparison, try field.field.comparable(value))
        case .isIn(let name, let values):
            let field = try field(name)
            var bound: [FieldValue] = []
            for value in values { bound.append(try field.field.comparable(value)) }
            self = .isIn(field.id, bound)
        case .contains(let name, let value):
            let field = try field(name)
            switch (field.field.type, value) {
            case (.strings, .string): break
            case (.int32s, .int64(let number)) where Int32(exactly: number) != nil: break
            default:
                throw .invalidFilter(
                    reason: "\(field.field.type) field \"\(name)\" cannot contain that value",
                    position: nil
                )
            }
            self = .contains(field.id, value)
        case .hasPrefix(let name, let prefix):
            let field = try field(name)
            guard field.field.type == .string else {
                throw .invalidFilter(
                    reason: "\(field.field.type) field \"\(name)\" has no prefix",
                    position: nil
                )
            }
            self = .hasPrefix(field.id, prefix)
        case .isNull(let name): self = .isNull(try field(name).id)
        case .exists(let name): self = .exists(try field(name).id)
        case .isTrue(let name):
            let field = try field(name)
            guard field.field.type == .bool else {
                throw .invalidFilter(
                    reason: "\(field.field.type) field \"\(name)\" is neither true nor false",
                    position: nil
                )
            }
            self = .comparison(field.id, .equal, .bool(true))
        case .not(let filter): self = .not(try BoundFilter(filter, record: record))
        case .all(let filters): self = .all(try bind(filters))
        case .any(let filters): self = .any(try bind(filters))
        }
    }

    /// Whether it holds of a document with this metadata (`EncodedFields`).
    func matches(_ fields: UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> Bool {
        switch self {
        case .comparison(let field, let comparison, let value):
            guard let found = try EncodedFields.value(of: field, in: fields) else {
                return comparison == .notEqual
            }
            return comparison.holds(found.order(to: value))
        case .isIn(let field, let values):
            guard let found = try EncodedFields.value(of: field, in: fields) else { return false }
            return values.contains { found.order(to: $0) == .same }
        case .contains(let field, let value):
            switch (try EncodedFields.value(of: field, in: fields), value) {
            case (.strings(let list), .string(let string)):
                return list.contains { $0.utf8.elementsEqual(string.utf8) }
            case (.int32s(let list), .int64(let number)):
                return list.contains { Int64($0) == number }
            default: return false
            }
        case .hasPrefix(let field, let prefix):
            guard case .string(let string) = try EncodedFields.value(of: field, in: fields) else {
                return false
            }
            return string.utf8.starts(with: prefix.utf8)
        case .isNull(let field):
            return try EncodedFields.value(of: field, in: fields) == .null
        case .exists(let field):
            return try EncodedFields.value(of: field, in: fields) != nil
        case .not(let filter): return try !filter.matches(fields)
        case .all(let filters):
            for filter in filters where try !filter.matches(fields) { return false }
            return true
        case .any(let filters):
            for filter in filters where try filter.matches(fields) { return true }
            return false
        }
    }
}

extension FieldType {
    fileprivate var isOrdered: Bool {
        switch self {
        case .string, .int64, .double, .bool, .timestamp: true
        case .strings, .bytes, .int32s, .sparse: false
        }
    }
}

extension Field {
    /// `value` as it is compared with the field's values.
    fileprivate func comparable(_ value: FieldValue) throws(StoreError) -> FieldValue {
        switch (type, value) {
        case (.string, .string), (.int64, .int64), (.int64, .double), (.double, .double),
            (.double, .int64), (.bool, .bool), (.timestamp, .timestamp), (.strings, .strings),
            (.bytes, .bytes), (.int32s, .int32s):
            if case .double(let number) = value, !number.isFinite { break }
            return value
        case (.timestamp, .string(let text)):
            guard let timestamp = Timestamp(rfc3339: text) else {
                throw .invalidFilter(
                    reason:
                        "\"\(text)\" is not an RFC 3339 timestamp, as field \"\(name)\" needs it",
                    position: nil
                )
            }
            return .timestamp(timestamp)
        default: break
        }
        throw .invalidFilter(
            reason: "\(type) field \"\(name)\" cannot be compared with "
                + (value.type.map { "a value of type \($0)" } ?? "null"),
            position: nil
        )
    }
}
