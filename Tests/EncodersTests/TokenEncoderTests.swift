import Encoders
import Quiver
import Tensors
import TestSupport
import Testing

@Suite struct `Encoding tokens` {
    private let tiny: TinyEncoder

    init() throws {
        tiny = try TinyEncoder()
    }

    private func open(
        maximumTokenCount: Int? = nil,
        special: Bool = false,
        _ reduction: PrincipalComponents? = nil
    ) throws -> TokenEncoder {
        try TokenEncoder(
            folder: tiny.folder.path,
            maximumTokenCount: maximumTokenCount,
            includesSpecialTokens: special,
            reduction: reduction
        )
    }

    private let documents = EncodingRequest(role: .document)

    private func reduction(to count: Int) throws -> PrincipalComponents {
        let encoder = try open()
        var training = PrincipalComponentsTraining(dimension: 12)
        let texts = ["abc def", "ghi j", "a b c d e f g h i j", "jihgfedcba"]
        training.add(try encoder.encode(texts, documents).rows[...])
        return try #require(training.components(count, source: encoder.reductionSource))
    }

    @Test func `gives each token's last state, its number and its bytes`() throws {
        let encoded = try open().encode([" ab  C", "", "é"], documents)
        let states = tiny.reference.hiddenStates([1, 5, 16, 7, 2]) { max(0, $0) }
        #expect(encoded.textCount == 3 && encoded.rowRange(of: 0) == 0..<3)
        for row in 0..<3 {
            for column in 0..<12 {
                let found = Double(encoded.rows[row * 12 + column])
                #expect(abs(found - states[row + 1][column]) < 1e-4)
            }
        }
        #expect(encoded.rowRange(of: 1).isEmpty)
        #expect(encoded.tokenCounts == [5, 2, 3])
        let columns = encoded.columns(of: 0)
        #expect(columns["token"] == .int32([5, 16, 7]))
        #expect(columns["position"] == .int32([1, 2, 3]))
        #expect(columns["start"] == .int32([1, 2, 5]))
        #expect(columns["end"] == .int32([2, 3, 6]))
        #expect(encoded.columns(of: 2)["end"] == .int32([2]))
        let encoder = try open()
        #expect(Set(encoded.columns.keys) == Set(encoder.rowColumns.map(\.name)))
        #expect(!encoder.givesOneRow)
    }

    @Test func `gives special tokens as well where that is asked for`() throws {
        let encoded = try open(special: true).encode(["ab", ""], documents)
        #expect(encoded.rowCount == 6)
        #expect(encoded.columns(of: 0)["token"] == .int32([1, 5, 16, 2]))
        #expect(encoded.columns(of: 0)["start"] == .int32([0, 0, 1, 2]))
        #expect(encoded.columns(of: 0)["end"] == .int32([0, 1, 2, 2]))
        let plain = try open().encode(["ab"], documents)
        #expect(Array(encoded.rows[12..<36]) == plain.rows)
    }

    @Test func `counts bytes from the text's beginning, not from its prefix's`() throws {
        try tiny.write(
            "config_sentence_transformers.json",
            #"{"prompts": {"query": "ab ", "passage": ""}}"#
        )
        let query = EncodingRequest(role: .query)
        let encoded = try open().encode(["c d"], query)
        #expect(encoded.columns["token"] == .int32([7, 8]))
        #expect(encoded.columns["start"] == .int32([0, 2]))
        #expect(encoded.columns["position"] == .int32([3, 4]))
        #expect(encoded.tokenCounts == [6])
        #expect(try open().encode([""], query).rowCount == 0)
        #expect(try open(special: true).encode([""], query).rowCount == 4)
    }

    @Test func `gives the same rows whatever the batches and threads`() throws {
        var random = SplitMix64(seed: 5)
        let texts = (0..<1500).map { _ in
            String(
                (0..<Int.random(in: 0...50, using: &random)).map { _ in
                    "abcdefghij ".randomElement(using: &random) ?? "a"
                }
            )
        }
        for reduction in [nil, try reduction(to: 5)] {
            let encoder = try open(reduction)
            let together = try encoder.encode(texts, documents)
            var request = documents
            request.threadCount = 3
            request.tokenBudget = 7
            #expect(try encoder.encode(texts, request) == together)
            for index in stride(from: 0, to: texts.count, by: 131) {
                let alone = try encoder.encode([texts[index]], documents)
                #expect(alone.rows.elementsEqual(together.rows(of: index)))
                #expect(alone.columns(of: 0) == together.columns(of: index))
            }
        }
    }

    @Test func `reduces rows by principal components`() throws {
        let reduction = try reduction(to: 4)
        let encoder = try open(reduction)
        #expect(encoder.dimension == 4)
        let whole = try open().encode(["abcj"], documents)
        let reduced = try encoder.encode(["abcj"], documents)
        #expect(reduced.columns == whole.columns && reduced.dimension == 4)
        for row in 0..<4 {
            for output in 0..<4 {
                let expected = (0..<12).reduce(Float(0)) { sum, column in
                    sum + reduction.components[output * 12 + column]
                        * (whole.rows[row * 12 + column] - reduction.mean[column])
                }
                #expect(abs(reduced.rows[row * 4 + output] - expected) < 1e-4)
            }
        }
        var prefix = documents
        prefix.prefixDimension = 2
        let cut = try encoder.encode(["abcj"], prefix)
        let expected = (0..<4).flatMap { Array(reduced.rows(of: 0)[$0 * 4..<$0 * 4 + 2]) }
        #expect(cut.rows == expected)
    }

    @Test func `refuses a reduction of another model`() throws {
        let reduction = try reduction(to: 4)
        try ReferenceBERT(seed: 100).write(to: tiny.folder.file("model.safetensors"))
        let error = #expect(throws: EncoderError.self) { try open(reduction) }
        guard case .reductionMismatch = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `has an identity for everything that decides its rows`() throws {
        var cut = documents
        cut.maximumTokenCount = 5
        var prefix = documents
        prefix.prefixDimension = 2
        let four = try reduction(to: 4)
        let encoders = [
            try open(), try open(special: true), try open(four), try open(reduction(to: 5)),
        ]
        let sentences = try SentenceEncoder(folder: tiny.folder.path)
        var identities = [sentences.identity, sentences.identity(for: cut)]
        for encoder in encoders {
            identities += [
                encoder.identity, encoder.identity(for: cut), encoder.identity(for: prefix),
            ]
        }
        #expect(Set(identities).count == identities.count)
        #expect(try open().identity == encoders[0].identity)
        #expect(try open(four).identity == encoders[2].identity)
        #expect(try open(maximumTokenCount: 5).identity == encoders[0].identity(for: cut))
        cut.maximumTokenCount = 1000
        cut.prefixDimension = 12
        cut.role = .query
        #expect(encoders[0].identity(for: cut) == encoders[0].identity)
    }
}
