import ArgumentParser
import Quiver

/// What a search may find.
struct ScopeOptions: ParsableArguments {
    @OptionGroup var condition: FilterOption

    @Option(
        name: .customLong("row-filter"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only rows whose row columns fit, such as 'position < 64'.",
            valueName: "expr"
        )
    )
    var rowFilter: String?

    @Option(
        name: .customLong("key"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only these documents; may be repeated.", valueName: "key")
    )
    var keys: [KeyArgument] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Not this document; may be repeated.", valueName: "key")
    )
    var exclude: [KeyArgument] = []

    @Option(
        name: .customLong("rows"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only rows FIRST-LAST, as the snapshot numbers them from 0 on; may be repeated.",
            valueName: "range"
        ),
        transform: ScopeOptions.range
    )
    var ranges: [Range<Int>] = []

    func scope() throws -> SearchScope {
        SearchScope(
            filter: try condition.parsed(),
            keys: keys.isEmpty ? nil : Set(keys.map(\.key)),
            excludedKeys: Set(exclude.map(\.key)),
            rowFilter: try rowFilter.map { expression in
                do throws(StoreError) {
                    return try Filter(parsing: expression)
                } catch {
                    throw FilterFailure(expression: expression, cause: error)
                }
            },
            rowRanges: ranges.isEmpty ? nil : ranges
        )
    }

    /// Does `body` and says of its errors which expression they are about.
    func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try condition.explaining(body)
        } catch let error as StoreError {
            guard case .unknownRowColumn = error, let rowFilter else { throw error }
            throw FilterFailure(expression: rowFilter, cause: error)
        }
    }

    @Sendable private static func range(_ argument: String) throws -> Range<Int> {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map {
            Int($0)
        }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 0, last >= first,
            last < .max
        else { throw ValidationError("expected FIRST-LAST, numbers from 0 on") }
        return first..<(last + 1)
    }
}
