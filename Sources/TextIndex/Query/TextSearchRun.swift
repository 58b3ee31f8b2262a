/// A search under way.
struct TextSearchRun {
    private var best: BestHits
    private let roles: [TextSearch.Role]
    /// Those whose scores count, the one with the least maximum first.
    private var lists: [TextSearch.List]
    /// `ceilings[n]` is what the first `n` lists give together at most.
    private let ceilings: [Double]
    private var excluded: [TextSearch.List]
    /// Clauses without which nothing is a hit.
    private let required: [Int]
    /// In the order in which scores are added up, whatever the lists' order: sums of floats depend on it.
    private var scores: [Double]
    private let places: [Int]

    init(_ search: TextSearch, k: Int) {
        best = BestHits(k: k)
        roles = search.roles
        excluded = search.lists.filter { search.roles[$0.clause] == .mustNot }
        let counted = search.lists.enumerated().filter {
            search.roles[$0.element.clause] != .mustNot
        }.sorted { $0.element.maximum < $1.element.maximum }
        lists = counted.map(\.element)
        places = counted.map(\.offset)
        scores = [Double](repeating: 0, count: search.lists.count)
        var ceilings = [0.0]
        for list in counted { ceilings.append(ceilings[ceilings.count - 1] + list.element.maximum) }
        self.ceilings = ceilings
        required = search.roles.indices.filter { search.roles[$0] == .must }
    }

    mutating func best(where admits: (UInt32) throws -> Bool) throws -> [TextHit] {
        if required.isEmpty {
            try findAny(admits)
        } else {
            try findAll(admits)
        }
        return best.sorted()
    }

    mutating func best(among documents: [UInt32]) throws -> [TextHit] {
        for document in documents {
            for list in lists.indices { try lists[list].cursor.advance(to: document) }
            try take(document) { _ in true }
        }
        return best.sorted()
    }

    /// A sum of bounds may fall short of a sum of scores by what rounding makes of it.
    private static let slack = 1 + 1e-9

    /// No clause must be there.
    private mutating func findAny(_ admits: (UInt32) throws -> Bool) throws {
        /// Lists before it bring no document among the best by themselves.
        var essential = 0
        while true {
            let threshold = best.threshold
            while essential < lists.count, ceilings[essential + 1] * Self.slack <= threshold {
                essential += 1
            }
            guard essential < lists.count else { return }
            var document = PostingsCursor.end
            for list in essential..<lists.count {
                document = min(document, lists[list].cursor.document)
            }
            guard document != PostingsCursor.end else { return }
            if threshold > 0, let next = try passedOver(from: document, essential, threshold) {
                for list in essential..<lists.count { try lists[list].cursor.advance(to: next) }
                continue
            }
            var sum = 0.0
            for list in essential..<lists.count where lists[list].cursor.document == document {
                sum += lists[list].score()
            }
            var list = essential - 1
            while list >= 0, (sum + ceilings[list + 1]) * Self.slack > threshold {
                try lists[list].cursor.advance(to: document)
                if lists[list].cursor.document == document { sum += lists[list].score() }
                list -= 1
            }
            // Where the loop was left early, the document is not among the best.
            if list < 0, sum * Self.slack > threshold { try take(document, admits) }
            for list in essential..<lists.count where lists[list].cursor.document == document {
                try lists[list].cursor.next()
            }
        }
    }

    /// Where the next document may be that could be among the best, if the blocks that hold `document` have none; `nil` if they may have one.
    private func passedOver(
        from document: UInt32,
        _ essential: Int,
        _ threshold: Double
    ) throws -> UInt32? {
        var ceiling = ceilings[essential]
        var last = Int(PostingsCursor.end) - 1
        for list in essential..<lists.count {
            guard let block = lists[list].cursor.bounds(from: document) else { continue }
            last = min(last, block.last)
            // A document of a list that has not come so far has no score from it before that.
            var most = block.bounds.isEmpty ? lists[list].maximum : 0
            for bound in block.bounds {
                most = max(most, lists[list].weight * lists[list].weighting.score(bound))
            }
            ceiling += most
        }
        guard ceiling * Self.slack <= threshold, last >= Int(document) else { return nil }
        return UInt32(min(last + 1, Int(PostingsCursor.end)))
    }

    /// Some clauses must be there: the documents of the rarest are gone through.
    private mutating func findAll(_ admits: (UInt32) throws -> Bool) throws {
        var leaders: [Int] = []
        var least = Int.max
        for clause in required {
            let own = lists.indices.filter { lists[$0].clause == clause }
            let count = own.reduce(0) { $0 + lists[$1].cursor.documentCount }
            if count < least {
                least = count
                leaders = own
            }
        }
        while true {
            var document = PostingsCursor.end
            for list in leaders { document = min(document, lists[list].cursor.document) }
            guard document != PostingsCursor.end,
                ceilings[lists.count] * Self.slack > best.threshold
            else { return }
            for list in lists.indices { try lists[list].cursor.advance(to: document) }
            try take(document, admits)
            for list in leaders where lists[list].cursor.document == document {
                try lists[list].cursor.next()
            }
        }
    }

    /// Takes in a document that every list has come to.
    private mutating func take(
        _ document: UInt32,
        _ admits: (UInt32) throws -> Bool
    ) throws {
        var isFound = false
        for place in scores.indices { scores[place] = 0 }
        for list in lists.indices where lists[list].cursor.document == document {
            scores[places[list]] = lists[list].score()
            isFound = true
        }
        for clause in required {
            let isThere = lists.contains { $0.clause == clause && $0.cursor.document == document }
            if !isThere { return }
        }
        guard isFound else { return }
        let sum = scores.reduce(0, +)
        guard sum > best.threshold else { return }
        for list in excluded.indices {
            try excluded[list].cursor.advance(to: document)
            if excluded[list].cursor.document == document { return }
        }
        if try admits(document) { best.insert(TextHit(document: document, score: sum)) }
    }
}
