import Indexes

/// A condition on the row columns of a vector field whose names and types fit.
indirect enum BoundRowFilter: Sendable, Hashable {
    /// The column's number lies in one of these intervals.
    case intervals(UInt32, RowColumn.NumberType, [Interval])
    case not(BoundRowFilter)
    case all([BoundRowFilter])
    case any([BoundRowFilter])

    /// Numbers from one to another, both included; none if they are the wrong way round. Of a float column the doubles count, of any
    /// other the integers.
    struct Interval: Sendable, Hashable {
        let integers: (lower: Int64, upper: Int64)
        let doubles: (lower: Double, upper: Double)

        static func == (left: Self, right: Self) -> Bool {
            left.integers == right.integers && left.doubles == right.doubles
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(integers.lower)
            hasher.combine(doubles.lower)
        }
    }

    /// - Throws: `unknownRowColumn`; `invalidFilter` for a condition that numbers do not have.
    init(_ filter: Filter, of field: StoredField) throws(StoreError) {
        func column(_ name: String) throws(StoreError) -> (UInt32, RowColumn.NumberType) {
            guard
                let found = field.columns.first(where: {
                    $0.column.name.utf8.elementsEqual(name.utf8)
                })
            else { throw .unknownRowColumn(name, field: field.field.name) }
            return (found.id, found.column.type)
        }
        func bind(_ filters: [Filter]) throws(StoreError) -> [BoundRowFilter] {
            var bound: [BoundRowFilter] = []
            for filter in filters { bound.append(try BoundRowFilter(filter, of: field)) }
            return bound
        }
        switch filter {
        case .comparison(let name, let comparison, let value):
            let (id, type) = try column(name)
            let interval = try Interval(
                comparison == .notEqual ? .equal : comparison,
                value,
                column: name
            )
            let bound = BoundRowFilter.intervals(id, type, [interval])
            self = comparison == .notEqual ? .not(bound) : bound
        case .isIn(let name, let values):
            let (id, type) = try column(name)
            var intervals: [Interval] = []
            for value in values { intervals.append(try Interval(.equal, value, column: name)) }
            self = .intervals(id, type, intervals)
        case .not(let filter): self = .not(try BoundRowFilter(filter, of: field))
        case .all(let filters): self = .all(try bind(filters))
        case .any(let filters): self = .any(try bind(filters))
        case .contains(let name, _), .hasPrefix(let name, _), .isNull(let name),
            .exists(let name), .isTrue(let name):
            throw .invalidFilter(
                reason: "row column \"\(name)\" is a number: it can only be compared",
                position: nil
            )
        }
    }

    /// The rows that it holds of.
    ///
    /// - Parameter numbers: those of a column, during a closure; `nil` where the rows are older than it, which counts as 0.
    func rows(
        _ count: Int,
        _ withNumbers: (
            _ column: UInt32,
            _ body: (UnsafeRawBufferPointer?) throws(StoreError) -> RowSet
        ) throws(StoreError) -> RowSet
    ) throws(StoreError) -> RowSet {
        switch self {
        case .not(let filter): return try filter.rows(count, withNumbers).complement(below: count)
        case .all(let filters):
            var found = RowSet().complement(below: count)
            for filter in filters { found.formIntersection(try filter.rows(count, withNumbers)) }
            return found
        case .any(let filters):
            var found = RowSet(capacity: count)
            for filter in filters { found.formUnion(try filter.rows(count, withNumbers)) }
            return found
        case .intervals(let column, let type, let intervals):
            return try withNumbers(column) { (numbers) throws(StoreError) in
                guard let numbers else {
                    return intervals.contains { $0.holdsZero }
                        ? RowSet().complement(below: count) : RowSet(capacity: count)
                }
                var words = [UInt64](repeating: 0, count: (count + 63) / 64)
                for interval in intervals {
                    switch type {
                    case .int8: interval.mark(Int8.self, numbers, &words)
                    case .int16: interval.mark(Int16.self, numbers, &words)
                    case .int32: interval.mark(Int32.self, numbers, &words)
                    case .int64: interval.mark(Int64.self, numbers, &words)
                    case .float32: interval.markFloats(numbers, &words)
                    }
                }
                return RowSet(words: words)
            }
        }
    }
}

extension BoundRowFilter.Interval {
    private static let noIntegers: (lower: Int64, upper: Int64) = (1, 0)

    init(
        _ comparison: Filter.Comparison,
        _ value: FieldValue,
        column: String
    ) throws(StoreError) {
        switch value {
        case .int64(let number):
            integers = Self.integers(comparison, number)
            doubles = Self.doubles(comparison, Double(number))
        case .double(let number) where number.isFinite:
            integers = Self.integers(comparison, number)
            doubles = Self.doubles(comparison, number)
        default:
            throw .invalidFilter(
                reason: "row column \"\(column)\" is compared with numbers",
                position: nil
            )
        }
    }

    private static func integers(
        _ comparison: Filter.Comparison,
        _ number: Int64
    ) -> (lower: Int64, upper: Int64) {
        switch comparison {
        case .less: number == .min ? noIntegers : (.min, number - 1)
        case .lessOrEqual: (.min, number)
        case .greater: number == .max ? noIntegers : (number + 1, .max)
        case .greaterOrEqual: (number, .max)
        case .equal, .notEqual: (number, number)
        }
    }

    private static func integers(
        _ comparison: Filter.Comparison,
        _ number: Double
    ) -> (lower: Int64, upper: Int64) {
        // 2^63 is the least double that is too large; −2^63 is not too small.
        if number >= 0x1p63 {
            return comparison == .less || comparison == .lessOrEqual ? (.min, .max) : noIntegers
        }
        if number < -0x1p63 {
            return comparison == .greater || comparison == .greaterOrEqual
                ? (.min, .max) : noIntegers
        }
        let floor = Int64(number.rounded(.down))
        if Double(floor) == number { return integers(comparison, floor) }
        switch comparison {
        case .less, .lessOrEqual: return (.min, floor)
        case .greater, .greaterOrEqual: return integers(.greater, floor)
        case .equal, .notEqual: return noIntegers
        }
    }

    private static func doubles(
        _ comparison: Filter.Comparison,
        _ number: Double
    ) -> (lower: Double, upper: Double) {
        switch comparison {
        case .less: (-.infinity, number.nextDown)
        case .lessOrEqual: (-.infinity, number)
        case .greater: (number.nextUp, .infinity)
        case .greaterOrEqual: (number, .infinity)
        case .equal, .notEqual: (number, number)
        }
    }

    fileprivate var holdsZero: Bool { integers.lower <= 0 && 0 <= integers.upper }

    fileprivate func mark<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type,
        _ bytes: UnsafeRawBufferPointer,
        _ words: inout [UInt64]
    ) {
        guard integers.lower <= integers.upper, integers.upper >= Int64(Number.min),
            integers.lower <= Int64(Number.max)
        else { return }
        let lower = Number(clamping: integers.lower)
        let upper = Number(clamping: integers.upper)
        Self.mark(bytes, &words) { (number: Number) in number >= lower && number <= upper }
    }

    fileprivate func markFloats(_ bytes: UnsafeRawBufferPointer, _ words: inout [UInt64]) {
        let (lower, upper) = doubles
        Self.mark(bytes, &words) { (number: Float) in
            Double(number) >= lower && Double(number) <= upper
        }
    }

    @inline(__always)
    private static func mark<Number: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        _ words: inout [UInt64],
        _ holds: (Number) -> Bool
    ) {
        let count = min(bytes.count / MemoryLayout<Number>.size, words.count * 64)
        for place in 0..<((count + 63) / 64) {
            var word: UInt64 = 0
            for row in (place * 64)..<min(count, place * 64 + 64) {
                let number = bytes.loadUnaligned(
                    fromByteOffset: row * MemoryLayout<Number>.size,
                    as: Number.self
                )
                if holds(number) { word |= 1 << UInt64(row & 63) }
            }
            words[place] |= word
        }
    }
}
