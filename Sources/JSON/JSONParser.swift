extension JSONValue {
    /// How deep arrays and objects may nest unless the caller says otherwise.
    public static var defaultMaximumDepth: Int { 512 }

    /// Reads one JSON text, strictly as RFC 8259 has it: UTF-8 without a byte order mark, one value, no
    /// comments, no trailing commas. A member name that an object has twice is an error, and so are
    /// lone surrogates and numbers beyond the range of `Double`; numbers too small for it become 0.
    ///
    /// - Parameter maximumDepth: how deep arrays and objects may nest, 0 to 4096.
    public init(
        parsing bytes: Span<UInt8>,
        maximumDepth: Int = JSONValue.defaultMaximumDepth
    ) throws(JSONError) {
        // Values are released recursively, so their depth is bounded by what a thread's stack can bear.
        precondition(0...4096 ~= maximumDepth, "maximumDepth is \(maximumDepth), not 0…4096")
        do {
            var parser = JSONParser(maximumDepth: maximumDepth)
            self = try parser.parseText(bytes)
        } catch {
            throw .malformed(error.problem, at: position(of: error.byteOffset, in: bytes))
        }
    }

    /// Reads one JSON text.
    public init(
        parsing bytes: [UInt8],
        maximumDepth: Int = JSONValue.defaultMaximumDepth
    ) throws(JSONError) {
        try self.init(parsing: bytes.span, maximumDepth: maximumDepth)
    }

    /// Reads one JSON text. The bytes are read during the call only.
    public init(
        parsing bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = JSONValue.defaultMaximumDepth
    ) throws(JSONError) {
        try self.init(
            parsing: Span(_unsafeElements: bytes.bindMemory(to: UInt8.self)),
            maximumDepth: maximumDepth
        )
    }

    /// Reads one JSON text.
    public init(
        parsing text: String,
        maximumDepth: Int = JSONValue.defaultMaximumDepth
    ) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// Lines and columns are counted only once something is wrong.
private func position(of byteOffset: Int, in bytes: Span<UInt8>) -> JSONError.Position {
    var position = JSONError.Position(byteOffset: byteOffset, line: 1, column: 1)
    for offset in 0..<min(byteOffset, bytes.count) {
        if bytes[offset] == UInt8(ascii: "\n") {
            position.line += 1
            position.column = 1
        } else if bytes[offset] & 0xC0 != 0x80 {
            position.column += 1
        }
    }
    return position
}

/// Reads a text from front to back, keeping open containers on a stack of its own.
struct JSONParser {
    struct Failure: Error {
        var problem: JSONError.Problem
        var byteOffset: Int
    }

    /// A container that is being read, or the text as a whole.
    private struct Frame {
        enum Kind { case text, array, object }
        var kind: Kind
        var elements: [JSONValue] = []
        var object = JSONObject()
        /// The name whose value is being read, and where it stands.
        var name = ""
        var nameOffset = 0
    }

    let maximumDepth: Int
    var position = 0
    /// Strings with escapes are put together here.
    var scratch: [UInt8] = []

    init(maximumDepth: Int) {
        self.maximumDepth = maximumDepth
    }

    mutating func parseText(_ bytes: Span<UInt8>) throws(Failure) -> JSONValue {
        var outer: [Frame] = []
        var frame = Frame(kind: .text)
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw Failure(problem: .byteOrderMark, byteOffset: 0)
        }
        while true {
            skipWhiteSpace(bytes)
            guard position < bytes.count else { throw end(bytes) }
            var value: JSONValue
            switch bytes[position] {
            case UInt8(ascii: "["):
                try open(bytes, depth: outer.count)
                if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
                    position += 1
                    value = .array([])
                } else {
                    outer.append(frame)
                    frame = Frame(kind: .array)
                    continue
                }
            case UInt8(ascii: "{"):
                try open(bytes, depth: outer.count)
                if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
                    position += 1
                    value = .object(JSONObject())
                } else {
                    outer.append(frame)
                    frame = Frame(kind: .object)
                    try parseName(bytes, into: &frame)
                    continue
                }
            case UInt8(ascii: "\""):
                value = .string(try parseString(bytes))
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = try parseNumber(bytes)
            case UInt8(ascii: "t"):
                try parseWord("true", bytes)
                value = .bool(true)
            case UInt8(ascii: "f"):
                try parseWord("false", bytes)
                value = .bool(false)
            case UInt8(ascii: "n"):
                try parseWord("null", bytes)
                value = .null
            default:
                throw isNotFinite(bytes, at: position)
                    ? Failure(problem: .notANumber, byteOffset: position)
                    : unexpected(bytes, expected: "a value")
            }

            // A value may end the container that it stands in, and that one the next.
            handOver: while true {
                skipWhiteSpace(bytes)
                switch frame.kind {
                case .text:
                    guard position == bytes.count else {
                        throw Failure(problem: .trailingBytes, byteOffset: position)
                    }
                    return value
                case .array:
                    frame.elements.append(value)
                    if try takeSeparator(bytes, end: UInt8(ascii: "]")) { break handOver }
                    value = .array(frame.elements)
                case .object:
                    guard frame.object.insert(frame.name, value) else {
                        throw Failure(
                            problem: .duplicateName(frame.name),
                            byteOffset: frame.nameOffset
                        )
                    }
                    if try takeSeparator(bytes, end: UInt8(ascii: "}")) {
                        skipWhiteSpace(bytes)
                        try parseName(bytes, into: &frame)
                        break handOver
                    }
                    value = .object(frame.object)
                }
                frame = outer.removeLast()
            }
        }
    }

    private mutating func open(_ bytes: Span<UInt8>, depth: Int) throws(Failure) {
        guard depth < maximumDepth else {
            throw Failure(problem: .tooDeep(limit: maximumDepth), byteOffset: position)
        }
        position += 1
        skipWhiteSpace(bytes)
    }

    /// True after a comma, false after the container's end.
    private mutating func takeSeparator(_ bytes: Span<UInt8>, end: UInt8) throws(Failure) -> Bool {
        guard position < bytes.count else { throw self.end(bytes) }
        let byte = bytes[position]
        guard byte == UInt8(ascii: ",") || byte == end else {
            throw unexpected(bytes, expected: "',' or '\(Unicode.Scalar(end))'")
        }
        position += 1
        return byte != end
    }

    private mutating func parseName(_ bytes: Span<UInt8>, into frame: inout Frame) throws(Failure) {
        guard position < bytes.count else { throw end(bytes) }
        guard bytes[position] == UInt8(ascii: "\"") else {
            throw unexpected(bytes, expected: "a member name")
        }
        frame.nameOffset = position
        frame.name = try parseString(bytes)
        skipWhiteSpace(bytes)
        guard position < bytes.count else { throw end(bytes) }
        guard bytes[position] == UInt8(ascii: ":") else {
            throw unexpected(bytes, expected: "':'")
        }
        position += 1
    }

    private mutating func parseWord(_ word: StaticString, _ bytes: Span<UInt8>) throws(Failure) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw end(bytes) }
            guard bytes[position] == word.utf8Start[offset] else {
                throw unexpected(bytes, expected: "\(word)")
            }
            position += 1
        }
    }

    /// Whether `NaN` or `Infinity` stands at `offset`, as several languages write them.
    func isNotFinite(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
        for word in ["NaN", "Infinity"] as [StaticString] {
            let count = word.utf8CodeUnitCount
            if offset + count <= bytes.count,
                (0..<count).allSatisfy({ bytes[offset + $0] == word.utf8Start[$0] })
            {
                return true
            }
        }
        return false
    }

    private mutating func skipWhiteSpace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            default: return
            }
        }
    }

    func end(_ bytes: Span<UInt8>) -> Failure {
        Failure(problem: .unexpectedEnd, byteOffset: bytes.count)
    }

    func unexpected(_ bytes: Span<UInt8>, expected: String) -> Failure {
        Failure(
            problem: .unexpectedByte(bytes[position], expected: expected),
            byteOffset: position
        )
    }
}
