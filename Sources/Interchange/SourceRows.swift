import JSON

/// The rows of a vector field as a file has them: of one length, whatever it is.
public struct SourceRows: Sendable, Equatable {
    /// `[rowCount × dimension]`, row-major.
    public var numbers: [Float]
    /// How many rows there are.
    public var rowCount: Int

    /// Numbers in a row.
    public var dimension: Int { rowCount == 0 ? 0 : numbers.count / rowCount }

    /// Rows of one length.
    ///
    /// - Precondition: `numbers` divides into `rowCount` rows.
    public init(numbers: [Float], rowCount: Int = 1) {
        precondition(rowCount > 0 && numbers.count.isMultiple(of: rowCount), "whole rows")
        self.numbers = numbers
        self.rowCount = rowCount
    }
}

extension SourceRows {
    /// Reads one row, `[…]`, or several, `[[…],…]`; `nil` for null.
    init?(_ value: JSONValue) throws(Misfit) {
        if value.isNull { return nil }
        guard let elements = value.array else {
            throw Misfit("expected an array of numbers, found \(value.kind)")
        }
        guard case .array(let first)? = elements.first else {
            numbers = try Self.row(elements, ordinal: nil)
            rowCount = 1
            return
        }
        numbers = []
        numbers.reserveCapacity(elements.count * first.count)
        for (ordinal, element) in elements.enumerated() {
            guard let row = element.array else {
                throw Misfit("row \(ordinal) is \(element.kind), not an array of numbers")
            }
            guard row.count == first.count else {
                throw Misfit(
                    "row \(ordinal) has \(row.count) numbers, row 0 has \(first.count); all rows of a "
                        + "field are of one length"
                )
            }
            numbers += try Self.row(row, ordinal: ordinal)
        }
        rowCount = elements.count
    }

    /// - Parameter ordinal: the row's, where there are several.
    private static func row(
        _ elements: [JSONValue],
        ordinal: Int?
    ) throws(Misfit) -> [Float] {
        func misfit(_ position: Int, _ reason: String) -> Misfit {
            Misfit((ordinal.map { "row \($0), " } ?? "") + "position \(position)\(reason)")
        }
        var row: [Float] = []
        row.reserveCapacity(elements.count)
        for element in elements {
            guard let number = element.double else {
                throw misfit(row.count, " holds \(element.kind), not a number")
            }
            let float = Float(number)
            guard float.isFinite else {
                throw misfit(row.count, ": \(number) does not fit into float32")
            }
            row.append(float)
        }
        return row
    }
}
