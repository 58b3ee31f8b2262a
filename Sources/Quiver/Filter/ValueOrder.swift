/// How two values stand to one another.
enum ValueOrder {
    case before
    case same
    case after
    /// Neither, and not the same: null, or values without an order.
    case different
}

extension Filter.Comparison {
    func holds(_ order: ValueOrder) -> Bool {
        switch self {
        case .equal: order == .same
        case .notEqual: order != .same
        case .less: order == .before
        case .lessOrEqual: order == .before || order == .same
        case .greater: order == .after
        case .greaterOrEqual: order == .after || order == .same
        }
    }
}

extension FieldValue {
    func order(to other: FieldValue) -> ValueOrder {
        func order<Value: Comparable>(_ left: Value, _ right: Value) -> ValueOrder {
            left < right ? .before : left == right ? .same : .after
        }
        switch (self, other) {
        case (.string(let left), .string(let right)):
            if left.utf8.elementsEqual(right.utf8) { return .same }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? .before : .after
        case (.int64(let left), .int64(let right)): return order(left, right)
        case (.double(let left), .double(let right)): return order(left, right)
        case (.int64(let left), .double(let right)): return Self.order(left, right)
        case (.double(let left), .int64(let right)):
            switch Self.order(right, left) {
            case .before: return .after
            case .after: return .before
            case let same: return same
            }
        case (.bool(let left), .bool(let right)): return order(left ? 1 : 0, right ? 1 : 0)
        case (.timestamp(let left), .timestamp(let right)): return order(left, right)
        case (.null, _), (_, .null): return .different
        default: return self == other ? .same : .different
        }
    }

    /// Exactly, though not every integer is a double.
    private static func order(_ left: Int64, _ right: Double) -> ValueOrder {
        if right >= 0x1p63 { return .before }
        if right < -0x1p63 { return .after }
        let whole = right.rounded(.down)
        let integer = Int64(whole)
        if left != integer { return left < integer ? .before : .after }
        return right > whole ? .before : .same
    }
}
