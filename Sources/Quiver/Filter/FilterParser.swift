extension Filter {
    /// Reads a filter.
    ///
    /// | | |
    /// | --- | --- |
    /// | `year >= 2020` | `=` (or `==`), `!=`, `<`, `<=`, `>`, `>=` with a string, a number, `true` or `false`; a timestamp is written as an RFC 3339 string |
    /// | `lang in ("de", "fr")` | one of these; `not in` |
    /// | `tags contains "x"` | in a list |
    /// | `title prefix "The "` | begins with |
    /// | `year is null`, `year is not null` | |
    /// | `year exists` | has a value, null or not |
    /// | `archived` | a `bool` that is true |
    /// | `not a`, `a and b`, `a or b`, `(a)` | `not` binds most, `or` least |
    ///
    /// Words of the language may be written in capitals. A name that is not letters, digits, `_` and `.`, or is such a word,
    /// stands in backquotes.
    ///
    /// - Throws: `invalidFilter` with the position of what cannot be. Names and types are checked when the filter is used.
    public init(parsing text: String) throws(StoreError) {
        var parser = FilterParser(tokens: try FilterTokenizer.tokens(of: text))
        self = try parser.filter()
    }
}

/// Reads a filter from its tokens.
private struct FilterParser {
    private let tokens: [FilterToken]
    private var next = 0
    private var depth = 0

    /// Deeper nesting is refused, so that no filter exhausts the stack.
    private static let maximumDepth = 200

    init(tokens: [FilterToken]) {
        self.tokens = tokens
    }

    mutating func filter() throws(StoreError) -> Filter {
        let filter = try alternatives()
        guard current.kind == .end else { throw unexpected("\"and\", \"or\" or the end") }
        return filter
    }

    private var current: FilterToken { tokens[next] }

    private func unexpected(_ expected: String) -> StoreError {
        let found =
            switch current.kind {
            case .name(let word), .keyword(_, let word): "\"\(word)\""
            case .quotedName(let name): "`\(name)`"
            case .string: "a string"
            case .integer, .double: "a number"
            case .symbol(let symbol): "\"\(symbol)\""
            case .end: "the end"
            }
        return .invalidFilter(
            reason: "expected \(expected), found \(found)",
            position: current.position
        )
    }

    private func isAt(_ keyword: FilterKeyword) -> Bool {
        if case .keyword(keyword, _) = current.kind { true } else { false }
    }

    private mutating func take(_ keyword: FilterKeyword) -> Bool {
        guard isAt(keyword) else { return false }
        next += 1
        return true
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        next += 1
        return true
    }

    private mutating func alternatives() throws(StoreError) -> Filter {
        var filters = [try conjunction()]
        while take(.or) { filters.append(try conjunction()) }
        return filters.count == 1 ? filters[0] : .any(filters)
    }

    private mutating func conjunction() throws(StoreError) -> Filter {
        var filters = [try condition()]
        while take(.and) { filters.append(try condition()) }
        return filters.count == 1 ? filters[0] : .all(filters)
    }

    private mutating func condition() throws(StoreError) -> Filter {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw .invalidFilter(
                reason: "nested more than \(Self.maximumDepth) deep",
                position: current.position
            )
        }
        if take(.not) { return .not(try condition()) }
        if takeSymbol("(") {
            let filter = try alternatives()
            guard takeSymbol(")") else { throw unexpected("\")\"") }
            return filter
        }
        if take(.true) { return .all([]) }
        if take(.false) { return .any([]) }
        return try predicate()
    }

    private mutating func predicate() throws(StoreError) -> Filter {
        let field: String
        switch current.kind {
        case .name(let name), .quotedName(let name): field = name
        default: throw unexpected("a field's name")
        }
        next += 1
        if case .symbol(let symbol) = current.kind,
            let comparison = Filter.Comparison(rawValue: symbol)
        {
            next += 1
            return .comparison(field: field, comparison, try literal())
        }
        if take(.in) { return .isIn(field: field, try list()) }
        if isAt(.not), case .keyword(.in, _) = tokens[min(next + 1, tokens.count - 1)].kind {
            next += 2
            return .not(.isIn(field: field, try list()))
        }
        if take(.contains) { return .contains(field: field, try literal()) }
        if take(.prefix) {
            guard case .string(let prefix) = current.kind else { throw unexpected("a string") }
            next += 1
            return .hasPrefix(field: field, prefix)
        }
        if take(.is) {
            let isNegated = take(.not)
            guard take(.null) else { throw unexpected("\"null\"") }
            return isNegated ? .not(.isNull(field: field)) : .isNull(field: field)
        }
        if take(.exists) { return .exists(field: field) }
        return .isTrue(field: field)
    }

    private mutating func literal() throws(StoreError) -> FieldValue {
        let value: FieldValue
        switch current.kind {
        case .string(let string): value = .string(string)
        case .integer(let integer): value = .int64(integer)
        case .double(let double): value = .double(double)
        case .keyword(.true, _): value = .bool(true)
        case .keyword(.false, _): value = .bool(false)
        case .keyword(.null, _):
            throw .invalidFilter(
                reason: "null is tested with \"is null\"",
                position: current.position
            )
        default: throw unexpected("a string, a number, true or false")
        }
        next += 1
        return value
    }

    private mutating func list() throws(StoreError) -> [FieldValue] {
        guard takeSymbol("(") else { throw unexpected("\"(\"") }
        var values = [try literal()]
        while takeSymbol(",") { values.append(try literal()) }
        guard takeSymbol(")") else { throw unexpected("\",\" or \")\"") }
        return values
    }
}
