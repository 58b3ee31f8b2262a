/// A search under way.
struct TextSearchRun {
    private var best: BestHits
    /// Those whose scores count, the one with the least maximum first.
    private var lists: [ScoredList]
    /// `ceilings[n]` is what the first `n` lists give together at most.
    private let ceilings: [Double]
    private var excluded: [ScoredList]
    /// The bit of each clause that must be there.
    private var flags: [Int: UInt64] = [:]
    private var required: UInt64 = 0
    private var window = ScoreWindow()
    private var candidates: [ScoredCandidate] = []
    /// Documents are below it.
    private let documentBound: Int

    init(_ search: TextSearch, k: Int) throws {
        best = BestHits(k: k)
        excluded = search.lists.filter { search.roles[$0.clause] == .mustNot }
        lists = search.lists.filter { search.roles[$0.clause] != .mustNot }
            .sorted { $0.maximum < $1.maximum }
        var ceilings = [0.0]
        for list in lists { ceilings.append(ceilings[ceilings.count - 1] + Double(list.maximum)) }
        self.ceilings = ceilings
        documentBound = lists.reduce(0) { max($0, $1.cursor.bound) }
        for (clause, role) in search.roles.enumerated() where role == .must {
            guard flags.count < TextSearch.maximumRequiredCount else {
                throw TextIndexError.invalidQuery(
                    reason: "more than \(TextSearch.maximumRequiredCount) parts must be there",
                    offset: 0
                )
            }
            let flag = UInt64(1) << UInt64(flags.count)
            flags[clause] = flag
            required |= flag
        }
    }

    mutating func best(where admits: (UInt32) throws -> Bool) throws -> [TextHit] {
        if required == 0 {
            try findAny(admits)
        } else {
            try findAll(admits)
        }
        return best.sorted()
    }

    mutating func best(among documents: [UInt32]) throws -> [TextHit] {
        candidates = documents.map { ScoredCandidate(document: $0, score: 0, clauses: 0) }
        for list in lists.indices { try add(list) }
        try takeCandidates { _ in true }
        return best.sorted()
    }

    private func flag(_ list: Int) -> UInt64 {
        (flags[lists[list].clause] ?? 0) | ScoredCandidate.any
    }

    private mutating func add(_ list: Int) throws {
        try lists[list].add(to: &candidates, flag: flag(list))
    }

    /// What a sum of bounds must stay below: of floats that are rounded, it may fall short of a sum of scores.
    private var threshold: Double { Double(best.threshold) * (1 - 1e-6) }

    /// No clause must be there: goes from window to window, none of which passes the end of a block that matters.
    private mutating func findAny(_ admits: (UInt32) throws -> Bool) throws {
        var start = 0
        while true {
            let threshold = threshold
            // Before it no list brings a document among the best, nor do all of them together.
            var essential = 0
            while essential < lists.count, ceilings[essential + 1] <= threshold { essential += 1 }
            var next = Int(PostingsCursor.end)
            for list in essential..<lists.count {
                next = min(next, max(start, Int(lists[list].cursor.document)))
            }
            guard next < documentBound else { return }
            start = next
            var end = documentBound
            for list in essential..<lists.count {
                let first = max(start, Int(lists[list].cursor.document))
                if first < documentBound {
                    end = min(end, lists[list].blockEnd(from: first))
                }
            }
            end = max(end, start + 1)
            try search(start..<end, threshold, admits)
            start = end
        }
    }

    private mutating func search(
        _ range: Range<Int>,
        _ threshold: Double,
        _ admits: (UInt32) throws -> Bool
    ) throws {
        let maxima = lists.map { $0.maximum(in: range) }
        let order = lists.indices.sorted { maxima[$0] < maxima[$1] }
        var ceilings = [0.0]
        for list in order { ceilings.append(ceilings[ceilings.count - 1] + Double(maxima[list])) }
        guard ceilings[order.count] > threshold else { return }
        let essential = ceilings.lastIndex { $0 <= max(0, threshold) } ?? 0
        try search(
            range,
            leaders: Array(order[min(essential, order.count - 1)...]),
            others: Array(order[..<min(essential, order.count - 1)]),
            ceilings,
            admits
        )
    }

    /// Scores the documents of `leaders` in `range`.
    ///
    /// - Parameters:
    ///   - others: the lists whose scores are added, the last first.
    ///   - ceilings: what the first of them give together at most.
    private mutating func search(
        _ range: Range<Int>,
        leaders: [Int],
        others: [Int],
        _ ceilings: [Double],
        _ admits: (UInt32) throws -> Bool
    ) throws {
        let clauses = leaders.reduce(0) { $0 | flag($1) }
        var first = range.lowerBound
        while first < range.upperBound {
            let end = min(range.upperBound, first + ScoreWindow.count)
            for list in leaders { try lists[list].accumulate(first..<end, into: &window) }
            candidates.removeAll(keepingCapacity: true)
            window.take(
                from: first,
                clauses: clauses,
                above: threshold - ceilings[others.count],
                to: &candidates
            )
            for place in others.indices.reversed() where !candidates.isEmpty {
                try add(others[place])
                let lowest = threshold - ceilings[place]
                candidates.removeAll { $0.score <= lowest }
            }
            try takeCandidates(admits)
            first = end
            if first < range.upperBound {
                // Nothing may be there for long.
                var next = Int(PostingsCursor.end)
                for list in leaders { next = min(next, Int(lists[list].cursor.document)) }
                first = max(first, min(next, range.upperBound))
            }
        }
    }

    /// Some clauses must be there: the documents of the rarest are gone through.
    private mutating func findAll(_ admits: (UInt32) throws -> Bool) throws {
        var leaders: [Int] = []
        var least = Int.max
        for clause in flags.keys.sorted() {
            let own = lists.indices.filter { lists[$0].clause == clause }
            let count = own.reduce(0) { $0 + lists[$1].cursor.documentCount }
            if count < least {
                least = count
                leaders = own
            }
        }
        let others = lists.indices.filter { !leaders.contains($0) }
        var ceilings = [0.0]
        for list in others {
            ceilings.append(ceilings[ceilings.count - 1] + Double(lists[list].maximum))
        }
        guard !leaders.isEmpty else { return }
        try search(
            0..<documentBound,
            leaders: leaders,
            others: others,
            ceilings,
            admits
        )
    }

    /// Takes in the candidates that every list has been asked about.
    private mutating func takeCandidates(_ admits: (UInt32) throws -> Bool) throws {
        for candidate in candidates {
            let score = Float(candidate.score)
            guard score > best.threshold, candidate.clauses & required == required,
                candidate.clauses & ScoredCandidate.any != 0
            else { continue }
            var isExcluded = false
            for list in excluded.indices where !isExcluded {
                isExcluded = try excluded[list].isAt(candidate.document)
            }
            guard !isExcluded, try admits(candidate.document) else { continue }
            best.insert(TextHit(document: candidate.document, score: score))
        }
    }
}
