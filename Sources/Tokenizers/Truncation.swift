internal import JSON

/// How texts that are too long are cut.
public struct Truncation: Sendable, Equatable {
    /// The end from which tokens are dropped.
    public enum Direction: String, Sendable {
        case left = "Left"
        case right = "Right"
    }

    /// Tokens of a text, special tokens included.
    public let maximumTokenCount: Int
    /// The end from which tokens are dropped.
    public let direction: Direction

    init(_ section: Section) throws(TokenizerError) {
        try section.allowOnly(["max_length", "strategy", "stride", "direction"])
        maximumTokenCount = try section.int("max_length", atLeast: 0)
        // Where what is cut off begins again; nothing here gives that out.
        _ = try section.int("stride", atLeast: 0)
        direction =
            section.object["direction"] == nil
            ? .right : try section.choice("direction", of: Direction.self)
        let strategy = try section.string("strategy")
        switch strategy {
        case "LongestFirst", "OnlyFirst": break
        case "OnlySecond":
            throw .unsupported(member: section.path("strategy"), what: "truncation of pairs")
        default:
            throw .invalid(member: section.path("strategy"), reason: "unknown: \"\(strategy)\"")
        }
    }
}

extension Section {
    /// A string that names a case.
    func choice<Choice: RawRepresentable<String>>(
        _ member: String,
        of type: Choice.Type
    ) throws(TokenizerError) -> Choice {
        let name = try string(member)
        guard let choice = Choice(rawValue: name) else {
            throw .invalid(member: path(member), reason: "unknown: \"\(name)\"")
        }
        return choice
    }
}
