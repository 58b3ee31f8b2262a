import Foundation
import JSON
import TestSupport
import Testing
import Tokenizers

/// What Hugging Face's `tokenizers` 0.23.3 gives for the same input.
enum References {
    static func lines(of file: String) throws -> [JSONObject] {
        try data(file).split(separator: UInt8(ascii: "\n")).map {
            let value = try JSONValue(parsing: Array($0))
            return try #require(value.object)
        }
    }

    static func object(_ file: String) throws -> JSONObject {
        let value = try JSONValue(parsing: data(file))
        return try #require(value.object)
    }

    static func data(_ file: String) throws -> [UInt8] {
        // Not `resourceURL`, which is the folder itself where that is named Resources.
        let file = Bundle.module.bundleURL.appendingPathComponent("Resources/\(file)")
        return Array(try Data(contentsOf: file))
    }

    static func ids(_ value: JSONValue?) throws -> [Int32] {
        try #require(value?.array).map { Int32(try #require($0.int)) }
    }

    static func realTokenizer() throws -> Tokenizer {
        let folder = try #require(FetchedData.miniLM)
        return try Tokenizer(file: folder + "/tokenizer.json")
    }
}

@Suite(.enabled(if: FetchedData.mayTest(FetchedData.miniLM), "\(FetchedData.missing)"))
struct `The real tokenizer` {
    @Test(arguments: [("bert-tokens.jsonl", 1500), ("bert-random.jsonl", 700)])
    func `gives the original's ids`(file: String, count: Int) throws {
        let tokenizer = try References.realTokenizer()
        let lines = try References.lines(of: file)
        #expect(lines.count == count)
        for (index, line) in lines.enumerated() {
            let text = try #require(line["text"]?.string)
            let ids = try References.ids(line["ids"])
            #expect(
                try tokenizer.encode(text) == ids,
                "line \(index + 1): \(text.debugDescription)"
            )
        }
    }

    @Test func `knows its tokens`() throws {
        let tokenizer = try References.realTokenizer()
        #expect(tokenizer.vocabularyCount == 30522)
        #expect(tokenizer.largestID == 30521)
        #expect(tokenizer.id(of: "[CLS]") == 101)
        #expect(tokenizer.token(of: 102) == "[SEP]")
        #expect(tokenizer.id(of: "##ing").flatMap(tokenizer.token(of:)) == "##ing")
        #expect(tokenizer.id(of: "no such token") == nil)
        #expect(tokenizer.token(of: 30522) == nil && tokenizer.token(of: -1) == nil)
        #expect(tokenizer.paddingID == 0)
        #expect(tokenizer.padding?.length == .fixed(128))
        #expect(tokenizer.truncation?.maximumTokenCount == 128)
        #expect(tokenizer.specialTokenCount == 2)
    }

    @Test func `a limit of the caller's replaces the file's`() throws {
        let tokenizer = try References.realTokenizer()
        let text = String(repeating: "word ", count: 1000)
        #expect(try tokenizer.encode(text).count == 128)
        #expect(try tokenizer.encode(text, maximumTokenCount: 256).count == 256)
        #expect(try tokenizer.encode(text, maximumTokenCount: .max).count == 1002)
        #expect(try tokenizer.encode(text, maximumTokenCount: 2) == [101, 102])
        #expect(try tokenizer.encode(text, maximumTokenCount: 3) == [101, 2773, 102])
        #expect(try tokenizer.encode(text, maximumTokenCount: 0, addingSpecialTokens: false) == [])
        #expect(throws: TokenizerError.limitTooSmall(limit: 1, specialTokenCount: 2)) {
            try tokenizer.encode(text, maximumTokenCount: 1)
        }
        #expect(throws: TokenizerError.limitTooSmall(limit: .min, specialTokenCount: 2)) {
            try tokenizer.encode(text, maximumTokenCount: .min)
        }
    }

    @Test func `a text cut into pieces gives what its parts give`() throws {
        let tokenizer = try References.realTokenizer()
        let lines = try References.lines(of: "bert-random.jsonl").compactMap { $0["text"]?.string }
        let whole = try tokenizer.encode(
            lines.joined(separator: " "),
            maximumTokenCount: .max,
            addingSpecialTokens: false
        )
        let parts = try lines.flatMap {
            try tokenizer.encode($0, maximumTokenCount: .max, addingSpecialTokens: false)
        }
        #expect(whole == parts)
    }

    @Test func `megabytes are encoded, or cut, at once`() throws {
        let tokenizer = try References.realTokenizer()
        let text = String(repeating: "ab\u{301}\u{4E2D}", count: 300_000)
        #expect(try tokenizer.encode(text).count == 128)
        let word = String(repeating: "a", count: 2_000_000)
        #expect(try tokenizer.encode(word) == [101, 100, 102])
    }

    @Test func `threads share a tokenizer`() async throws {
        let tokenizer = try References.realTokenizer()
        let text = "Several threads, one tokenizer: naïve café 中文."
        let expected = try tokenizer.encode(text)
        let results = try await withThrowingTaskGroup(of: [Int32].self) { group in
            for _ in 0..<64 { group.addTask { try tokenizer.encode(text) } }
            return try await group.reduce(into: [[Int32]]()) { $0.append($1) }
        }
        #expect(results.count == 64 && results.allSatisfy { $0 == expected })
    }
}

@Suite struct `Tokenizers of every kind that is supported` {
    @Test func `give the original's ids`() throws {
        var lines = try References.lines(of: "bert-variants.jsonl")
        var vocabulary = JSONObject()
        for (id, token) in try #require(lines.removeFirst()["vocab"]?.array).enumerated() {
            vocabulary.insert(try #require(token.string), .integer(Int64(id)))
        }
        #expect(lines.count > 30)
        for line in lines {
            var json = try #require(line["tokenizer"]?.object)
            var model = try #require(json["model"]?.object)
            model.set("vocab", .object(vocabulary))
            json.set("model", .object(model))
            let tokenizer = try Tokenizer(json: .object(json))
            for test in try #require(line["cases"]?.array) {
                let test = try #require(test.array)
                let text = try #require(test[0].string)
                let description = try
                    "\(text.debugDescription) \(#require(line["tokenizer"]).serialized())"
                #expect(try tokenizer.encode(text) == References.ids(test[1]), "\(description)")
                #expect(
                    try tokenizer.encode(text, addingSpecialTokens: false)
                        == References.ids(test[2]),
                    "\(description)"
                )
            }
        }
    }
}
