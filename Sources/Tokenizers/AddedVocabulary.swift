internal import JSON

/// A token that is found in the text before the model sees it.
struct AddedToken: Sendable {
    let content: String
    let id: Int32
    /// Counts only where no word character stands beside it.
    let isSingleWord: Bool
    /// Takes the white space before it.
    let stripsLeft: Bool
    /// Takes the white space behind it.
    let stripsRight: Bool
    /// Is looked for, itself normalised, in normalised text; otherwise in the text as given.
    let isNormalized: Bool
    let isSpecial: Bool

    /// Longer ones would make the search for them quadratic.
    private static let byteCountLimit = 256

    init(_ section: Section) throws(TokenizerError) {
        try section.allowOnly([
            "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
        ])
        content = try section.string("content")
        guard !content.isEmpty else {
            throw .invalid(member: section.path("content"), reason: "an empty token")
        }
        guard content.utf8.count <= Self.byteCountLimit else {
            throw .unsupported(
                member: section.path("content"),
                what: "an added token of more than \(Self.byteCountLimit) bytes"
            )
        }
        id = try section.id("id", of: content)
        isSingleWord = try section.bool("single_word")
        stripsLeft = try section.bool("lstrip")
        stripsRight = try section.bool("rstrip")
        isNormalized = try section.bool("normalized")
        isSpecial = try section.bool("special")
    }
}

/// The added tokens, which are in the model's vocabulary already or continue it.
struct AddedVocabulary: Sendable {
    let tokens: [AddedToken]
    /// Those that are looked for in the text as given, and in normalised text.
    let verbatim: AddedTokenMatcher?
    let normalized: AddedTokenMatcher?
    private let positions: ByteTrie
    private let contents: [Int32: String]

    init(
        _ values: [JSONValue],
        model: ModelVocabulary,
        normalizer: BertNormalizer?
    ) throws(TokenizerError) {
        var tokens: [AddedToken] = []
        // New tokens are numbered from the size of the model's vocabulary on, as the original does it.
        var nextID = model.tokens.count
        for (position, value) in values.enumerated() {
            let section = try Section(value, at: "added_tokens[\(position)]")
            let token = try AddedToken(section)
            let expected: Int32
            if let id = model.id(of: token.content) {
                expected = id
            } else {
                expected = try tokenID(Int64(nextID), of: token.content, at: section.path("id"))
            }
            guard token.id == expected else {
                throw .conflictingID(
                    member: section.path("id"),
                    token: token.content,
                    expected: expected,
                    found: token.id
                )
            }
            if let other = model.token(of: token.id), !other.utf8.elementsEqual(token.content.utf8)
            {
                throw .duplicateID(token.id, tokens: [other, token.content])
            }
            nextID = max(nextID, Int(token.id) + 1)
            tokens.append(token)
        }
        positions = ByteTrie(
            tokens.enumerated().map { ($0.element.content, Int32(truncatingIfNeeded: $0.offset)) }
        )
        for (position, token) in tokens.enumerated()
        where positions.value(of: token.content.utf8).map(Int.init) != position {
            throw .duplicateToken(token.content)
        }
        self.tokens = tokens
        contents = Dictionary(tokens.map { ($0.id, $0.content) }) { first, _ in first }

        // Of tokens that look the same once normalised, special ones count first.
        let ordered = tokens.filter(\.isSpecial) + tokens.filter { !$0.isSpecial }
        verbatim = AddedTokenMatcher(
            ordered.filter { !$0.isNormalized }.map { ($0, $0.content) }
        )
        var normalForms: [(AddedToken, String)] = []
        for token in ordered where token.isNormalized {
            var bytes: [UInt8] = []
            if let normalizer {
                normalizer.normalize(Array(token.content.utf8).span, into: &bytes)
            } else {
                bytes = Array(token.content.utf8)
            }
            guard !bytes.isEmpty else {
                throw .invalid(
                    member: "added_tokens",
                    reason: "nothing is left of \"\(token.content)\" once it is normalised"
                )
            }
            normalForms.append((token, String(decoding: bytes, as: UTF8.self)))
        }
        normalized = AddedTokenMatcher(normalForms)
    }

    func id(of token: String) -> Int32? {
        positions.value(of: token.utf8).map { tokens[Int($0)].id }
    }

    func token(of id: Int32) -> String? {
        contents[id]
    }
}
