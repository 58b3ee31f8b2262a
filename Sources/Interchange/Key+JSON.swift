import JSON
import Quiver

extension Key {
    /// Reads a key: a string, or an integer without sign.
    init(_ value: JSONValue) throws(Misfit) {
        if let integer = value.uint64 {
            self = .integer(integer)
            return
        }
        guard let string = value.string else {
            let found =
                switch value {
                case .integer(let integer): "\(integer)"
                case .number(let number): "\(number)"
                default: value.kind
                }
            throw Misfit("expected a string or an integer 0…\(UInt64.max), found \(found)")
        }
        guard 1...Key.maximumByteCount ~= string.utf8.count else {
            throw Misfit("\(string.utf8.count) bytes long, not 1…\(Key.maximumByteCount)")
        }
        self = .string(string)
    }
}

extension JSONValue {
    /// A text; `nil` for null.
    func text() throws(Misfit) -> String? {
        if isNull { return nil }
        guard let string else { throw Misfit("expected a string, found \(kind)") }
        return string
    }
}
