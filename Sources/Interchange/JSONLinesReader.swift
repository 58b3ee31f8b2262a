import JSON
public import Quiver

/// Documents from JSONL: one JSON object a line.
///
/// | member | value |
/// | --- | --- |
/// | `key` | required: a string of 1…480 UTF-8 bytes, or an integer 0…2⁶⁴−1 |
/// | `text` | a string |
/// | `vector` | rows of the vector field without a name: `[…]` is one row, `[[…],…]` are several |
/// | `vectors` | `{"NAME": rows}` for named vector fields |
/// | `columns` | `{"VECTOR FIELD": {"NAME": [one number a row]}}`; the name of the unnamed field is empty |
/// | `fields` | `{"NAME": value}`, metadata typed as the schema says |
/// | a metadata field's name | its value |
///
/// Absent and `null` are the same except for metadata, where `null` is a value. Any other member is an error unless
/// ``MemberNames`` passes over it. Empty lines are allowed at the end of the input only.
public final class JSONLinesReader: DocumentReader {
    private let objects: JSONObjectReader
    private let schema: DocumentSchema
    private let names: MemberNames

    /// Reads documents for a collection of that schema from `lines`.
    public init(
        _ lines: LineReader,
        schema: CollectionConfiguration,
        names: MemberNames = MemberNames()
    ) {
        objects = JSONObjectReader(lines)
        self.schema = DocumentSchema(schema)
        self.names = names
    }

    /// The input's length, where that is known.
    public var byteCount: Int? { objects.byteCount }
    /// How much of `byteCount` has been read.
    public var consumedByteCount: Int { objects.consumedByteCount }

    /// The next documents, at most `count`; none at the end.
    public func read(upTo count: Int) throws(InterchangeError) -> [SourceDocument] {
        var documents: [SourceDocument] = []
        while documents.count < count, let object = try objects.next() {
            documents.append(try document(of: object))
        }
        return documents
    }

    private func document(of object: JSONObject) throws(InterchangeError) -> SourceDocument {
        var key: Key?
        var texts = [String?](repeating: nil, count: names.textNames.count)
        var document = SourceDocument(key: .integer(0), position: objects.position)
        for member in object.members {
            let name = member.name
            do throws(Misfit) {
                if name == names.keyName {
                    key = try Key(member.value)
                } else if names.ignored.contains(name) {
                    continue
                } else if let place = names.textNames.firstIndex(of: name) {
                    texts[place] = try member.value.text()
                } else {
                    try add(member, to: &document)
                    continue
                }
                if names.isChosen(name), let type = schema.fieldType(name) {
                    try document.set(name, type.value(of: member.value))
                }
            } catch {
                throw objects.failure(error.problem(in: name))
            }
        }
        guard let key else { throw objects.failure(.missingKey(member: names.keyName)) }
        document.key = key
        document.text = joined(texts)
        return document
    }

    /// Takes a member that is neither the key nor a text.
    private func add(
        _ member: JSONObject.Member,
        to document: inout SourceDocument
    ) throws(Misfit) {
        switch member.name {
        case "vector":
            guard let rows = try SourceRows(member.value) else { return }
            do throws(Misfit) {
                _ = try schema.vectorField(DocumentSchema.unnamed)
            } catch {
                throw Misfit(error.reason)
            }
            try document.merge([DocumentSchema.unnamed: rows])
        case "vectors": try document.merge(try schema.vectors(member.value))
        case "columns": document.columns = try schema.columns(member.value)
        case "fields":
            for field in try schema.fields(member.value, names) {
                do throws(Misfit) {
                    try document.set(field.name, field.value)
                } catch {
                    throw error.inside(field.name)
                }
            }
        default:
            guard let type = schema.fieldType(member.name) else {
                if names.ignoresUnknown { return }
                throw .unknownName
            }
            try document.set(member.name, type.value(of: member.value))
        }
    }

    /// Texts that are absent or empty are left out, unless none is left: then the text is as empty as they are.
    private func joined(_ texts: [String?]) -> String? {
        let given = texts.compactMap { $0 }
        return given.isEmpty ? nil : given.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

extension SourceDocument {
    fileprivate mutating func set(_ name: String, _ value: FieldValue) throws(Misfit) {
        guard fields.updateValue(value, forKey: name) == nil else {
            throw Misfit("given twice; a field stands beside the key or in \"fields\"")
        }
    }

    fileprivate mutating func merge(_ rows: [String: SourceRows]) throws(Misfit) {
        for (name, rows) in rows {
            guard vectors.updateValue(rows, forKey: name) == nil else {
                throw Misfit("given twice, in \"vector\" and in \"vectors\"")
            }
        }
    }
}
