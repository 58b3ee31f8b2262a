import JSON
import Testing

@Suite struct `Rejected texts` {
    @Test(
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1),
            ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("{", .unexpectedEnd, 1),
            (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5),
            (#"{"a":1"#, .unexpectedEnd, 6),
            (#"{"a":1,"#, .unexpectedEnd, 7), ("\"abc", .unexpectedEnd, 4),
            (#""\"#, .unexpectedEnd, 2),
            (#""\""#, .unexpectedEnd, 3), ("tru", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1),
            ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("1 2", .trailingBytes, 2), ("[]]", .trailingBytes, 2),
            ("null\u{0}", .trailingBytes, 4),
            ("{}//", .trailingBytes, 2), ("1a", .trailingBytes, 1), ("0x1", .trailingBytes, 1),
            ("01", .leadingZero, 0), ("-012", .leadingZero, 1), ("[00]", .leadingZero, 1),
            ("1e999", .numberOutOfRange, 0), ("[-1e309]", .numberOutOfRange, 1),
            ("1e99999999999999999999999", .numberOutOfRange, 0),
            ("NaN", .notANumber, 0), ("[1,Infinity]", .notANumber, 3),
            ("[-Infinity]", .notANumber, 1),
            ("\u{FEFF}1", .byteOrderMark, 0),
            ("\"a\nb\"", .controlCharacter(10), 2), ("\"\u{0}\"", .controlCharacter(0), 1),
            (#""\x""#, .invalidEscape, 1), (#""\u12G4""#, .invalidEscape, 1),
            (#""\u123""#, .invalidEscape, 1),
            (#""\U0041""#, .invalidEscape, 1), ("\"\\\u{E9}\"", .invalidEscape, 1),
            (#""\uD800""#, .loneSurrogate(0xD800), 1), (#""x\uDC00""#, .loneSurrogate(0xDC00), 2),
            (#""\uD800\uD800""#, .loneSurrogate(0xD800), 1),
            (#""\uD800\u0041""#, .loneSurrogate(0xD800), 1),
            (#""\uD834x\uDD1E""#, .loneSurrogate(0xD834), 1), (#""\uD834\u12""#, .invalidEscape, 7),
            (#"{"a":1,"b":2,"a":3}"#, .duplicateName("a"), 13),
            (#"{"a":1,"\u0061":3}"#, .duplicateName("a"), 7),
        ] as [(String, JSONError.Problem, Int)]
    )
    func `are refused for their reason`(
        text: String,
        problem: JSONError.Problem,
        byteOffset: Int
    ) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text) }
        guard case .malformed(let found, let position) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(found == problem)
        #expect(position.byteOffset == byteOffset)
    }

    @Test(arguments: [
        "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "{,}", "{1:2}", #"{"a" 1}"#, #"{"a",1}"#,
        #"{"a":1,}"#, #"{"a":1 "b":2}"#, "{'a':1}", #"{a:1}"#, "'a'", "+1", ".5", "1.e5", "-.5",
        "--1",
        "1.5.2", "1e5.5", "e5", "NaN", "Infinity", "-Infinity", "nul", "nulL", "True", "TRUE",
        "truex", "[}",
        "{]", #"{"a":}"#, #"{"a"}"#, #"{:1}"#, "]", "}", ",", ":", "//1", "/**/1", "\u{A0}1",
        "\u{2028}1",
        "\u{C}1", "[\u{B}]", "1_000", "0.1f", "\u{FF11}", "[1]\u{2060}", #"{"a":1}}"#, #""a""b""#,
        "\\u0031",
    ])
    func `have no reading`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFE], [0xFF],
            [0xE2, 0x82], [0xC3, 0x28],
        ] as [[UInt8]]
    )
    func `invalid UTF-8 in a string or name is named`(bytes: [UInt8]) throws {
        for (before, after) in [("[\"ok\u{E9}", "\"]"), ("{\"", "\":1}"), ("\"\\n", "\\t\"")] {
            let text = Array(before.utf8) + bytes + Array(after.utf8)
            let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text) }
            guard case .malformed(.invalidUTF8, let position) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(position.byteOffset == before.utf8.count)
        }
    }

    @Test func `UTF-16 is refused`() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0xFF, 0xFE, 0x31, 0x00]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x5B, 0x00, 0x5D, 0x00]) }
    }

    @Test func `the position counts lines and characters`() throws {
        let error = try #require(throws: JSONError.self) {
            try JSONValue(parsing: "{\n  \"é€\": [1,\n  \"ää\", ?]}")
        }
        #expect(
            error
                == .malformed(
                    .unexpectedByte(UInt8(ascii: "?"), expected: "a value"),
                    at: JSONError.Position(byteOffset: 27, line: 3, column: 9)
                )
        )
        #expect(error.description == "line 3, column 9 (byte 27): expected a value, found '?'")
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func `deep nesting is refused without using up the stack`(opening: String) throws {
        let text = String(repeating: opening, count: 1_000_000)
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text) }
        guard case .malformed(.tooDeep(limit: 512), _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `the name of a double is found in a large object too`() throws {
        let text = "{" + (0..<1000).map { "\"n\($0)\":0" }.joined(separator: ",") + ",\"n500\":1}"
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text) }
        guard case .malformed(.duplicateName("n500"), _) = error else {
            Issue.record("\(error)")
            return
        }
    }
}
