public import TextIndex

/// A text of a collection's documents that is searched by its words.
public struct TextField: Sendable, Hashable {
    /// The metadata field that has it, a string or a list of them; `nil` stands for the document's own text.
    public var field: String?
    /// Words are reduced to their stems by this language's rules; `nil` leaves them as they are.
    public var language: Language?
    /// By how much its scores are multiplied, above 0 to `maximumBoost`.
    public var boost: Double

    /// The largest boost of a field, and of a part of a query.
    public static let maximumBoost = 1e6

    /// A text field. Checked when a collection is made of it.
    public init(field: String? = nil, language: Language? = nil, boost: Double = 1) {
        self.field = field
        self.language = language
        self.boost = boost
    }
}

extension CollectionConfiguration {
    /// Throws unless each text field is a different field that has texts.
    func checkTextFields() throws(StoreError) {
        var known: Set<String?> = []
        for textField in textFields {
            let name = textField.field.map { "field \"\($0)\"" } ?? "documents' text"
            guard known.insert(textField.field).inserted else {
                throw .invalidConfiguration(reason: "the \(name) is a text field twice")
            }
            guard textField.boost > 0, textField.boost <= TextField.maximumBoost else {
                throw .invalidConfiguration(
                    reason:
                        "a text field's boost is above 0 to \(TextField.maximumBoost), not \(textField.boost)"
                )
            }
            guard let field = textField.field else { continue }
            guard let type = fields.first(where: { $0.name == field })?.type else {
                throw .invalidConfiguration(reason: "there is no \(name) to search by its words")
            }
            guard type == .string || type == .strings else {
                throw .invalidConfiguration(
                    reason: "the \(name) is no string that could be searched by its words"
                )
            }
        }
    }
}

extension StoredSchema {
    /// The text field with the numbers of this schema; `nil` if it has no such field.
    func stored(_ textField: TextField) -> StoredTextField? {
        var id = StoredTextField.documentText
        if let name = textField.field {
            guard
                let field = fields.first(where: { $0.field.name.utf8.elementsEqual(name.utf8) })
            else { return nil }
            id = field.id
        }
        return StoredTextField(id: id, language: textField.language, boost: textField.boost)
    }
}

/// A text field with the number that names it on disk.
struct StoredTextField: Sendable, Hashable {
    /// The number of the metadata field, or `documentText`.
    let id: UInt32
    var language: Language?
    var boost: Double

    /// The documents' own texts, as every collection has them unless it says otherwise.
    static let ofDocuments = StoredTextField(id: documentText, language: nil, boost: 1)

    /// What stands for the document's own text.
    static let documentText = UInt32.max
}
