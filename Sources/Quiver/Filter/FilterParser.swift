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
            case .word(let word): "\"\(word)\""
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

    private func isWord(_ word: String) -> Bool {
        if case .word(let found) = current.kind { found.lowercased() == word } else { false }
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
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
        while takeWord("or") { filters.append(try conjunction()) }
        return filters.count == 1 ? filters[0] : .any(filters)
    }

    private mutating func conjunction() throws(StoreError) -> Filter {
        var filters = [try condition()]
        while takeWord("and") { filters.append(try condition()) }
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
        if takeWord("not") { return .not(try condition()) }
        if takeSymbol("(") {
            let filter = try alternatives()
            guard takeSymbol(")") else { throw unexpected("\")\"") }
            return filter
        }
        if takeWord("true") { return .all([]) }
        if takeWord("false") { return .any([]) }
        return try predicate()
    }

    private mutating func predicate() throws(StoreError) -> Filter {
        let field: String
        switch current.kind {
        case .word(let word) where !FilterWords.reserved.contains(word.lowercased()):
            field = word
        case .quotedName(let name): field = name
        default: throw unexpected("a field's name")
        }
        next += 1
        if case .symbol(let symbol) = current.kind,
            let comparison = Filter.Comparison(rawValue: symbol)
        {
            next += 1
            return .comparison(field: field, comparison, try literal())
        }
        if takeWord("in") { return .isIn(field: field, try list()) }
        if isWord("not"), case .word(let word) = tokens[min(next + 1, tokens.count - 1)].kind,
            word.lowercased() == "in"
        {
            next += 2
            return .not(.isIn(field: field, try list()))
        }
        if takeWord("contains") { return .contains(field: field, try literal()) }
        if takeWord("prefix") {
            guard case .string(let prefix) = current.kind else { throw unexpected("a string") }
            next += 1
            return .hasPrefix(field: field, prefix)
        }
        if takeWord("is") {
            let isNegated = takeWord("not")
            guard takeWord("null") else { throw unexpected("\"null\"") }
            return isNegated ? .not(.isNull(field: field)) : .isNull(field: field)
        }
        if takeWord("exists") { return .exists(field: field) }
        return .isTrue(field: field)
    }

    private mutating func literal() throws(StoreError) -> FieldValue {
        let value: FieldValue
        switch current.kind {
        case .string(let string): value = .string(string)
        case .integer(let integer): value = .int64(integer)
        case .double(let double): value = .double(double)
        case .word(let word) where word.lowercased() == "true": value = .bool(true)
        case .word(let word) where word.lowercased() == "false": value = .bool(false)
        case .word(let word) where word.lowercased() == "null":
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
