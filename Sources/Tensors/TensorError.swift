public import Files
public import JSON

/// What went wrong with stored tensors, and with which.
public enum TensorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file could not be mapped.
    case file(FileError)
    /// The file ends inside its header, or the header claims a length that the format forbids.
    case headerLength(path: String, found: UInt64, limit: UInt64)
    /// The header is not JSON.
    case header(path: String, JSONError)
    /// A member of the header is not what the format has there.
    case headerField(path: String, tensor: String, field: String, expected: String, found: String)
    /// A tensor's numbers are of a type that is not known.
    case elementType(path: String, tensor: String, found: String)
    /// The product of a shape's dimensions does not fit in 63 bits.
    case shapeOverflow(path: String, tensor: String, shape: [Int])
    /// A tensor occupies more or fewer bytes than its type and shape need.
    case byteCount(path: String, tensor: String, expected: Int, found: Int)
    /// A tensor begins after it ends, or ends after the file does.
    case offsets(path: String, tensor: String, begin: Int, end: Int, available: Int)
    /// A tensor does not begin where the one before it ends (`""`: the last does not end with the file).
    case gapOrOverlap(path: String, tensor: String, expected: Int, found: Int)
    /// There is no tensor of that name.
    case missing(path: String, tensor: String)
    /// A tensor has another shape than the model needs.
    case shape(path: String, tensor: String, expected: [Int], found: [Int])
    /// A tensor of integers or booleans where numbers are needed.
    case notFloats(path: String, tensor: String, found: ElementType)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .file(let error):
            "\(error)"
        case .headerLength(let path, let found, let limit):
            "\(path): a header of \(found) bytes, at most \(limit) are possible: not a safetensors file, or cut short"
        case .header(let path, let error):
            "\(path): the safetensors header is not JSON: \(error)"
        case .headerField(let path, let tensor, let field, let expected, let found):
            "\(path): tensor \"\(tensor)\": \(field) should be \(expected), found \(found)"
        case .elementType(let path, let tensor, let found):
            "\(path): tensor \"\(tensor)\": unknown dtype \"\(found)\""
        case .shapeOverflow(let path, let tensor, let shape):
            "\(path): tensor \"\(tensor)\": a shape of \(shape) is too large"
        case .byteCount(let path, let tensor, let expected, let found):
            "\(path): tensor \"\(tensor)\": its type and shape need \(expected) bytes, its offsets give \(found)"
        case .offsets(let path, let tensor, let begin, let end, let available):
            "\(path): tensor \"\(tensor)\": bytes \(begin) to \(end) of \(available)"
        case .gapOrOverlap(let path, let tensor, let expected, let found):
            tensor.isEmpty
                ? "\(path): the tensors end at byte \(expected) of \(found)"
                : "\(path): tensor \"\(tensor)\" begins at byte \(found), the one before it ends at \(expected)"
        case .missing(let path, let tensor):
            "\(path): there is no tensor \"\(tensor)\""
        case .shape(let path, let tensor, let expected, let found):
            "\(path): tensor \"\(tensor)\" has the shape \(found), expected \(expected)"
        case .notFloats(let path, let tensor, let found):
            "\(path): tensor \"\(tensor)\" holds \(found.rawValue), not floating-point numbers"
        }
    }
}
