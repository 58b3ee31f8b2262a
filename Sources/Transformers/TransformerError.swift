public import Files
public import JSON
public import Tensors

/// What went wrong with a model or with what it was given.
public enum TransformerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file of the model could not be read.
    case file(FileError)
    /// A configuration file is not JSON.
    case json(path: String, JSONError)
    /// A configuration lacks a field that has no default.
    case missingField(path: String, field: String)
    /// A field of a configuration is of the wrong kind or outside its range.
    case invalidField(path: String, field: String, expected: String, found: String)
    /// A configuration asks for something that is not implemented.
    case unsupported(path: String, field: String, found: String, supported: String)
    /// The weights are damaged or do not fit the configuration.
    case weights(TensorError)
    /// A sequence without tokens.
    case emptySequence
    /// A sequence has more tokens than the model has positions.
    case sequenceTooLong(tokenCount: Int, limit: Int)
    /// A token that is not in the model's vocabulary.
    case tokenOutOfRange(token: Int32, vocabularyCount: Int)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .file(let error):
            "\(error)"
        case .json(let path, let error):
            "\(path): \(error)"
        case .missingField(let path, let field):
            "\(path): the field \"\(field)\" is missing"
        case .invalidField(let path, let field, let expected, let found):
            "\(path): \"\(field)\" should be \(expected), found \(found)"
        case .unsupported(let path, let field, let found, let supported):
            "\(path): \"\(field)\": \(found) is not supported (supported: \(supported))"
        case .weights(let error):
            "\(error)"
        case .emptySequence:
            "a sequence without tokens"
        case .sequenceTooLong(let tokenCount, let limit):
            "a sequence of \(tokenCount) tokens; the model has \(limit) positions"
        case .tokenOutOfRange(let token, let vocabularyCount):
            "token \(token) is not among the model's \(vocabularyCount)"
        }
    }
}
