import JSON
import Quiver

/// What a step tells an operation. What the operation does not ask for it does not know.
final class Arguments {
    struct NotTold: Error {
        let name: String
    }

    private let object: JSONObject
    private var asked: Set<String>
    private var inner: [Arguments] = []

    init(_ object: JSONObject, beside names: Set<String> = []) {
        self.object = object
        asked = names
    }

    /// What was told and not asked for.
    var ignored: [String] {
        object.members.map(\.name).filter { !asked.contains($0) } + inner.flatMap(\.ignored)
    }

    subscript(_ name: String) -> JSONValue? {
        asked.insert(name)
        return object[name]
    }

    func string(_ name: String) throws -> String {
        guard let string = self[name]?.string else { throw NotTold(name: name) }
        return string
    }

    func int(_ name: String) throws -> Int {
        guard let int = self[name]?.int else { throw NotTold(name: name) }
        return int
    }

    func array(_ name: String) -> [JSONValue] { self[name]?.array ?? [] }

    /// An object among the arguments.
    func arguments(_ name: String) -> Arguments? {
        self[name]?.object.map { arguments($0) }
    }

    /// The objects of an array.
    func all(_ name: String) -> [Arguments] {
        array(name).compactMap(\.object).map { arguments($0) }
    }

    private func arguments(_ object: JSONObject) -> Arguments {
        let made = Arguments(object)
        inner.append(made)
        return made
    }

    /// The members, all of them asked for.
    var members: [JSONObject.Member] {
        asked.formUnion(object.members.map(\.name))
        return object.members
    }

    func keys(_ name: String) throws -> [Key] { try array(name).map { try Key(told: $0) } }

    func filter(_ name: String) throws -> Filter? {
        try self[name]?.string.map { try Filter(parsing: $0) }
    }

    var mode: SearchRequest.Mode {
        switch self["mode"]?.string {
        case "exact": .exact
        case "indexed": .indexed
        default: .automatic
        }
    }

    func contents(_ name: String = "contents") -> Contents {
        var contents: Contents = []
        for part in array(name).compactMap(\.string) {
            switch part {
            case "text": contents.insert(.text)
            case "fields": contents.insert(.fields)
            case "vector": contents.insert(.vectors)
            default: contents.insert(.columns)
            }
        }
        return contents
    }

    func vectors(_ name: String) -> [[Float]] {
        array(name).map { row in
            // JSON has no way to write what is no number.
            (row.array ?? []).map { Float($0.double ?? .nan) }
        }
    }
}
