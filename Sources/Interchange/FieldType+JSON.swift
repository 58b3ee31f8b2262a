import JSON
import Quiver

extension FieldType {
    /// `json` as a value of this type.
    ///
    /// Integers are taken as they stand, never through a floating-point number.
    func value(of json: JSONValue) throws(Misfit) -> FieldValue {
        switch (self, json) {
        case (_, .null): return .null
        case (.string, .string(let string)): return .string(string)
        case (.bool, .bool(let bool)): return .bool(bool)
        case (.int64, _): return .int64(try json.integer(Int64.self))
        case (.double, .integer), (.double, .unsigned), (.double, .number):
            guard let number = json.double else { break }
            return .double(number)
        case (.timestamp, .string(let text)):
            guard let timestamp = Timestamp(rfc3339: text) else {
                throw Misfit(
                    "\(quoted(text)) is not an RFC 3339 timestamp such as "
                        + "2026-11-28T10:25:49Z"
                )
            }
            return .timestamp(timestamp)
        case (.strings, .array(let elements)):
            var strings: [String] = []
            for element in elements {
                guard let string = element.string else {
                    throw Misfit("position \(strings.count) holds \(element.kind), not a string")
                }
                strings.append(string)
            }
            return .strings(strings)
        case (.bytes, .string(let text)):
            guard let bytes = Base64.decode(text) else {
                throw Misfit("\(quoted(text)) is not base64 (RFC 4648, with its padding)")
            }
            return .bytes(bytes)
        case (.int32s, .array(let elements)): return .int32s(try integers(elements))
        case (.sparse, .object): return .sparse(try SparseVector(json))
        default: break
        }
        throw Misfit("expected \(inJSON), found \(json.kind)")
    }

    /// What JSON has for it.
    private var inJSON: String {
        switch self {
        case .string: "a string"
        case .int64: "an integer"
        case .double: "a number"
        case .bool: "true or false"
        case .timestamp: "an RFC 3339 timestamp as a string"
        case .strings: "an array of strings"
        case .bytes: "bytes in base64 as a string"
        case .int32s: "an array of 32-bit integers"
        case .sparse: SparseVector.inJSON
        }
    }
}

extension RowColumn.NumberType {
    /// `json`, an array of numbers, as a column of this type.
    func values(of json: JSONValue) throws(Misfit) -> RowColumnValues {
        guard let elements = json.array else {
            throw Misfit("expected an array of numbers, one a row, found \(json.kind)")
        }
        switch self {
        case .int8: return .int8(try integers(elements))
        case .int16: return .int16(try integers(elements))
        case .int32: return .int32(try integers(elements))
        case .int64: return .int64(try integers(elements))
        case .float32:
            guard case .array? = elements.first else {
                return .float32(try SourceRows(json)?.numbers ?? [])
            }
            throw Misfit("expected one number a row, found rows of numbers")
        }
    }
}

/// Integers that `Number` holds, all of them.
func integers<Number: FixedWidthInteger>(
    _ elements: [JSONValue]
) throws(Misfit) -> [Number] {
    var numbers: [Number] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
        do throws(Misfit) {
            numbers.append(try element.integer(Number.self))
        } catch {
            throw Misfit("position \(numbers.count): \(error.reason)")
        }
    }
    return numbers
}

extension JSONValue {
    /// The integer, where `Number` holds it.
    fileprivate func integer<Number: FixedWidthInteger>(
        _: Number.Type
    ) throws(Misfit) -> Number {
        let found: String
        switch self {
        case .integer(let integer):
            if let number = Number(exactly: integer) { return number }
            found = "\(integer)"
        case .unsigned(let integer):
            if let number = Number(exactly: integer) { return number }
            found = "\(integer)"
        case .number(let number): found = "\(number)"
        default: found = kind
        }
        throw Misfit("expected an integer \(Number.min)…\(Number.max), found \(found)")
    }
}

/// The beginning of `text`, which may be long, in quotation marks.
private func quoted(_ text: String) -> String {
    let head = String(text.unicodeScalars.prefix(40).map(Character.init))
    return head.utf8.count < text.utf8.count ? "\"\(head)…\"" : "\"\(text)\""
}
