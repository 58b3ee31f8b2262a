import Quiver

extension Filter {
    /// Whether it holds of metadata, the obvious way; only of what is asked here.
    func holds(of fields: [String: FieldValue]) -> Bool {
        switch self {
        case .comparison(let field, let comparison, .int64(let number)):
            guard case .int64(let value)? = fields[field] else { return comparison == .notEqual }
            return switch comparison {
            case .equal: value == number
            case .notEqual: value != number
            case .less: value < number
            case .lessOrEqual: value <= number
            case .greater: value > number
            case .greaterOrEqual: value >= number
            }
        case .contains(let field, .string(let word)):
            guard case .strings(let words)? = fields[field] else { return false }
            return words.contains(word)
        case .hasPrefix(let field, let prefix):
            guard case .string(let value)? = fields[field] else { return false }
            return value.utf8.starts(with: prefix.utf8)
        case .isNull(let field): return fields[field] == .null
        case .exists(let field): return fields[field] != nil
        case .isTrue(let field): return fields[field] == .bool(true)
        case .not(let filter): return !filter.holds(of: fields)
        case .all(let filters): return filters.allSatisfy { $0.holds(of: fields) }
        case .any(let filters): return filters.contains { $0.holds(of: fields) }
        case .comparison, .isIn, .contains: stop("\(self) is not modelled")
        }
    }
}

extension Model.Collection {
    /// Filters whose matches are counted, by the fields that there are.
    var questions: [Filter] {
        configuration.fields.flatMap { field -> [Filter] in
            let name = field.name
            return switch field.type {
            case .int64:
                [
                    .comparison(field: name, .greaterOrEqual, .int64(5)),
                    .comparison(field: name, .notEqual, .int64(2)),
                ]
            case .string: [.any([.hasPrefix(field: name, "s1"), .isNull(field: name)])]
            case .bool: [.not(.isTrue(field: name))]
            case .strings: [.contains(field: name, .string("x1"))]
            default: [.all([.exists(field: name), .not(.isNull(field: name))])]
            }
        }
    }
}
