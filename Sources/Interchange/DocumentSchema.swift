import JSON
import Quiver

/// A collection's fields, found by the bytes of their names.
struct DocumentSchema {
    /// The name of the only vector field of many collections.
    static let unnamed = VectorField.unnamed

    private let fieldTypes: [[UInt8]: FieldType]
    private let vectorFields: [[UInt8]: VectorField]

    init(_ configuration: CollectionConfiguration) {
        fieldTypes = Dictionary(
            configuration.fields.map { (Array($0.name.utf8), $0.type) },
            uniquingKeysWith: { first, _ in first }
        )
        vectorFields = Dictionary(
            configuration.vectorFields.map { (Array($0.name.utf8), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func fieldType(_ name: String) -> FieldType? { fieldTypes[Array(name.utf8)] }

    func vectorField(_ name: String) throws(Misfit) -> VectorField {
        guard let field = vectorFields[Array(name.utf8)] else {
            throw Misfit(
                name.isEmpty
                    ? "the collection has no vector field without a name; put vectors of named ones into \"vectors\""
                    : "the collection has no such vector field",
                at: [name]
            )
        }
        return field
    }

    /// The metadata in the member `fields`, without what `names` passes over.
    func fields(
        _ value: JSONValue,
        _ names: MemberNames
    ) throws(Misfit) -> [(name: String, value: FieldValue)] {
        var found: [(name: String, value: FieldValue)] = []
        for member in try members(of: value, what: "of metadata fields")
        where !names.ignored.contains(member.name) {
            do throws(Misfit) {
                guard let type = fieldType(member.name) else {
                    if names.ignoresUnknown { continue }
                    throw .unknownName
                }
                found.append((member.name, try type.value(of: member.value)))
            } catch {
                throw error.inside(member.name)
            }
        }
        return found
    }

    /// The rows of each vector field in the member `vectors`.
    func vectors(_ value: JSONValue) throws(Misfit) -> [String: SourceRows] {
        var found: [String: SourceRows] = [:]
        for member in try members(of: value, what: "of vector fields") {
            let field = try vectorField(member.name)
            do throws(Misfit) {
                guard let rows = try SourceRows(member.value) else { continue }
                guard found.updateValue(rows, forKey: field.name) == nil else {
                    throw Misfit("given twice, in two spellings of one name")
                }
            } catch {
                throw error.inside(member.name)
            }
        }
        return found
    }

    /// The row columns of each vector field in the member `columns`.
    func columns(_ value: JSONValue) throws(Misfit) -> [String: [String: RowColumnValues]] {
        var found: [String: [String: RowColumnValues]] = [:]
        for member in try members(of: value, what: "of vector fields") {
            let field = try vectorField(member.name)
            do throws(Misfit) {
                for column in try members(of: member.value, what: "of row columns") {
                    guard
                        let type = field.rowColumns.first(where: {
                            $0.name.utf8.elementsEqual(column.name.utf8)
                        })?.type
                    else {
                        throw Misfit("the vector field has no such column", at: [column.name])
                    }
                    do throws(Misfit) {
                        let values = try type.values(of: column.value)
                        guard
                            found[field.name, default: [:]]
                                .updateValue(values, forKey: column.name) == nil
                        else { throw Misfit("given twice, in two spellings of one name") }
                    } catch {
                        throw error.inside(column.name)
                    }
                }
            } catch {
                throw error.inside(member.name)
            }
        }
        return found
    }

    /// The members of an object; none for null.
    private func members(
        of value: JSONValue,
        what: String
    ) throws(Misfit) -> [JSONObject.Member] {
        if value.isNull { return [] }
        guard let object = value.object else {
            throw Misfit("expected an object \(what), found \(value.kind)")
        }
        return object.members
    }
}
