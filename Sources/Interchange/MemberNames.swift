/// Which members of a JSON line are what, for corpora that do not name them as Quiver does.
public struct MemberNames: Sendable {
    /// The member that is the key; `nil` stands for `key`.
    public var key: String?
    /// The members whose texts are the text, joined by a newline; none stands for `text` alone.
    public var texts: [String] = []
    /// Members and fields that are passed over.
    public var ignored: Set<String> = []
    /// Whether all members and fields are passed over that the collection does not know.
    public var ignoresUnknown = false

    /// Quiver's own names, and nothing is passed over.
    public init() {}

    /// The name of the key's member.
    var keyName: String { key ?? "key" }
    /// The names of the texts' members.
    var textNames: [String] { texts.isEmpty ? ["text"] : texts }

    /// Whether the member `name` was named as a key or a text on purpose: it may then be a metadata field besides.
    func isChosen(_ name: String) -> Bool {
        name == key || texts.contains(name)
    }
}
