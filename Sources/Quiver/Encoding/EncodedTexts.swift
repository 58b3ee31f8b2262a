/// The rows that an encoder made of some texts: one or many of each, in the order of the texts.
public struct EncodedTexts: Sendable, Equatable {
    /// Numbers in a row.
    public let dimension: Int
    /// `[rowCount × dimension]`, row-major: the rows of the first text, then those of the second, ….
    public let rows: [Float]
    /// Numbers beside each row, by name (``Encoder/rowColumns``): `rowCount` of each.
    public let columns: [String: RowColumnValues]
    /// How many tokens of each text the encoder read, special ones included.
    public let tokenCounts: [Int]
    /// Where each text's rows begin, and at the end how many there are.
    private let offsets: [Int]

    /// The rows of `rowCounts.count` texts.
    ///
    /// - Parameters:
    ///   - rows: `[rowCount × dimension]`, row-major, in the order of the texts.
    ///   - dimension: numbers in a row.
    ///   - rowCounts: how many rows each text has; `nil` stands for one each.
    ///   - columns: numbers beside each row, by name.
    ///   - tokenCounts: how many tokens each text has.
    /// - Throws: ``EncodedTextsError`` where the counts do not fit each other.
    public init(
        rows: [Float],
        dimension: Int,
        rowCounts: [Int]? = nil,
        columns: [String: RowColumnValues] = [:],
        tokenCounts: [Int]
    ) throws(EncodedTextsError) {
        var offsets = [0]
        offsets.reserveCapacity(tokenCounts.count + 1)
        for count in rowCounts ?? tokenCounts.map({ _ in 1 }) {
            offsets.append((offsets.last ?? 0) + max(0, count))
        }
        let rowCount = offsets.last ?? 0
        guard offsets.count == tokenCounts.count + 1 else {
            throw .textCount(expected: tokenCounts.count, found: offsets.count - 1)
        }
        guard rows.count == rowCount * dimension else {
            throw .numberCount(expected: rowCount * dimension, found: rows.count)
        }
        for (name, values) in columns where values.count != rowCount {
            throw .columnCount(name, expected: rowCount, found: values.count)
        }
        self.dimension = dimension
        self.rows = rows
        self.columns = columns
        self.tokenCounts = tokenCounts
        self.offsets = offsets
    }

    /// How many texts there are.
    public var textCount: Int { tokenCounts.count }

    /// How many rows there are.
    public var rowCount: Int { offsets.last ?? 0 }

    /// Which rows are those of text number `text`.
    public func rowRange(of text: Int) -> Range<Int> {
        offsets[text]..<offsets[text + 1]
    }

    /// The rows of text number `text`, one after the other.
    public func rows(of text: Int) -> ArraySlice<Float> {
        let range = rowRange(of: text)
        return rows[range.lowerBound * dimension..<range.upperBound * dimension]
    }

    /// The numbers beside the rows of text number `text`, by name.
    public func columns(of text: Int) -> [String: RowColumnValues] {
        columns.mapValues { $0[rowRange(of: text)] }
    }

    /// Those of these numbers that a vector field has a column of: int32 as int64 where the field wants that, else as they are,
    /// for the store to judge.
    public func columns(of text: Int, for field: VectorField) -> [String: RowColumnValues] {
        var found: [String: RowColumnValues] = [:]
        for column in field.rowColumns {
            found[column.name] = columns[column.name]?[rowRange(of: text)].widened(to: column.type)
        }
        return found
    }
}

/// An encoder's answer whose parts do not fit each other.
public enum EncodedTextsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Rows or tokens are counted for another number of texts.
    case textCount(expected: Int, found: Int)
    /// There are more or fewer numbers than the rows need.
    case numberCount(expected: Int, found: Int)
    /// A column has more or fewer numbers than there are rows.
    case columnCount(String, expected: Int, found: Int)
    /// The rows have another dimension than the vector field that they are for.
    case dimension(field: String, expected: Int, found: Int)

    /// The error in words.
    public var description: String {
        switch self {
        case .textCount(let expected, let found):
            "the encoder answered for \(found) texts, not for \(expected)"
        case .numberCount(let expected, let found):
            "the encoder made \(found) numbers, not the \(expected) of its rows"
        case .columnCount(let name, let expected, let found):
            "the encoder made \(found) numbers of column \"\(name)\" for \(expected) rows"
        case .dimension(let field, let expected, let found):
            "the encoder makes rows of \(found) numbers, vector field \"\(field)\" has \(expected)"
        }
    }
}

extension RowColumnValues {
    /// The numbers of some rows.
    subscript(rows: Range<Int>) -> RowColumnValues {
        switch self {
        case .int8(let values): .int8(Array(values[rows]))
        case .int16(let values): .int16(Array(values[rows]))
        case .int32(let values): .int32(Array(values[rows]))
        case .int64(let values): .int64(Array(values[rows]))
        case .float32(let values): .float32(Array(values[rows]))
        }
    }
}

extension RowColumnValues {
    /// The same numbers as int64 where that is wanted of int32; else as they are.
    fileprivate func widened(to type: RowColumn.NumberType) -> RowColumnValues {
        guard case .int32(let values) = self, type == .int64 else { return self }
        return .int64(values.map(Int64.init))
    }
}
