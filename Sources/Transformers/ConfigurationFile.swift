import Files
package import JSON

/// A JSON object from a model's folder, read field by field with errors that name file and field.
package struct ConfigurationFile: Sendable {
    /// Where it was read.
    package let path: String
    /// What it holds.
    package let value: JSONValue

    /// Reads the file at `path`, whose value may be of any kind.
    package init(path: String) throws(TransformerError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            throw .file(error)
        }
        do {
            value = try JSONValue(parsing: file.unsafeBytes)
        } catch {
            throw .json(path: path, error)
        }
        withExtendedLifetime(file) {}
        self.path = path
    }

    /// The field `name`; nil where it is absent or null.
    package subscript(_ name: String) -> JSONValue? {
        guard let field = value.object?[name], !field.isNull else { return nil }
        return field
    }

    /// An integer in `range`.
    package func integer(
        _ name: String,
        in range: ClosedRange<Int>,
        default standard: Int? = nil
    ) throws(TransformerError) -> Int {
        guard let field = self[name] else {
            guard let standard else { throw .missingField(path: path, field: name) }
            return standard
        }
        guard let number = field.int, range ~= number else {
            throw refused(name, "an integer from \(range.lowerBound) to \(range.upperBound)", field)
        }
        return number
    }

    /// A number in `range`.
    package func number(
        _ name: String,
        in range: ClosedRange<Double>,
        default standard: Double
    ) throws(TransformerError) -> Double {
        guard let field = self[name] else { return standard }
        guard let number = field.double, range ~= number else {
            throw refused(name, "a number from \(range.lowerBound) to \(range.upperBound)", field)
        }
        return number
    }

    /// A text.
    package func string(
        _ name: String,
        default standard: String? = nil
    ) throws(TransformerError) -> String {
        guard let field = self[name] else {
            guard let standard else { throw .missingField(path: path, field: name) }
            return standard
        }
        guard let text = field.string else { throw refused(name, "a string", field) }
        return text
    }

    /// True or false.
    package func bool(_ name: String, default standard: Bool) throws(TransformerError) -> Bool {
        guard let field = self[name] else { return standard }
        guard let flag = field.bool else { throw refused(name, "true or false", field) }
        return flag
    }

    private func refused(_ name: String, _ expected: String, _ found: JSONValue) -> TransformerError
    {
        let shown = found.double.map { found.int.map(String.init) ?? String($0) } ?? found.kind
        return .invalidField(path: path, field: name, expected: expected, found: shown)
    }
}
