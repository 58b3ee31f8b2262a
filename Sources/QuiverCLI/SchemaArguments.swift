import ArgumentParser
import Quiver

extension Field {
    /// Reads `NAME:TYPE`; the name may hold colons.
    @Sendable static func parse(_ argument: String) throws -> Field {
        guard let colon = argument.lastIndex(of: ":"), colon > argument.startIndex else {
            throw ValidationError("expected NAME:TYPE")
        }
        let name = argument[argument.index(after: colon)...]
        guard let type = FieldType.allCases.first(where: { "\($0)" == name }) else {
            throw ValidationError("no type is named '\(name)'; there are \(FieldType.names)")
        }
        return Field(name: String(argument[..<colon]), type: type)
    }
}

extension FieldType {
    /// All types, as they are typed.
    static let names = allCases.map { "\($0)" }.joined(separator: ", ")
}

extension RowColumn.NumberType {
    /// All types, as they are typed.
    static let names = allCases.map { "\($0)" }.joined(separator: ", ")
}

/// `NAME:DIMENSION[:METRIC[:STORAGE[:INDEX]]]`. The index, a FAISS factory string perhaps, is all that is behind the fourth
/// colon, and is looked at later, so that one that cannot be is told as it is with `--index`.
struct VectorFieldArgument {
    var name: String
    var dimension: Int
    var metric = Metric.cosine
    var storage = Storage.float32
    var index = "automatic"

    @Sendable static func parse(_ argument: String) throws -> VectorFieldArgument {
        let parts = argument.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count >= 2 else {
            throw ValidationError("expected NAME:DIMENSION[:METRIC[:STORAGE[:INDEX]]]")
        }
        guard let dimension = Int(parts[1]), 1...VectorField.maximumDimension ~= dimension else {
            throw ValidationError(
                "the dimension is '\(parts[1])', not within 1…\(VectorField.maximumDimension)"
            )
        }
        var found = VectorFieldArgument(name: String(parts[0]), dimension: dimension)
        if parts.count > 2 { found.metric = try chosen(parts[2], "metric") }
        if found.metric == .hamming { found.storage = .binary }
        if parts.count > 3 { found.storage = try chosen(parts[3], "storage") }
        if parts.count > 4 { found.index = String(parts[4]) }
        return found
    }

    private static func chosen<Case: CaseIterable>(
        _ name: Substring,
        _ what: String
    ) throws -> Case {
        guard let found = Case.allCases.first(where: { "\($0)" == name }) else {
            let names = Case.allCases.map { "\($0)" }.joined(separator: ", ")
            throw ValidationError("no \(what) is named '\(name)'; there are \(names)")
        }
        return found
    }

    /// The field with those of `columns` that are its.
    func field(isOptional: Bool, columns: [RowColumnArgument]) throws -> VectorField {
        VectorField(
            name: name,
            dimension: dimension,
            metric: metric,
            storage: storage,
            index: try IndexSpecification(parsing: index),
            isOptional: isOptional,
            rowColumns: columns.filter { $0.field == name }.map(\.column)
        )
    }
}

/// `FIELD:NAME:TYPE`; FIELD is empty for the vector field without a name, and NAME may hold colons.
struct RowColumnArgument {
    var field: String
    var column: RowColumn

    @Sendable static func parse(_ argument: String) throws -> RowColumnArgument {
        guard let first = argument.firstIndex(of: ":"), let last = argument.lastIndex(of: ":"),
            first < last
        else {
            throw ValidationError(
                "expected FIELD:NAME:TYPE, with nothing before the first colon for the vectors "
                    + "without a name"
            )
        }
        let typeName = argument[argument.index(after: last)...]
        guard
            let type = RowColumn.NumberType.allCases.first(where: { "\($0)" == typeName })
        else {
            throw ValidationError(
                "no type is named '\(typeName)'; there are \(RowColumn.NumberType.names)"
            )
        }
        let name = String(argument[argument.index(after: first)..<last])
        return RowColumnArgument(
            field: String(argument[..<first]),
            column: RowColumn(name: name, type: type)
        )
    }
}

/// Two names, or a name and what it gets, with a colon between them.
struct PairArgument {
    var name: String
    var value: String

    @Sendable static func parse(_ argument: String) throws -> PairArgument {
        guard let colon = argument.firstIndex(of: ":") else {
            throw ValidationError("expected two parts with a colon between them")
        }
        return PairArgument(
            name: String(argument[..<colon]),
            value: String(argument[argument.index(after: colon)...])
        )
    }
}
