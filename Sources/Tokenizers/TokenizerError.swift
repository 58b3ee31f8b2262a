public import Files
public import JSON

/// What is wrong with a tokenizer's file, or with a request. A `member` is the path to it in the file:
/// `model.vocab`, `added_tokens[3].content`.
public indirect enum TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file cannot be read.
    case unreadable(FileError)
    /// The file is longer than any tokenizer.
    case tooLarge(byteCount: Int, limit: Int)
    /// The file is not JSON.
    case malformed(JSONError)
    case missing(member: String)
    case wrongType(member: String, expected: String, found: String)
    /// A value of the right type that makes no sense where it stands.
    case invalid(member: String, reason: String)
    /// Something that the file asks for and that is not built.
    case unsupported(member: String, what: String)
    /// An id is not 0 to `Int32.max`.
    case idOutOfRange(member: String, token: String, id: Int64)
    case duplicateID(Int32, tokens: [String])
    /// A token is listed twice among the added tokens.
    case duplicateToken(String)
    /// An id that the file gives to a token is not the one that the token has in the model's vocabulary,
    /// or would get as the next added token.
    case conflictingID(member: String, token: String, expected: Int32, found: Int32)
    /// A text was to be encoded to fewer tokens than there are special tokens to add.
    case limitTooSmall(limit: Int, specialTokenCount: Int)
    /// Any of these, in a file.
    case inFile(path: String, TokenizerError)

    /// The error in words.
    public var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .tooLarge(let byteCount, let limit): "\(byteCount) bytes long, the limit is \(limit)"
        case .malformed(let error): "not JSON: \(error)"
        case .missing(let member): "\(member) is missing"
        case .wrongType(let member, let expected, let found):
            "\(member): expected \(expected), found \(found)"
        case .invalid(let member, let reason): "\(member): \(reason)"
        case .unsupported(let member, let what): "\(member): \(what) is not supported"
        case .idOutOfRange(let member, let token, let id):
            "\(member): the id \(id) of \"\(token)\" is not between 0 and \(Int32.max)"
        case .duplicateID(let id, let tokens):
            "the id \(id) belongs to \(tokens.map { "\"\($0)\"" }.joined(separator: " and "))"
        case .duplicateToken(let token): "\"\(token)\" is added twice"
        case .conflictingID(let member, let token, let expected, let found):
            "\(member): \"\(token)\" has the id \(found), expected \(expected)"
        case .limitTooSmall(let limit, let specialTokenCount):
            "a limit of \(limit) tokens leaves no room for \(specialTokenCount) special tokens"
        case .inFile(let path, .unreadable(let error)) where "\(error)".hasPrefix(path): "\(error)"
        case .inFile(let path, let error): "\(path): \(error)"
        }
    }
}
