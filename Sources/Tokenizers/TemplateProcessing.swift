internal import JSON

extension PostProcessor {
    /// `TemplateProcessing`: tokens around a placeholder, written out in the file. Its template for pairs
    /// of texts is not read.
    init(template section: Section) throws(TokenizerError) {
        try section.allowOnly(["type", "single", "pair", "special_tokens"])
        let specials = try section.section("special_tokens")
        var hasSequence = false
        for (position, value) in try section.array("single").enumerated() {
            let location = section.path("single[\(position)]")
            let piece = try Section(value, at: location)
            try piece.allowOnly(["SpecialToken", "Sequence"])
            guard piece.object.count == 1, let kind = piece.object.members.first?.name else {
                throw .invalid(member: location, reason: "neither a special token nor a sequence")
            }
            let fields = try piece.section(kind)
            try fields.allowOnly(["id", "type_id"])
            guard try fields.int("type_id", atLeast: 0) == 0 else {
                throw .unsupported(
                    member: fields.path("type_id"),
                    what: "a type other than 0 for a single text"
                )
            }
            let name = try fields.string("id")
            if kind == "SpecialToken" {
                let ids = try Self.ids(of: name, in: specials)
                if hasSequence { after += ids } else { before += ids }
            } else if name == "A", !hasSequence {
                hasSequence = true
            } else {
                throw .invalid(
                    member: fields.path("id"),
                    reason: "\"\(name)\", where the sequence A belongs, once"
                )
            }
        }
        guard hasSequence else {
            throw .invalid(member: section.path("single"), reason: "no sequence in the template")
        }
    }

    private static func ids(
        of name: String,
        in specials: Section
    ) throws(TokenizerError) -> [Int32] {
        let special = try specials.section(name)
        try special.allowOnly(["id", "ids", "tokens"])
        var ids: [Int32] = []
        for value in try special.array("ids") {
            guard case .integer(let number) = value else {
                throw .wrongType(
                    member: special.path("ids"),
                    expected: "integers",
                    found: value.kind
                )
            }
            ids.append(try tokenID(number, of: name, at: special.path("ids")))
        }
        return ids
    }
}
