internal import JSON

/// An object of the file with the path that leads to it, so that errors can say where.
struct Section {
    let object: JSONObject
    private let location: String

    init(_ value: JSONValue, at location: String) throws(TokenizerError) {
        guard case .object(let object) = value else {
            throw .wrongType(
                member: location.isEmpty ? "the file" : location,
                expected: "an object",
                found: value.kind
            )
        }
        self.object = object
        self.location = location
    }

    func path(_ member: String) -> String {
        location.isEmpty ? member : "\(location).\(member)"
    }

    /// Fails on a member that nothing here would heed: what is not understood is not passed over.
    func allowOnly(_ names: Set<String>) throws(TokenizerError) {
        for member in object.members where !names.contains(member.name) {
            throw .unsupported(member: path(member.name), what: "this member")
        }
    }

    func value(_ member: String) throws(TokenizerError) -> JSONValue {
        guard let value = object[member] else { throw .missing(member: path(member)) }
        return value
    }

    func section(_ member: String) throws(TokenizerError) -> Section {
        try Section(try value(member), at: path(member))
    }

    /// Nil where the member is missing or `null`.
    func optionalSection(_ member: String) throws(TokenizerError) -> Section? {
        guard let value = object[member], !value.isNull else { return nil }
        return try Section(value, at: path(member))
    }

    func array(_ member: String) throws(TokenizerError) -> [JSONValue] {
        let value = try value(member)
        guard let array = value.array else { throw wrongType(member, "an array", value) }
        return array
    }

    func string(_ member: String) throws(TokenizerError) -> String {
        let value = try value(member)
        guard let string = value.string else { throw wrongType(member, "a string", value) }
        return string
    }

    func bool(_ member: String) throws(TokenizerError) -> Bool {
        let value = try value(member)
        guard let bool = value.bool else { throw wrongType(member, "a boolean", value) }
        return bool
    }

    /// Nil where the member is missing or `null`.
    func optionalBool(_ member: String) throws(TokenizerError) -> Bool? {
        guard let value = object[member], !value.isNull else { return nil }
        return try bool(member)
    }

    func int(_ member: String, atLeast minimum: Int) throws(TokenizerError) -> Int {
        let value = try value(member)
        guard let int = value.int else { throw wrongType(member, "an integer", value) }
        guard int >= minimum else {
            throw .invalid(member: path(member), reason: "\(int) is below \(minimum)")
        }
        return int
    }

    func id(_ member: String, of token: String) throws(TokenizerError) -> Int32 {
        let value = try value(member)
        guard case .integer(let number) = value else {
            throw wrongType(member, "an integer", value)
        }
        return try tokenID(number, of: token, at: path(member))
    }

    private func wrongType(
        _ member: String,
        _ expected: String,
        _ found: JSONValue
    ) -> TokenizerError {
        .wrongType(member: path(member), expected: expected, found: found.kind)
    }
}
