import TextIndex

/// Collects what documents have in one field in memory, and writes the inverted index of it.
struct InvertedFieldBuilder: ~Copyable {
    private let field: InvertedField
    private var words: TextIndexBuilder
    private var weights = WeightIndexBuilder()

    init(_ field: InvertedField) {
        self.field = field
        switch field.content {
        case .words(let language): words = TextIndexBuilder(Analysis(language: language))
        case .weights: words = TextIndexBuilder(Analysis())
        }
    }

    /// The memory that it takes.
    var byteCount: Int { words.byteCount + weights.byteCount }

    /// Whether no document has a word, or a weight.
    var isEmpty: Bool { words.tokenCount == 0 && weights.isEmpty }

    /// Adds what each document has in the field; the strings of a list are lines of one text.
    mutating func append(
        _ documents: ArraySlice<CollectionView.Location>,
        of view: CollectionView
    ) throws(StoreError) {
        if field.id == StoredTextField.documentText {
            return try view.forEachText(of: documents) { (_, _, text) throws(StoreError) in
                guard let text else { return words.appendNothing() }
                try append(text.bindMemory(to: UInt8.self).span)
            }
        }
        try view.forEachFields(of: documents) { (fields) throws(StoreError) in
            let value = try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                try EncodedFields.value(of: field.id, in: fields)
            }
            switch (field.content, value) {
            case (.words, .string(let string)): try append(Array(string.utf8))
            case (.words, .strings(let strings)):
                try append(Array(strings.joined(separator: "\n").utf8))
            case (.words, _): words.appendNothing()
            case (.weights, .sparse(let vector)): try append(vector)
            case (.weights, _): try append(nil)
            }
        }
    }

    private mutating func append(_ text: [UInt8]) throws(StoreError) {
        try append(text.span)
    }

    private mutating func append(_ text: Span<UInt8>) throws(StoreError) {
        do {
            try words.append(text)
        } catch {
            throw .tooLarge(what: "number of words of an index", found: .max, limit: 1 << 31 - 1)
        }
    }

    private mutating func append(_ vector: SparseVector?) throws(StoreError) {
        do {
            try weights.append(vector.map { Array(zip($0.indices, $0.values)) } ?? [])
        } catch {
            // What is stored has been checked, and is checked again when it is read.
            throw .damaged(file: Catalog.fileName, reason: "\(error)")
        }
    }

    consuming func write(to output: inout some TextIndexOutput & ~Copyable) throws {
        switch field.content {
        case .words: try words.write(to: &output)
        case .weights: try weights.write(to: &output)
        }
    }
}
