import ArgumentParser
import Quiver

/// `--filter EXPR`, which several verbs have.
struct FilterOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only documents whose metadata fit, such as 'year >= 2020 and lang in (\"de\", \"fr\")'.",
            valueName: "expr"
        )
    )
    var filter: String?

    /// The filter; `nil` if none is given.
    func parsed() throws -> Filter? {
        guard let filter else { return nil }
        do {
            return try Filter(parsing: filter)
        } catch {
            throw FilterFailure(expression: filter, cause: error)
        }
    }

    /// Does `body`, which uses the filter, and says of its errors which expression they are about.
    func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as StoreError {
            guard let filter else { throw error }
            switch error {
            case .invalidFilter, .unknownField:
                throw FilterFailure(expression: filter, cause: error)
            default: throw error
            }
        }
    }
}

/// A filter is not of the language, or does not fit the collection.
struct FilterFailure: Error {
    var expression: String
    var cause: StoreError

    /// The expression, and below it a caret where the fault is, if that is known.
    var excerpt: [String] {
        let line = "  " + printable(expression)
        guard case .invalidFilter(_, let position?) = cause else { return [line] }
        return [line, "  " + String(repeating: " ", count: max(0, position - 1)) + "^"]
    }
}
