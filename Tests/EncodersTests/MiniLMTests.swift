import Encoders
import Foundation
import JSON
import Quiver
import TestSupport
import Testing

/// One line of `minilm-embeddings.jsonl`: what sentence-transformers makes of a text.
struct ReferenceEmbedding {
    let text: String
    let maximumTokenCount: Int
    let embedding: [Float]

    static func all() throws -> [ReferenceEmbedding] {
        let url = try #require(
            Bundle.module.url(forResource: "Resources/minilm-embeddings", withExtension: "jsonl")
        )
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map { line in
            let object = try #require(try JSONValue(parsing: Array(line)).object)
            return ReferenceEmbedding(
                text: try #require(object["text"]?.string),
                maximumTokenCount: try #require(object["max_tokens"]?.int),
                embedding: try #require(object["embedding"]?.array).compactMap {
                    $0.double.map(Float.init)
                }
            )
        }
    }
}

func cosine(_ left: some Swift.Collection<Float>, _ right: some Swift.Collection<Float>) -> Double {
    var (product, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (a, b) in zip(left, right) {
        product += Double(a) * Double(b)
        leftSquares += Double(a) * Double(a)
        rightSquares += Double(b) * Double(b)
    }
    return product / (leftSquares * rightSquares).squareRoot()
}

extension SentenceEncoder {
    /// Encodes on one thread unless told otherwise, without progress.
    func rows(_ texts: [String], role: EncoderRole = .document, threadCount: Int = 1) throws
        -> [ArraySlice<Float>]
    {
        let all = try encode(texts, EncodingRequest(role: role, threadCount: threadCount))
        return texts.indices.map { all.rows(of: $0) }
    }
}

@Suite(
    .enabled(if: FetchedData.mayTest(FetchedData.miniLM), Comment(rawValue: FetchedData.missing))
)
struct `The encoder all-MiniLM-L6-v2` {
    private func encoder(maximumTokenCount: Int? = nil) throws -> SentenceEncoder {
        let folder = try #require(FetchedData.miniLM, "fetched data is missing")
        return try SentenceEncoder(folder: folder, maximumTokenCount: maximumTokenCount)
    }

    @Test func `agrees with sentence-transformers on every reference text`() throws {
        let references = try ReferenceEmbedding.all()
        #expect(references.count >= 200)
        for (limit, group) in Dictionary(grouping: references, by: \.maximumTokenCount) {
            let rows = try encoder(maximumTokenCount: limit).rows(group.map(\.text), threadCount: 2)
            for (row, reference) in zip(rows, group) {
                #expect(reference.embedding.count == 384)
                #expect(cosine(row, reference.embedding) >= 0.99999, "\(reference.text.prefix(60))")
            }
        }
    }

    @Test func `its folder says how it pools, normalises and cuts`() throws {
        let encoder = try encoder()
        #expect(encoder.dimension == 384)
        #expect(encoder.pooling == .mean)
        #expect(encoder.normalises)
        #expect(encoder.maximumTokenCount == 256)
        #expect(encoder.identity.hash.utf8.count == 32)
    }

    @Test func `the published cosines are found`() throws {
        let rows = try encoder().rows([
            "A man is eating food.", "A man is eating a piece of bread.",
            "The girl is carrying a baby.",
        ])
        #expect(abs(cosine(rows[0], rows[1]) - 0.7553) < 1e-4)
        #expect(abs(cosine(rows[0], rows[2]) - -0.1050) < 1e-4)
    }

    @Test func `neither batch nor thread count changes a row`() throws {
        let encoder = try encoder()
        let texts = try ReferenceEmbedding.all().map(\.text)
        let together = try encoder.rows(texts, threadCount: 1)
        #expect(try encoder.rows(texts, threadCount: 3) == together)
        for index in stride(from: 0, to: texts.count, by: 41) {
            #expect(try encoder.rows([texts[index]], threadCount: 2) == [together[index]])
        }
    }

    /// What collections remember since before encoders had requests.
    @Test func `the identity of its sentences stays`() throws {
        #expect(try encoder().identity.hash == "d02d9562cedeabe747b10b184ecffa48")
    }

    @Test func `tokens' rows have the sentence as their mean`() throws {
        let folder = try #require(FetchedData.miniLM)
        let tokens = try TokenEncoder(folder: folder, includesSpecialTokens: true)
        let text = "An institution that lends money."
        let encoded = try tokens.encode([text], EncodingRequest(role: .document))
        #expect(encoded.rowCount == 9 && encoded.tokenCounts == [9])
        let mean = (0..<384).map { column in
            (0..<9).reduce(Float(0)) { $0 + encoded.rows[$1 * 384 + column] }
        }
        #expect(cosine(mean, try encoder().rows([text])[0]) > 0.999999)
    }

    @Test func `a text of ten megabytes is cut, not refused`() throws {
        let long = String(repeating: "many words ", count: 1 << 20)
        let rows = try encoder().rows([long, String(long.prefix(4000))])
        #expect(rows[0].elementsEqual(rows[1]))
    }
}
