import Quiver

extension Comparison {
    /// Of what is found by words from what has them.
    func wordDifference(
        of snapshot: Snapshot,
        from collection: Model.Collection
    ) throws(StoreError) -> String? {
        let texts = collection.documents.mapValues { document in
            Set(collection.configuration.textFields.flatMap { Self.words(of: document, $0) })
        }
        // Some are everywhere, some in few documents; none is changed by a stemmer.
        let numbers = Set(texts.values.joined()).filter { $0.allSatisfy(\.isNumber) }.sorted()
        for word in ["step", "exchanged", "nowhere"] + numbers.prefix(4) + numbers.suffix(4) {
            let query = SearchQuery(words: TextQuery([.init(word, role: .must)]))
            let hits = try snapshot.search(
                SearchRequest([query], k: collection.documents.count + 10, contents: .text)
            )[0].hits
            let expected = texts.filter { $0.value.contains(word) }.map(\.key).sorted()
            guard hits.map(\.key).sorted() == expected else {
                return "finds “\(word)” in \(hits.count) documents, expected \(expected.count)"
            }
            for hit in hits where hit.text != collection.documents[hit.key]?.text {
                return "finds \(hit.key) by “\(word)” with another text"
            }
        }
        return nil
    }

    /// The words of ASCII letters and digits.
    private static func words(of document: Document, _ field: TextField) -> [String] {
        let text: String?
        if let name = field.field {
            switch document.fields[name] {
            case .string(let string): text = string
            case .strings(let strings): text = strings.joined(separator: "\n")
            default: text = nil
            }
        } else {
            text = document.text
        }
        return text?.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
            .map { $0.lowercased() } ?? []
    }
}
