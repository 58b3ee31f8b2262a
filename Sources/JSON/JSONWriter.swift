/// Writes JSON text piece by piece, without building values, on one line and without spaces.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.name("key")
/// writer.string("a \"quoted\" word")
/// writer.name("score")
/// try writer.float(0.83)
/// writer.endObject()
/// writer.newline()
/// ```
///
/// Calls that make no JSON (a value where a name belongs, an end without a beginning) are programmer
/// errors and trap.
public struct JSONWriter: Sendable {
    /// What has been written so far, UTF-8.
    public private(set) var bytes: [UInt8] = []

    private enum Container { case array, object }
    private var containers: [Container] = []
    private var needsComma = false
    private var followsName = false

    /// A writer that has written nothing.
    public init() {}

    /// What has been written so far.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets what has been written and keeps the memory, for the next text.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        containers.removeAll(keepingCapacity: true)
        needsComma = false
        followsName = false
    }

    /// `{`; then come ``name(_:)`` and a value for each member, then ``endObject()``.
    public mutating func beginObject() {
        startValue()
        bytes.append(UInt8(ascii: "{"))
        containers.append(.object)
        needsComma = false
    }

    /// `}`
    public mutating func endObject() {
        precondition(containers.last == .object && !followsName, "no object to end")
        containers.removeLast()
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// `[`; then come the elements, then ``endArray()``.
    public mutating func beginArray() {
        startValue()
        bytes.append(UInt8(ascii: "["))
        containers.append(.array)
        needsComma = false
    }

    /// `]`
    public mutating func endArray() {
        precondition(containers.last == .array, "no array to end")
        containers.removeLast()
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The name of an object's next member. The caller sees to it that names differ.
    public mutating func name(_ name: String) {
        precondition(containers.last == .object && !followsName, "a name belongs in an object")
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        writeQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        followsName = true
    }

    /// `null`
    public mutating func null() {
        startValue()
        bytes.append(contentsOf: "null".utf8)
    }

    /// `true` or `false`.
    public mutating func bool(_ value: Bool) {
        startValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// All digits of an integer. Readers other than ours may round those above 2^53.
    public mutating func integer(_ value: some FixedWidthInteger) {
        startValue()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// A string, with only those characters escaped that must be.
    public mutating func string(_ value: String) {
        startValue()
        writeQuoted(value)
    }

    /// The shortest decimal number that reads back as the same `Float`.
    ///
    /// - Throws: `JSONError.notFinite` for NaN and infinities; nothing is written then.
    public mutating func float(_ value: Float) throws(JSONError) {
        guard value.isFinite else { throw .notFinite(Double(value)) }
        startValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// The shortest decimal number that reads back as the same `Double`.
    ///
    /// - Throws: `JSONError.notFinite` for NaN and infinities; nothing is written then.
    public mutating func double(_ value: Double) throws(JSONError) {
        guard value.isFinite else { throw .notFinite(value) }
        startValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Ends a line of JSONL.
    ///
    /// - Precondition: all objects and arrays are ended.
    public mutating func newline() {
        precondition(containers.isEmpty, "a line ends inside a value")
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    private mutating func startValue() {
        precondition(containers.last != .object || followsName, "a member needs a name")
        if needsComma {
            precondition(!containers.isEmpty, "a second value needs a new line")
            bytes.append(UInt8(ascii: ","))
        }
        needsComma = true
        followsName = false
    }

    private mutating func writeQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 0xF))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
