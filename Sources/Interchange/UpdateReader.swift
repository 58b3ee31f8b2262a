import JSON
public import Quiver

/// Updates of metadata from JSONL: one JSON object a line.
///
/// | member | value |
/// | --- | --- |
/// | `key` | required, as in ``JSONLinesReader`` |
/// | `fields` | `{"NAME": value}`; fields that are not named keep their values |
/// | `remove` | `["NAME", …]`: fields that are to have no value any more |
/// | a metadata field's name | its value |
///
/// Any other member is an error. Texts and vectors are not updated but imported anew, with the whole document.
public final class UpdateReader {
    private let objects: JSONObjectReader
    private let schema: DocumentSchema

    /// Reads updates of a collection of that schema from `lines`.
    public init(_ lines: LineReader, schema: CollectionConfiguration) {
        objects = JSONObjectReader(lines)
        self.schema = DocumentSchema(schema)
    }

    /// The input's length, where that is known.
    public var byteCount: Int? { objects.byteCount }
    /// How much of `byteCount` has been read.
    public var consumedByteCount: Int { objects.consumedByteCount }

    /// The next updates, at most `count`; none at the end.
    func read(
        upTo count: Int
    ) throws(InterchangeError) -> [(update: DocumentUpdate, position: SourcePosition)] {
        var updates: [(update: DocumentUpdate, position: SourcePosition)] = []
        while updates.count < count, let object = try objects.next() {
            updates.append((try update(of: object), objects.position))
        }
        return updates
    }

    private func update(of object: JSONObject) throws(InterchangeError) -> DocumentUpdate {
        var key: Key?
        var update = DocumentUpdate(key: .integer(0))
        for member in object.members {
            do throws(Misfit) {
                switch member.name {
                case "key": key = try Key(member.value)
                case "text", "vector", "vectors", "columns":
                    throw Misfit(
                        "an update changes metadata alone; import the whole document instead"
                    )
                case "fields":
                    for field in try schema.fields(member.value, MemberNames()) {
                        do throws(Misfit) {
                            try update.set(field.name, field.value)
                        } catch {
                            throw error.inside(field.name)
                        }
                    }
                case "remove": update.removedFields = try removedFields(member.value)
                default:
                    guard let type = schema.fieldType(member.name) else { throw .unknownName }
                    try update.set(member.name, type.value(of: member.value))
                }
            } catch {
                throw objects.failure(error.updateProblem(in: member.name))
            }
        }
        guard let key else { throw objects.failure(.missingKey(member: "key")) }
        update.key = key
        for name in update.removedFields where update.fields[name] != nil {
            throw objects.failure(
                .invalidMember(["remove"], reason: "field \"\(name)\" is given a value as well")
            )
        }
        return update
    }

    private func removedFields(_ value: JSONValue) throws(Misfit) -> Set<String> {
        guard let elements = value.array else {
            throw Misfit("expected an array of field names, found \(value.kind)")
        }
        var names: Set<String> = []
        for element in elements {
            guard let name = element.string else {
                throw Misfit("expected an array of field names, it holds \(element.kind)")
            }
            guard schema.fieldType(name) != nil else {
                throw Misfit("the collection has no field \"\(name)\"")
            }
            names.insert(name)
        }
        return names
    }
}

extension DocumentUpdate {
    fileprivate mutating func set(_ name: String, _ value: FieldValue) throws(Misfit) {
        guard fields.updateValue(value, forKey: name) == nil else {
            throw Misfit("given twice; a field stands beside the key or in \"fields\"")
        }
    }
}
