import CQuiverABI
import Quiver

extension SearchScope {
    /// What a C caller wants to be found; everything, for NULL.
    init(_ pointer: UnsafePointer<qv_scope>?, _ name: String) throws(CallFailure) {
        self.init()
        guard let pointer else { return }
        let scope = try qv_scope(reading: pointer, name)
        let known = UInt32(QV_SCOPE_KEYS | QV_SCOPE_ROWS | QV_SCOPE_RANGES)
        guard scope.flags & ~known == 0 else {
            throw .argument("\(name): flags is \(scope.flags), which has an unknown bit")
        }
        if scope.filter != nil { filter = try Arguments.filter(scope.filter, "\(name): filter") }
        if scope.row_filter != nil {
            rowFilter = try Arguments.filter(scope.row_filter, "\(name): row_filter")
        }
        excludedKeys = Set(
            try Arguments.keys(
                scope.excluded,
                count: scope.excluded_count,
                "\(name): excluded"
            )
        )
        if try scope.has(QV_SCOPE_KEYS, "QV_SCOPE_KEYS", scope.key_count, name) {
            keys = Set(
                try Arguments.keys(scope.keys, count: scope.key_count, "\(name): keys")
            )
        }
        if try scope.has(QV_SCOPE_ROWS, "QV_SCOPE_ROWS", scope.row_word_count, name) {
            guard scope.row_word_count <= maximumRowWordCount else {
                throw .argument(
                    "\(name): row_word_count is \(scope.row_word_count), more than \(maximumRowWordCount)"
                )
            }
            let words = try Arguments.array(
                scope.row_words,
                count: scope.row_word_count,
                "\(name): row_words"
            )
            rows = RowSet(words: Array(words))
        }
        if try scope.has(QV_SCOPE_RANGES, "QV_SCOPE_RANGES", scope.row_range_count, name) {
            rowRanges = try Self.ranges(scope, name)
        }
    }

    private static func ranges(
        _ scope: qv_scope,
        _ name: String
    ) throws(CallFailure) -> [Range<Int>] {
        let array = try Arguments.array(
            scope.row_ranges,
            count: scope.row_range_count,
            "\(name): row_ranges"
        )
        var ranges: [Range<Int>] = []
        for (ordinal, range) in array.enumerated() {
            guard range.start <= range.end else {
                throw .argument(
                    "\(name): row_ranges[\(ordinal)] is from \(range.start) to \(range.end)"
                )
            }
            ranges.append(Int(clamping: range.start)..<Int(clamping: range.end))
        }
        return ranges
    }
}

extension qv_scope {
    /// Whether an array counts; elements that do not are refused.
    fileprivate func has(
        _ flag: UInt32,
        _ flagName: StaticString,
        _ count: UInt64,
        _ name: String
    ) throws(CallFailure) -> Bool {
        if flags & flag != 0 { return true }
        guard count == 0 else {
            throw .argument(
                "\(name): there are \(count) elements, which count with \(flagName) alone"
            )
        }
        return false
    }
}

/// Rows have 32-bit numbers.
private let maximumRowWordCount: UInt64 = 1 << 26
