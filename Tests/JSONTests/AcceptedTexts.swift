import JSON
import Testing

@Suite struct `Accepted texts` {
    @Test(
        arguments: [
            ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
            (" \t\r\n0 \n", .integer(0)), ("-1", .integer(-1)), ("-0", .number(-0.0)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .unsigned(9_223_372_036_854_775_808)),
            ("18446744073709551615", .unsigned(.max)),
            ("18446744073709551616", .number(0x1p64)),
            ("-9223372036854775809", .number(-0x1p63)),
            ("1.0", .number(1)), ("1e3", .number(1000)), ("1E+2", .number(100)),
            ("0e1", .number(0)), ("0.5e-00001", .number(0.05)), ("1e-400", .number(0)),
            ("0e999999999999999999999", .number(0)), ("1e-99999999999999999999999", .number(0)),
            ("123.456e-789", .number(0)),
            ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
            ("5e-324", .number(.leastNonzeroMagnitude)),
        ] as [(String, JSONValue)]
    )
    func `give the numbers that they say`(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        arguments: [
            ("\"\"", .string("")),
            (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
            (#""\u0041\u00e9\u20AC\uD834\uDD1E\u0000""#, .string("Aé€𝄞\u{0}")),
            (#""\uDBFF\uDFFD""#, .string("\u{10FFFD}")),
            (#""\\u0041""#, .string("\\u0041")),
            ("\"\u{7F}é€𝄞\u{2028}\"", .string("\u{7F}é€𝄞\u{2028}")),
            ("[]", .array([])), ("[ ]", .array([])), ("{}", .object([:])), ("{ }", .object([:])),
            ("[[],[[]],{}]", .array([.array([]), .array([.array([])]), .object([:])])),
            ("[1, 2.5,\"x\" ,null]", .array([.integer(1), .number(2.5), .string("x"), .null])),
            (
                #"{"a":1,"":{"a":[true]} , "b" : 2}"#,
                .object([
                    "a": .integer(1), "": .object(["a": .array([.bool(true)])]), "b": .integer(2),
                ])
            ),
        ] as [(String, JSONValue)]
    )
    func `give the strings and containers that they say`(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test func `minus zero keeps its sign`() throws {
        #expect(try JSONValue(parsing: "-0").double?.sign == .minus)
        #expect(try JSONValue(parsing: "-0.0").double?.sign == .minus)
    }

    @Test func `names that are only canonically equivalent are different members`() throws {
        let object = try #require(
            try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}").object
        )
        #expect(object.count == 2)
        #expect(object["\u{E9}"] == .integer(1))
        #expect(object["e\u{301}"] == .integer(2))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func `a large object keeps order and finds every member`() throws {
        let count = 50_000
        let text = "{" + (0..<count).map { "\"entry \($0)\":\($0)" }.joined(separator: ",") + "}"
        let object = try #require(try JSONValue(parsing: text).object)
        #expect(object.members.map(\.value) == (0..<count).map { .integer(Int64($0)) })
        for member in 0..<count where object["entry \(member)"]?.int != member {
            Issue.record("entry \(member) is \(String(describing: object["entry \(member)"]))")
        }
        #expect(object["entry \(count)"] == nil)
    }

    @Test func `values nest as deep as the limit`() throws {
        let text = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        _ = try JSONValue(parsing: text)
        #expect(throws: JSONError.self) { try JSONValue(parsing: text, maximumDepth: 511) }
        let mixed =
            String(repeating: #"{"a":["#, count: 2048) + "1"
            + String(repeating: "]}", count: 2048)
        let value = try JSONValue(parsing: mixed, maximumDepth: 4096)
        #expect(try value.serialized() == mixed)
        #expect(try JSONValue(parsing: "1", maximumDepth: 0) == .integer(1))
    }

    @Test func `accessors give only what is there`() throws {
        let value = try JSONValue(parsing: "[1, 1.0, 18446744073709551615, -1]")
        let elements = try #require(value.array)
        #expect(elements.map(\.int) == [1, nil, nil, -1])
        #expect(elements.map(\.uint64) == [1, nil, .max, nil])
        #expect(elements.map(\.double) == [1, 1, 0x1p64, -1])
        #expect(value.object == nil && value.string == nil && value.bool == nil && !value.isNull)
    }
}
