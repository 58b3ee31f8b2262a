/// What went wrong with a JSON text, read or written.
public enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text is not JSON as RFC 8259 has it, or exceeds a limit.
    case malformed(Problem, at: Position)
    /// NaN or an infinity, which JSON cannot say, was to be written.
    case notFinite(Double)

    /// Where in a text.
    public struct Position: Sendable, Equatable, CustomStringConvertible {
        /// Counted from 0.
        public var byteOffset: Int
        /// Counted from 1; a line ends with `\n`.
        public var line: Int
        /// Counted from 1, in Unicode scalars.
        public var column: Int

        /// A place that is counted already.
        public init(byteOffset: Int, line: Int, column: Int) {
            self.byteOffset = byteOffset
            self.line = line
            self.column = column
        }

        /// Line, column and byte.
        public var description: String { "line \(line), column \(column) (byte \(byteOffset))" }
    }

    /// Why a text is refused.
    public enum Problem: Sendable, Equatable, CustomStringConvertible {
        case unexpectedEnd
        case unexpectedByte(UInt8, expected: String)
        /// A value is followed by something else than white space.
        case trailingBytes
        case byteOrderMark
        case invalidUTF8
        /// A character below U+0020 in a string, which must be escaped.
        case controlCharacter(UInt8)
        case invalidEscape
        /// `\uD800`…`\uDFFF` that is not half of a pair.
        case loneSurrogate(UInt16)
        case duplicateName(String)
        case leadingZero
        /// `NaN` or `Infinity`, which other programs write where JSON has no number.
        case notANumber
        /// A number whose magnitude is above the largest `Double`.
        case numberOutOfRange
        case tooDeep(limit: Int)

        /// The reason in words.
        public var description: String {
            switch self {
            case .unexpectedEnd: "the text ends too early"
            case .unexpectedByte(let byte, let expected):
                "expected \(expected), found \(named(byte))"
            case .trailingBytes: "something follows the value"
            case .byteOrderMark: "the text begins with a byte order mark"
            case .invalidUTF8: "not valid UTF-8"
            case .controlCharacter(let byte): "\(named(byte)) in a string must be escaped"
            case .invalidEscape: "unknown escape in a string"
            case .loneSurrogate(let unit):
                "\\u\(String(unit, radix: 16, uppercase: true)) is half of a surrogate pair"
            case .duplicateName(let name): "the object has more than one member named \"\(name)\""
            case .leadingZero: "a number may not begin with a zero"
            case .notANumber: "JSON has no NaN and no Infinity, only finite numbers"
            case .numberOutOfRange: "the number is too large for a double"
            case .tooDeep(let limit): "nested deeper than \(limit) levels"
            }
        }

        private func named(_ byte: UInt8) -> String {
            0x20..<0x7F ~= byte
                ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
        }
    }

    /// Place and reason in words.
    public var description: String {
        switch self {
        case .malformed(let problem, let position): "\(position): \(problem)"
        case .notFinite(let number): "JSON has no way to write \(number)"
        }
    }
}
