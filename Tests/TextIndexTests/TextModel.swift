import Glibc
import TestSupport
import TextIndex

/// What a text index must find, in the obvious way.
struct TextModel {
    /// The terms of each document.
    var documents: [[String]]

    static let vocabulary = [
        "a", "ab", "abc", "abd", "b", "ba", "cat", "catalog", "cats", "dog", "dogma", "e", "zebra",
        "of", "the",
    ]

    /// Texts of words of which a few are in most documents and most in few.
    static func random(count: Int, seed: UInt64) -> TextModel {
        var random = SplitMix64(seed: seed)
        return TextModel(
            documents: (0..<count).map { _ in
                (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                    let most = Int.random(in: 1...vocabulary.count, using: &random)
                    return vocabulary[vocabulary.count - Int.random(in: 1...most, using: &random)]
                }
            }
        )
    }

    func index() throws -> InvertedIndex {
        var builder = TextIndexBuilder(Analysis())
        for terms in documents {
            let text = Array(terms.joined(separator: " ").utf8)
            try builder.append(text.span)
        }
        var bytes = TextIndexBytes()
        try builder.write(to: &bytes)
        return try InvertedIndex(TextIndexMemory(bytes))
    }

    var statistics: TextStatistics {
        TextStatistics(
            documentCount: documents.count { !$0.isEmpty },
            tokenCount: documents.reduce(0) { $0 + $1.count }
        )
    }

    /// How often a clause is in a document.
    static func occurrences(of clause: TextClause, in terms: [String]) -> Int {
        switch clause {
        case .term(let term): terms.count { Array($0.utf8) == term }
        case .prefix(let prefix): terms.count { Array($0.utf8).starts(with: prefix) }
        case .phrase(let phrase):
            terms.indices.count { start in
                start + phrase.count <= terms.count
                    && zip(terms[start...], phrase).allSatisfy { Array($0.utf8) == $1 }
            }
        case .dimension: 0
        }
    }

    /// Every hit, best first.
    func hits(
        _ clauses: [(role: TextSearch.Role, clause: TextClause, boost: Double)],
        _ bm25: BM25
    ) -> [TextHitModel] {
        let statistics = statistics
        let mean =
            Double(statistics.tokenCount) / Double(max(1, statistics.documentCount))
        let counts = clauses.map { clause in
            documents.map { Double(Self.occurrences(of: clause.clause, in: $0)) }
        }
        let weights = zip(clauses, counts).map { clause, counts in
            let found = Double(counts.count { $0 > 0 })
            return clause.boost
                * log(1 + (Double(statistics.documentCount) - found + 0.5) / (found + 0.5))
        }
        var hits: [TextHitModel] = []
        for (number, terms) in documents.enumerated() {
            let norm = 1 - bm25.b + bm25.b * Double(terms.count) / mean
            var score = 0.0
            var isHit = false
            var isOut = false
            for (place, clause) in clauses.enumerated() {
                let count = counts[place][number]
                switch clause.role {
                case .mustNot: if count > 0 { isOut = true }
                case .must where count == 0: isOut = true
                case .should where count == 0: break
                case .must, .should:
                    isHit = true
                    score += weights[place] * count / (count + bm25.k1 * norm)
                }
            }
            if isHit, !isOut { hits.append(TextHitModel(document: UInt32(number), score: score)) }
        }
        return hits.sorted {
            $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document
        }
    }
}

struct TextHitModel: Hashable {
    let document: UInt32
    let score: Double
}

extension InvertedIndex {
    /// A search of this index alone.
    func search(
        _ clauses: [(role: TextSearch.Role, clause: TextClause, boost: Double)],
        _ bm25: BM25
    ) throws -> TextSearch {
        var search = TextSearch()
        for (role, clause, boost) in clauses {
            let matches = try matches(of: clause)
            let idf = statistics.inverseDocumentFrequency(of: matches.documentCount)
            try search.append(role, [(matches, boost * idf, .bm25(bm25, statistics))])
        }
        return search
    }
}

/// Whether what was found is what the model says: the same scores, and the same documents but for ties.
func difference(_ found: [TextHit], _ expected: [TextHitModel], k: Int) -> String? {
    guard found.count == min(k, expected.count) else {
        return "\(found.count) hits, expected \(min(k, expected.count))"
    }
    let scores = Dictionary(uniqueKeysWithValues: expected.map { ($0.document, $0.score) })
    for (place, hit) in found.enumerated() {
        guard let score = scores[hit.document] else { return "document \(hit.document) is no hit" }
        guard abs(score - Double(hit.score)) < 1e-5 * max(1, score) else {
            return "document \(hit.document) has \(hit.score), expected \(score)"
        }
        guard abs(expected[place].score - Double(hit.score)) < 1e-5 * max(1, score) else {
            return "place \(place) has \(hit.score), expected \(expected[place].score)"
        }
    }
    return nil
}
