import Files
import Foundation
import JSON
import TestSupport
import Testing
import Tokenizers

@Suite struct `Hostile tokenizer files` {
    /// A small valid file.
    private static let valid: JSONObject = [
        "version": .string("1.0"),
        "truncation": .object([
            "max_length": .integer(8), "strategy": .string("LongestFirst"), "stride": .integer(0),
        ]),
        "padding": .object([
            "strategy": .object(["Fixed": .integer(8)]), "direction": .string("Right"),
            "pad_to_multiple_of": .null, "pad_id": .integer(0), "pad_type_id": .integer(0),
            "pad_token": .string("[PAD]"),
        ]),
        "added_tokens": .array([added("[CLS]", 2), added("<new>", 6)]),
        "normalizer": .object([
            "type": .string("BertNormalizer"), "clean_text": .bool(true),
            "handle_chinese_chars": .bool(true), "strip_accents": .null, "lowercase": .bool(true),
        ]),
        "pre_tokenizer": .object(["type": .string("BertPreTokenizer")]),
        "post_processor": .object([
            "type": .string("TemplateProcessing"),
            "single": .array([special("[CLS]"), sequence("A"), special("[SEP]")]),
            "pair": .array([]),
            "special_tokens": .object([
                "[CLS]": .object(["id": .string("[CLS]"), "ids": .array([.integer(2)])]),
                "[SEP]": .object(["id": .string("[SEP]"), "ids": .array([.integer(3)])]),
            ]),
        ]),
        "decoder": .null,
        "model": .object([
            "type": .string("WordPiece"), "unk_token": .string("[UNK]"),
            "continuing_subword_prefix": .string("##"), "max_input_chars_per_word": .integer(100),
            "vocab": .object([
                "[PAD]": .integer(0), "[UNK]": .integer(1), "[CLS]": .integer(2),
                "[SEP]": .integer(3), "a": .integer(4), "##b": .integer(5),
            ]),
        ]),
    ]

    private static func added(
        _ content: String,
        _ id: Int64,
        normalized: Bool = false
    ) -> JSONValue {
        .object([
            "id": .integer(id), "content": .string(content), "single_word": .bool(false),
            "lstrip": .bool(false), "rstrip": .bool(false), "normalized": .bool(normalized),
            "special": .bool(true),
        ])
    }

    private static func special(_ name: String, type: Int64 = 0) -> JSONValue {
        .object(["SpecialToken": .object(["id": .string(name), "type_id": .integer(type)])])
    }

    private static func sequence(_ name: String, type: Int64 = 0) -> JSONValue {
        .object(["Sequence": .object(["id": .string(name), "type_id": .integer(type)])])
    }

    /// The valid file with the member at `path` replaced, or taken out.
    private static func file(_ path: String, _ value: JSONValue?) -> JSONValue {
        replacing(path.split(separator: ".").map(String.init)[...], in: valid, by: value)
    }

    private static func replacing(
        _ path: ArraySlice<String>,
        in object: JSONObject,
        by value: JSONValue?
    ) -> JSONValue {
        guard let name = path.first else { return .object(object) }
        if path.count > 1 {
            var object = object
            object.set(
                name,
                replacing(path.dropFirst(), in: object[name]?.object ?? [:], by: value)
            )
            return .object(object)
        }
        var changed = JSONObject()
        for member in object.members where member.name != name {
            changed.insert(member.name, member.value)
        }
        if let value { changed.insert(name, value) }
        return .object(changed)
    }

    private func error(of json: JSONValue) throws -> TokenizerError {
        try #require(throws: TokenizerError.self) { try Tokenizer(json: json) }
    }

    @Test func `the valid file is valid`() throws {
        let tokenizer = try Tokenizer(json: .object(Self.valid))
        #expect(try tokenizer.encode("ab A<new>x") == [2, 4, 5, 4, 6, 1, 3])
        #expect(tokenizer.vocabularyCount == 7 && tokenizer.largestID == 6)
        #expect(tokenizer.id(of: "<new>") == 6 && tokenizer.token(of: 6) == "<new>")
    }

    @Test(arguments: [
        "model", "model.vocab", "model.unk_token", "model.continuing_subword_prefix",
        "model.max_input_chars_per_word", "normalizer.type", "normalizer.clean_text",
        "normalizer.handle_chinese_chars", "normalizer.lowercase", "pre_tokenizer.type",
        "post_processor.type", "post_processor.single", "post_processor.special_tokens",
        "post_processor.special_tokens.[CLS]", "post_processor.special_tokens.[SEP].ids",
        "truncation.max_length", "truncation.strategy", "truncation.stride", "padding.strategy",
        "padding.direction", "padding.pad_id", "padding.pad_type_id", "padding.pad_token",
    ])
    func `a missing member is named`(member: String) throws {
        #expect(try error(of: Self.file(member, nil)) == .missing(member: member))
    }

    @Test(arguments: [
        ("version", "a string"), ("truncation", "an object"), ("padding", "an object"),
        ("added_tokens", "an array"), ("normalizer", "an object"), ("pre_tokenizer", "an object"),
        ("post_processor", "an object"), ("model", "an object"), ("model.type", "a string"),
        ("model.vocab", "an object"), ("model.vocab.a", "an integer"),
        ("model.unk_token", "a string"), ("model.continuing_subword_prefix", "a string"),
        ("model.max_input_chars_per_word", "an integer"), ("normalizer.type", "a string"),
        ("normalizer.clean_text", "a boolean"), ("normalizer.strip_accents", "a boolean"),
        ("post_processor.single", "an array"), ("post_processor.special_tokens.[CLS]", "an object"),
        ("post_processor.special_tokens.[CLS].ids", "an array"),
        ("truncation.max_length", "an integer"), ("truncation.direction", "a string"),
        ("padding.pad_id", "an integer"), ("padding.pad_to_multiple_of", "an integer"),
    ])
    func `a member of the wrong type is named`(member: String, expected: String) throws {
        #expect(
            try error(of: Self.file(member, .number(1.5)))
                == .wrongType(member: member, expected: expected, found: "a number")
        )
    }

    @Test func `a file that is no object is refused`() throws {
        #expect(
            try error(of: .array([]))
                == .wrongType(member: "the file", expected: "an object", found: "an array")
        )
    }

    @Test(arguments: [
        ("version", "2.0"), ("normalizer.type", "NFKC"), ("pre_tokenizer.type", "ByteLevel"),
        ("post_processor.type", "RobertaProcessing"), ("model.type", "Unigram"),
        ("truncation.strategy", "OnlySecond"),
    ])
    func `a kind that is not supported is named`(member: String, value: String) throws {
        let error = try error(of: Self.file(member, .string(value)))
        guard case .unsupported(member, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(arguments: [
        "surprise", "model.merges", "model.dropout", "normalizer.surprise",
        "pre_tokenizer.surprise",
        "post_processor.surprise", "post_processor.special_tokens.[CLS].surprise",
        "truncation.surprise", "padding.surprise",
    ])
    func `a member that would be passed over is named`(member: String) throws {
        #expect(
            try error(of: Self.file(member, .null))
                == .unsupported(member: member, what: "this member")
        )
    }

    @Test(arguments: [-1, 1 << 31, .max, .min] as [Int64])
    func `an id out of range is named`(id: Int64) throws {
        #expect(
            try error(of: Self.file("model.vocab.a", .integer(id)))
                == .idOutOfRange(member: "model.vocab.a", token: "a", id: id)
        )
        #expect(
            try error(of: Self.file("padding.pad_id", .integer(id)))
                == .idOutOfRange(member: "padding.pad_id", token: "[PAD]", id: id)
        )
        #expect(
            try error(of: Self.file("added_tokens", .array([Self.added("a", id)])))
                == .idOutOfRange(member: "added_tokens[0].id", token: "a", id: id)
        )
        let ids = "post_processor.special_tokens.[CLS].ids"
        #expect(
            try error(of: Self.file(ids, .array([.integer(id)])))
                == .idOutOfRange(member: ids, token: "[CLS]", id: id)
        )
    }

    @Test func `sparse ids are legal`() throws {
        let tokenizer = try Tokenizer(
            json: Self.file("model.vocab.a", .integer(Int64(Int32.max)))
        )
        #expect(tokenizer.token(of: .max) == "a" && tokenizer.token(of: 4) == nil)
        #expect(try tokenizer.encode("a") == [2, .max, 3])
    }

    @Test func `two tokens with one id are named`() throws {
        #expect(
            try error(of: Self.file("model.vocab.##b", .integer(4)))
                == .duplicateID(4, tokens: ["a", "##b"])
        )
    }

    @Test func `canonically equivalent tokens are different`() throws {
        let vocabulary: JSONObject = [
            "[UNK]": .integer(0), "[CLS]": .integer(2), "[SEP]": .integer(3), "[PAD]": .integer(1),
            "\u{E9}": .integer(4), "e\u{301}": .integer(5),
        ]
        var json = try #require(Self.file("model.vocab", .object(vocabulary)).object)
        json.set("normalizer", .null)
        let tokenizer = try Tokenizer(json: .object(json))
        #expect(try tokenizer.encode("\u{E9} e\u{301}") == [2, 4, 5, 3])
        #expect(tokenizer.id(of: "\u{E9}") == 4 && tokenizer.id(of: "e\u{301}") == 5)
    }

    @Test func `added tokens that cannot be are named`() throws {
        func error(_ tokens: JSONValue...) throws -> TokenizerError {
            try self.error(of: Self.file("added_tokens", .array(tokens)))
        }
        #expect(
            try error(Self.added("[CLS]", 3))
                == .conflictingID(
                    member: "added_tokens[0].id",
                    token: "[CLS]",
                    expected: 2,
                    found: 3
                )
        )
        #expect(
            try error(Self.added("<new>", 7))
                == .conflictingID(
                    member: "added_tokens[0].id",
                    token: "<new>",
                    expected: 6,
                    found: 7
                )
        )
        #expect(try error(Self.added("a", 4), Self.added("a", 4)) == .duplicateToken("a"))
        #expect(
            try error(Self.added("", 6))
                == .invalid(member: "added_tokens[0].content", reason: "an empty token")
        )
        #expect(
            try error(Self.added(String(repeating: "x", count: 257), 6))
                == .unsupported(
                    member: "added_tokens[0].content",
                    what: "an added token of more than 256 bytes"
                )
        )
        #expect(
            try error(.string("x"))
                == .wrongType(member: "added_tokens[0]", expected: "an object", found: "a string")
        )
        let invisible = try error(Self.added("\u{200B}", 6, normalized: true))
        guard case .invalid("added_tokens", _) = invisible else {
            Issue.record("\(invisible)")
            return
        }
    }

    @Test(
        arguments: [
            [special("[CLS]"), special("[SEP]")], [sequence("B")], [sequence("A"), sequence("A")],
            [sequence("A", type: 1)], [special("[CLS]", type: 1), sequence("A")], [special("[X]")],
            [.null], [.object([:])], [.object(["Sequence": .null])],
        ] as [[JSONValue]]
    )
    func `templates that make no sense are refused`(template: [JSONValue]) throws {
        let error = try error(of: Self.file("post_processor.single", .array(template)))
        #expect(error.description.hasPrefix("post_processor."))
    }

    @Test func `special tokens that are no tokens are refused`() throws {
        let ids = "post_processor.special_tokens.[CLS].ids"
        #expect(
            try error(of: Self.file(ids, .array([.integer(99)])))
                == .invalid(member: "post_processor", reason: "no token has the id 99")
        )
        #expect(
            try error(of: Self.file("padding.pad_id", .integer(99)))
                == .invalid(member: "padding.pad_id", reason: "no token has the id 99")
        )
        #expect(
            try error(of: Self.file("model.unk_token", .string("x")))
                == .invalid(member: "model.unk_token", reason: "\"x\" is not in the vocabulary")
        )
        let bert: JSONValue = .object([
            "type": .string("BertProcessing"), "cls": .array([.string("[CLS]")]),
            "sep": .array([.string("[SEP]"), .integer(3)]),
        ])
        #expect(
            try error(of: Self.file("post_processor", bert))
                == .invalid(member: "post_processor.cls", reason: "not a token and its id")
        )
    }

    @Test func `limits that cannot be kept are refused`() throws {
        #expect(
            try error(of: Self.file("truncation.max_length", .integer(1)))
                == .limitTooSmall(limit: 1, specialTokenCount: 2)
        )
        #expect(
            try error(of: Self.file("truncation.max_length", .integer(-1)))
                == .invalid(member: "truncation.max_length", reason: "-1 is below 0")
        )
        let unlimited = try error(
            of: Self.file("model.max_input_chars_per_word", .integer(.max))
        )
        guard case .unsupported("model.max_input_chars_per_word", _) = unlimited else {
            Issue.record("\(unlimited)")
            return
        }
    }

    @Test func `a file is named with what is wrong in it`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("tokenizer.json")
        let missing = try #require(throws: TokenizerError.self) { try Tokenizer(file: path) }
        guard case .inFile(path, .unreadable(.system("open", path, _))) = missing else {
            Issue.record("\(missing)")
            return
        }
        try Data("{\"model\":".utf8).write(to: URL(fileURLWithPath: path))
        let broken = try #require(throws: TokenizerError.self) { try Tokenizer(file: path) }
        guard case .inFile(path, .malformed(.malformed(.unexpectedEnd, _))) = broken else {
            Issue.record("\(broken)")
            return
        }
        let twice = #"{"model":{"vocab":{"a":0,"a":1}}}"#
        try Data(twice.utf8).write(to: URL(fileURLWithPath: path))
        let double = try #require(throws: TokenizerError.self) { try Tokenizer(file: path) }
        #expect(
            double.description
                == "\(path): not JSON: line 1, column 26 (byte 25): "
                + "the object has more than one member named \"a\""
        )
        try Data(try JSONValue.object(Self.valid).serialized().utf8)
            .write(to: URL(fileURLWithPath: path))
        #expect(try Tokenizer(file: path).encode("a") == [2, 4, 3])
    }

    @Test func `a directory and a sparse giant are refused`() throws {
        let directory = TemporaryDirectory()
        #expect(throws: TokenizerError.self) { try Tokenizer(file: directory.path) }
        let path = directory.file("giant.json")
        try Data().write(to: URL(fileURLWithPath: path))
        try #require(truncate(path, 1 << 33) == 0)
        let error = try #require(throws: TokenizerError.self) { try Tokenizer(file: path) }
        #expect(
            error == .inFile(path: path, .tooLarge(byteCount: 1 << 33, limit: 1 << 28))
        )
    }

    /// Whatever single value stands wherever, reading ends, and what is read can encode.
    @Test func `no value in any place traps`() throws {
        let values: [JSONValue] = [
            .null, .bool(false), .integer(-1), .integer(.max), .unsigned(.max), .number(0.5),
            .string(""), .string("\u{0}"), .array([]), .array([.null]), .object([:]),
            .object(["": .integer(0)]),
        ]
        var accepted = 0
        for path in Self.paths(in: Self.valid, "") {
            for value in [nil] + values {
                guard let tokenizer = try? Tokenizer(json: Self.file(path, value)) else { continue }
                accepted += 1
                _ = try tokenizer.encode("ab <new> \u{E9}\u{0}[CLS]", maximumTokenCount: 100)
            }
        }
        #expect(accepted > 20)
    }

    private static func paths(in object: JSONObject, _ prefix: String) -> [String] {
        object.members.flatMap { member in
            [prefix + member.name]
                + paths(in: member.value.object ?? [:], prefix + member.name + ".")
        }
    }
}
