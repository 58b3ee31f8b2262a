internal import JSON

extension PostProcessor {
    /// `BertProcessing`: one token before the text (`cls`) and one behind it (`sep`).
    init(bert section: Section) throws(TokenizerError) {
        try section.allowOnly(["type", "cls", "sep"])
        before = [try Self.token("cls", in: section)]
        after = [try Self.token("sep", in: section)]
    }

    /// A token is written as an array of its text and its id.
    private static func token(
        _ member: String,
        in section: Section
    ) throws(TokenizerError) -> Int32 {
        let pair = try section.array(member)
        guard pair.count == 2, case .string(let token) = pair[0], case .integer(let id) = pair[1]
        else {
            throw .invalid(member: section.path(member), reason: "not a token and its id")
        }
        return try tokenID(id, of: token, at: section.path(member))
    }
}
