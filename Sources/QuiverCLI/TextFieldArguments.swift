import ArgumentParser
import Quiver

/// `--match-on`, which says which texts are searched by their words.
struct TextFieldArguments: ParsableArguments {
    @Option(
        name: .customLong("match-on"),
        help: ArgumentHelp(
            "A text that is searched by its words: FIELD[:LANGUAGE[:BOOST]], where FIELD is a metadata "
                + "field or 'text', the documents' own (the default); or 'none'.",
            discussion: "With a language, such as en or german, words are reduced to their stems.",
            valueName: "field"
        )
    )
    var names: [String] = []

    /// The text fields; `nil` if nothing was said.
    func parsed(fields: [Field]) throws -> [TextField]? {
        if names.isEmpty { return nil }
        if names == ["none"] { return [] }
        return try names.map { try Self.parse($0, fields: fields) }
    }

    private static func parse(_ argument: String, fields: [Field]) throws -> TextField {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
            .map(String.init)
        guard parts.count <= 3 else {
            throw ValidationError("--match-on \(argument): expected FIELD[:LANGUAGE[:BOOST]]")
        }
        var textField = TextField()
        // A metadata field of that name comes before the documents' own texts.
        if parts[0] != "text" || fields.contains(where: { $0.name == "text" }) {
            textField.field = parts[0]
        }
        if parts.count > 1, !parts[1].isEmpty {
            textField.language = try knownLanguage(parts[1], of: "--match-on \(argument)")
        }
        if parts.count > 2 {
            guard let boost = Double(parts[2]), boost > 0, boost <= TextField.maximumBoost else {
                throw ValidationError(
                    "--match-on \(argument): the boost is a number above 0 to 1000000"
                )
            }
            textField.boost = boost
        }
        return textField
    }
}
