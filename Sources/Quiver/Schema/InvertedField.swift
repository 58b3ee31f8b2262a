import TextIndex

/// What an inverted index is of: the words of a text field, or the weights of a field of sparse vectors.
struct InvertedField: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        case words(Language?)
        case weights
    }

    /// The number of the metadata field, or `StoredTextField.documentText`.
    let id: UInt32
    let content: Content

    var kind: TextIndexKind {
        switch content {
        case .words: .counts
        case .weights: .weights
        }
    }

    /// What an index of the field is built as. The number grows when the same field is indexed otherwise.
    var specification: String {
        switch content {
        case .words(let language): "words-1:\(language?.rawValue ?? "")"
        case .weights: "weights-1"
        }
    }
}

extension StoredTextField {
    var inverted: InvertedField { InvertedField(id: id, content: .words(language)) }
}

extension StoredSchema {
    /// What segments have inverted indexes of.
    var invertedFields: [InvertedField] {
        textFields.map(\.inverted)
            + fields.filter { $0.field.type == .sparse }
            .map { InvertedField(id: $0.id, content: .weights) }
    }
}
