internal import JSON

/// How texts of a batch are filled up to one length.
///
/// ``Tokenizer/encode(_:maximumTokenCount:addingSpecialTokens:)`` does not pad, since the encoders here
/// work on ragged batches; a caller that needs padding finds the file's wishes here.
public struct Padding: Sendable, Equatable {
    /// To which length texts are filled up.
    public enum Length: Sendable, Equatable {
        /// That of the longest text of the batch.
        case longest
        /// This many tokens.
        case fixed(Int)
    }

    /// The end at which texts are filled up.
    public enum Direction: String, Sendable {
        case left = "Left"
        case right = "Right"
    }

    /// To which length texts are filled up, before rounding.
    public let length: Length
    /// Lengths are rounded up to a multiple of this.
    public let multiple: Int
    /// The end at which texts are filled up.
    public let direction: Direction
    /// The id that fills them.
    public let id: Int32
    /// The type id that goes with it.
    public let typeID: Int
    /// The token that has this id.
    public let token: String

    init(_ section: Section) throws(TokenizerError) {
        try section.allowOnly([
            "strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token",
        ])
        switch try section.value("strategy") {
        case .string("BatchLongest"): length = .longest
        case .object(let object) where object.count == 1 && object["Fixed"] != nil:
            length = .fixed(try section.section("strategy").int("Fixed", atLeast: 0))
        default:
            throw .invalid(
                member: section.path("strategy"),
                reason: "neither \"BatchLongest\" nor {\"Fixed\": length}"
            )
        }
        multiple =
            section.object["pad_to_multiple_of"].map(\.isNull) ?? true
            ? 1 : try section.int("pad_to_multiple_of", atLeast: 1)
        direction = try section.choice("direction", of: Direction.self)
        token = try section.string("pad_token")
        id = try section.id("pad_id", of: token)
        typeID = try section.int("pad_type_id", atLeast: 0)
    }
}
