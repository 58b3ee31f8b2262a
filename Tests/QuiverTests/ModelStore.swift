import Quiver
import TestSupport
import Testing

/// What a collection must answer, kept the obvious way.
struct ModelCollection: Sendable {
    var documents: [Key: Document] = [:]
    var fields: [Field] = [
        Field(name: "number", type: .int64), Field(name: "name", type: .string),
        Field(name: "flag", type: .bool), Field(name: "list", type: .strings),
    ]

    static let vectorFields = [
        VectorField(name: "one", dimension: 4, metric: .l2, index: .graph),
        VectorField(
            name: "many",
            dimension: 3,
            metric: .l2,
            storage: .float16,
            index: .exact,
            isOptional: true,
            rowColumns: [RowColumn(name: "token", type: .int32)]
        ),
    ]

    static var configuration: CollectionConfiguration {
        CollectionConfiguration(vectorFields: vectorFields, fields: ModelCollection().fields)
    }

    /// A document whose numbers are small integers, which every storage type keeps.
    func document(_ key: Key, _ generator: inout SplitMix64) -> Document {
        func numbers(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float(Int.random(in: -50...50, using: &generator)) }
        }
        let rows = Int.random(in: 0...3, using: &generator)
        var document = Document(
            key: key,
            text: Bool.random(using: &generator) ? "text \(generator.next() % 1_000)" : nil,
            fields: values(&generator),
            vectors: ["one": numbers(4)]
        )
        if rows > 0 {
            document.vectors["many"] = numbers(3 * rows)
            document.columns["many"] = [
                "token": .int32((0..<rows).map { _ in Int32(truncatingIfNeeded: generator.next()) })
            ]
        }
        return document
    }

    /// Values for some of the fields.
    func values(_ generator: inout SplitMix64) -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        for field in fields where Bool.random(using: &generator) {
            let number = Int64(generator.next() % 10)
            values[field.name] =
                switch field.type {
                case _ where number == 0: .null
                case .int64: .int64(number)
                case .string: .string("s\(number)")
                case .bool: .bool(number % 2 == 0)
                default: .strings((0..<(number % 3)).map { "x\($0)" })
                }
        }
        return values
    }

    /// Compares everything, by key order, by key, by search and by filter.
    func expectEqual(_ snapshot: Snapshot, _ comment: Comment) throws {
        #expect(snapshot.liveCount == documents.count, comment)
        var found: [StoredDocument] = []
        try snapshot.scan(contents: .all) { document in
            found.append(document)
            return true
        }
        #expect(found.map(\.key) == documents.keys.sorted(), comment)
        for document in found {
            let expected = documents[document.key]
            #expect(document.text == expected?.text, comment)
            #expect(document.fields == expected?.fields, comment)
            #expect(document.vectors == expected?.vectors, comment)
            #expect(document.columns == expected?.columns, comment)
        }
        let sample = Array(documents.keys.shuffled().prefix(20))
        #expect(
            try snapshot.documents(sample, contents: .text).map { $0?.text }
                == sample.map { documents[$0]?.text },
            comment
        )
        try expectEverySampleFindsItself(sample, snapshot, comment)
        guard fields.contains(where: { $0.name == "number" }) else { return }
        let matching = documents.values.count { document in
            if case .int64(let number) = document.fields["number"] { number >= 5 } else { false }
        }
        #expect(try snapshot.count(Filter(parsing: "number >= 5")) == matching, comment)
    }

    private func expectEverySampleFindsItself(
        _ keys: [Key],
        _ snapshot: Snapshot,
        _ comment: Comment
    ) throws {
        for field in Self.vectorFields {
            let queries = keys.compactMap { key in
                documents[key]?.vectors[field.name].map { (key, Array($0.suffix(field.dimension))) }
            }
            guard !queries.isEmpty else { continue }
            let results = try snapshot.search(
                SearchRequest(queries: queries.map(\.1), k: 8, vectorField: field.name)
            )
            for ((key, query), result) in zip(queries, results) {
                #expect(result.hits.allSatisfy { documents[$0.key] != nil }, comment)
                // Others may have the same numbers.
                let twins = documents.values.count { document in
                    let vectors = document.vectors[field.name] ?? []
                    return stride(from: 0, to: vectors.count, by: field.dimension).contains {
                        Array(vectors[$0..<($0 + field.dimension)]) == query
                    }
                }
                #expect(result.hits.first?.score == 0, comment)
                #expect(result.hits.contains { $0.key == key } || twins > 8, comment)
            }
        }
    }
}
