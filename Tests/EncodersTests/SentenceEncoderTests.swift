import Encoders
import Quiver
import TestSupport
import Testing
import Tokenizers
import Transformers

@Suite struct `Encoding texts` {
    private let tiny: TinyEncoder

    init() throws {
        tiny = try TinyEncoder()
    }

    private func open() throws -> SentenceEncoder {
        try SentenceEncoder(folder: tiny.folder.path)
    }

    /// The reference's states of `[CLS] … [SEP]`, one row a token.
    private func states(_ tokens: [Int32]) -> [[Double]] {
        tiny.reference.hiddenStates([1] + tokens + [2]) { max(0, $0) }
    }

    @Test(arguments: [
        ("mean", Pooling.mean), ("cls", .cls), ("max", .max),
        ("mean_sqrt_len_tokens", .meanSquareRootLength),
    ])
    func `pooling and normalisation are those of the folder`(name: String, pooling: Pooling) throws
    {
        let flag = name == "cls" || name == "max" || name == "mean" ? "\(name)_token" : name
        let old =
            #"{"pooling_mode_\#(name == "cls" ? flag : name.hasSuffix("tokens") ? name : "\(name)_tokens")": true}"#
        for configuration in [#"{"pooling_mode": "\#(name)"}"#, old] {
            for normalises in [false, true] {
                try tiny.writeModules(pooling: configuration, normalises: normalises)
                let encoder = try open()
                #expect(encoder.pooling == pooling)
                let row = try encoder.rows(["ab"])[0].map(Double.init)
                let rows = states([5, 16])
                var expected = (0..<12).map { column in
                    let values = rows.map { $0[column] }
                    let sum = values.reduce(0, +)
                    return switch pooling {
                    case .mean: sum / 4
                    case .cls: values[0]
                    case .max: values.max() ?? 0
                    case .meanSquareRootLength: sum / 2
                    }
                }
                if normalises {
                    let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
                    expected = expected.map { $0 / norm }
                }
                for (found, expected) in zip(row, expected) {
                    #expect(abs(found - expected) < 1e-4)
                }
            }
        }
    }

    @Test func `rows come back in the order of the texts, whatever their lengths`() throws {
        var random = SplitMix64(seed: 7)
        let texts = (0..<5000).map { _ in
            String(
                (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    "abcdefghij ".randomElement(using: &random) ?? "a"
                }
            )
        }
        let encoder = try open()
        let together = try encoder.rows(texts, threadCount: 3)
        for index in stride(from: 0, to: texts.count, by: 97) {
            #expect(try encoder.rows([texts[index]])[0].elementsEqual(together[index]))
        }
        #expect(
            try encoder.rows(texts, threadCount: 1).elementsEqual(
                together,
                by: { $0.elementsEqual($1) }
            )
        )
    }

    @Test func `no texts give no rows`() throws {
        #expect(try open().rows([]).isEmpty)
    }

    @Test func `prefixes of the two roles are put before a text`() throws {
        try tiny.write(
            "config_sentence_transformers.json",
            #"{"prompts": {"query": "a ", "passage": "b "}}"#
        )
        let encoder = try open()
        try tiny.remove("config_sentence_transformers.json")
        let plain = try open()
        #expect(try encoder.rows(["c"], role: .query) == plain.rows(["a c"]))
        #expect(try encoder.rows(["c"], role: .document) == plain.rows(["b c"]))
        #expect(encoder.identity != plain.identity)
    }

    @Test func `texts are cut at the folder's length, which the caller may change`() throws {
        #expect(try open().maximumTokenCount == 40)
        try tiny.write(
            "sentence_bert_config.json",
            #"{"max_seq_length": 5, "do_lower_case": false}"#
        )
        let encoder = try open()
        #expect(encoder.maximumTokenCount == 5)
        #expect(try encoder.rows(["a b c d e f"]) == encoder.rows(["a b c"]))
        let longer = try SentenceEncoder(folder: tiny.folder.path, maximumTokenCount: 1000)
        #expect(longer.maximumTokenCount == 40)
        #expect(longer.identity != encoder.identity)
    }

    @Test func `a request may cut texts, but not lengthen them`() throws {
        let encoder = try open()
        var request = EncodingRequest(role: .document, maximumTokenCount: 5)
        let cut = try encoder.encode(["a b c d e f"], request)
        #expect(cut.tokenCounts == [5])
        #expect(try cut.rows == encoder.encode(["a b c"], EncodingRequest(role: .document)).rows)
        let opened = try SentenceEncoder(folder: tiny.folder.path, maximumTokenCount: 5)
        #expect(encoder.identity(for: request) == opened.identity)
        #expect(encoder.identity(for: request) != encoder.identity)
        request.maximumTokenCount = 1000
        #expect(encoder.identity(for: request) == encoder.identity)
        #expect(try encoder.encode(["a b c d e f"], request).tokenCounts == [8])
        request.maximumTokenCount = 2
        #expect(throws: EncoderError.self) { try encoder.encode(["a"], request) }
    }

    @Test(arguments: [false, true])
    func `rows may be cut to a prefix, which has norm 1 where rows have`(normalises: Bool) throws {
        try tiny.writeModules(pooling: #"{"pooling_mode": "mean"}"#, normalises: normalises)
        let encoder = try open()
        let whole = try encoder.rows(["abc"])[0]
        let request = EncodingRequest(role: .document, prefixDimension: 5)
        let cut = try encoder.encode(["abc"], request)
        #expect(cut.dimension == 5 && encoder.dimension(for: request) == 5)
        var expected = Array(whole.prefix(5))
        if normalises {
            let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
            expected = expected.map { $0 / norm }
        }
        for (found, expected) in zip(cut.rows, expected) { #expect(abs(found - expected) < 1e-6) }
        #expect(encoder.identity(for: request) != encoder.identity)
        for count in [0, 13] {
            let wrong = EncodingRequest(role: .document, prefixDimension: count)
            #expect(throws: EncoderError.prefixOutOfRange(found: count, dimension: 12)) {
                try encoder.encode(["abc"], wrong)
            }
        }
    }

    @Test(arguments: [1, 30, 100_000]) func `the token budget changes no row`(budget: Int) throws {
        let texts = (0..<300).map { String("abcdefghij".prefix($0 % 10 + 1)) }
        let encoder = try open()
        let request = EncodingRequest(role: .document, tokenBudget: budget, threadCount: 2)
        let usual = EncodingRequest(role: .document)
        #expect(try encoder.encode(texts, request) == encoder.encode(texts, usual))
    }

    @Test func `progress counts up to all texts on the caller's thread`() throws {
        var counts: [Int] = []
        let texts = Array(repeating: "abcdefghij", count: 500)
        _ = try open().encode(texts, EncodingRequest(role: .document)) {
            counts.append($0)
            return true
        }
        #expect(counts.last == 500)
        #expect(counts == counts.sorted() && counts.count > 1)
    }

    @Test(arguments: [1, 2])
    func `a progress handler that says no cancels`(threadCount: Int) throws {
        let encoder = try open()
        let texts = Array(repeating: "abcdefghij", count: 2000)
        #expect(throws: CancellationError.self) {
            let request = EncodingRequest(role: .document, threadCount: threadCount)
            return try encoder.encode(texts, request) { _ in false }
        }
        #expect(try encoder.rows(["a"]).count == 1)
    }

    @Test func `the identity is that of weights, tokenizer, configuration and pooling`() throws {
        let identity = try open().identity
        #expect(try open().identity == identity)
        let twin = try TinyEncoder()
        #expect(try SentenceEncoder(folder: twin.folder.path).identity == identity)
        #expect(twin.folder.path != tiny.folder.path)
        try tiny.writeModules(pooling: #"{"pooling_mode": "cls"}"#, normalises: false)
        let pooled = try open().identity
        try tiny.writeModules(pooling: #"{"pooling_mode": "cls"}"#, normalises: true)
        let normalised = try open().identity
        try ReferenceBERT(seed: 100).write(to: tiny.folder.file("model.safetensors"))
        let other = try open().identity
        #expect(Set([identity, pooled, normalised, other]).count == 4)
    }
}
