import CQuiverABI
import Quiver

/// What callers hand over, checked before it is used. What cannot be checked is that a pointer leads to as many
/// readable bytes as its count says.
enum Arguments {
    /// The most elements that an array may have.
    static let maximumCount: UInt64 = 1 << 31 - 1
    /// The most threads that a call may be given.
    static let maximumThreadCount: UInt32 = 1_024

    /// A path or name that ends with a zero byte.
    static func string(
        _ pointer: UnsafePointer<CChar>?,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> String {
        guard let pointer else { throw .argument("\(name()) is NULL") }
        guard let string = String(validatingCString: pointer) else {
            throw .argument("\(name()) is not valid UTF-8")
        }
        return string
    }

    /// `byteCount` bytes of UTF-8.
    static func string(
        _ pointer: UnsafePointer<CChar>,
        byteCount: Int,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> String {
        let bytes = UnsafeRawBufferPointer(start: pointer, count: byteCount)
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw .argument("\(name()) is not valid UTF-8")
        }
        return string
    }

    /// A text, which may be at NULL if it has no bytes.
    static func text(
        _ pointer: UnsafePointer<CChar>?,
        _ length: UInt64,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> String {
        let bytes = try array(pointer, count: length, name())
        guard let address = bytes.baseAddress else { return "" }
        return try string(address, byteCount: bytes.count, name())
    }

    /// An array of `count` elements.
    static func array<Element>(
        _ pointer: UnsafePointer<Element>?,
        count: UInt64,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> UnsafeBufferPointer<Element> {
        guard count <= maximumCount else {
            throw .argument("\(name()) has \(count) elements, more than \(maximumCount)")
        }
        guard count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        guard let pointer else { throw .argument("\(name()) is NULL and has \(count) elements") }
        guard UInt(bitPattern: pointer).isMultiple(of: UInt(MemoryLayout<Element>.alignment)) else {
            throw .argument("\(name()) is not aligned")
        }
        return UnsafeBufferPointer(start: pointer, count: Int(count))
    }

    /// Where a number or handle goes.
    static func output<Value>(
        _ pointer: UnsafeMutablePointer<Value>?,
        _ name: StaticString
    ) throws(CallFailure) -> UnsafeMutablePointer<Value> {
        guard let pointer else { throw .argument("\(name) is NULL") }
        guard UInt(bitPattern: pointer).isMultiple(of: UInt(MemoryLayout<Value>.alignment)) else {
            throw .argument("\(name) is not aligned")
        }
        return pointer
    }

    /// As `output`, but `nil` for a pointer that may be NULL and is.
    static func optionalOutput<Value>(
        _ pointer: UnsafeMutablePointer<Value>?,
        _ name: StaticString
    ) throws(CallFailure) -> UnsafeMutablePointer<Value>? {
        pointer == nil ? nil : try output(pointer, name)
    }

    static func key(_ key: qv_key, _ name: @autoclosure () -> String) throws(CallFailure) -> Key {
        switch key.kind {
        case UInt32(QV_KEY_INTEGER):
            return .integer(key.integer)
        case UInt32(QV_KEY_STRING):
            guard (1...Key.maximumByteCount).contains(Int(key.length)) else {
                throw CallFailure(
                    status: QV_ERROR_KEY,
                    message:
                        "\(name()) is \(key.length) bytes long, expected 1…\(Key.maximumByteCount)"
                )
            }
            guard let bytes = key.bytes else {
                throw .argument("\(name()) is a string of \(key.length) bytes at NULL")
            }
            return .string(try string(bytes, byteCount: Int(key.length), name()))
        default:
            throw .argument(
                "\(name()) has kind \(key.kind), expected QV_KEY_INTEGER or QV_KEY_STRING"
            )
        }
    }

    static func keys(
        _ pointer: UnsafePointer<qv_key>?,
        count: UInt64,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> [Key] {
        let array = try array(pointer, count: count, name())
        var keys: [Key] = []
        keys.reserveCapacity(array.count)
        for index in array.indices {
            keys.append(try key(array[index], "\(name())[\(index)]"))
        }
        return keys
    }

    static func contents(_ bits: UInt32) throws(CallFailure) -> Contents {
        var contents: Contents = []
        var unknown = bits
        for (bit, part) in [
            (QV_WITH_TEXT, Contents.text), (QV_WITH_VECTOR, .vectors), (QV_WITH_FIELDS, .fields),
            (QV_WITH_COLUMNS, .columns),
        ] where bits & UInt32(bit) != 0 {
            contents.insert(part)
            unknown &= ~UInt32(bit)
        }
        guard unknown == 0 else {
            throw .argument("contents is \(bits), expected bits of QV_WITH_ constants")
        }
        return contents
    }

    /// A name that may be NULL, which stands for the empty one.
    static func optionalName(
        _ pointer: UnsafePointer<CChar>?,
        _ name: String
    ) throws(CallFailure) -> String {
        pointer == nil ? "" : try string(pointer, name)
    }

    /// A name that may be NULL, which stands for none.
    static func nameOrNil(
        _ pointer: UnsafePointer<CChar>?,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> String? {
        pointer == nil ? nil : try string(pointer, name())
    }

    /// A filter's text.
    static func filter(
        _ pointer: UnsafePointer<CChar>?,
        _ name: @autoclosure () -> String = "filter"
    ) throws(CallFailure) -> Filter {
        let text = try string(pointer, name())
        return try engine { () throws(StoreError) in try Filter(parsing: text) }
    }

    /// `count` vectors of `dimension` numbers each.
    static func vectors(
        _ pointer: UnsafePointer<Float>?,
        count: UInt64,
        dimension: UInt32,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> [[Float]] {
        guard count > 0 else { return [] }
        guard (1...VectorField.maximumDimension).contains(Int(dimension)) else {
            throw CallFailure(
                status: QV_ERROR_VECTOR,
                message: "\(name()) have \(dimension) numbers each, and no vector field has"
            )
        }
        let (numberCount, overflow) = count.multipliedReportingOverflow(by: UInt64(dimension))
        guard !overflow else {
            throw .argument("\(name()): \(count) vectors of \(dimension) numbers are too many")
        }
        let numbers = try array(pointer, count: numberCount, name())
        let width = Int(dimension)
        return stride(from: 0, to: numbers.count, by: width).map {
            Array(numbers[$0..<$0 + width])
        }
    }

    static func threadCount(_ count: UInt32) throws(CallFailure) -> Int {
        guard count <= maximumThreadCount else {
            throw .argument("thread_count is \(count), more than \(maximumThreadCount)")
        }
        return max(1, Int(count))
    }
}
