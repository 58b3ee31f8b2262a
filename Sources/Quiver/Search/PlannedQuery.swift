import Indexes

/// A query that has passed its checks.
final class PlannedQuery: Sendable {
    /// What gives a list, the best first.
    enum Source: Sendable {
        /// Rows that are near one of the vectors.
        case rows(VectorSearch, [Query])
        /// Documents by all of their rows.
        case late(LateInteractionSearch)
        /// Documents by their words or sparse vectors.
        case inverted(InvertedSearch)
    }

    let query: SearchQuery
    /// Its place in the request.
    let number: Int
    let sources: [Source]
    let selections: SearchSelections

    init(query: SearchQuery, number: Int, sources: [Source], selections: SearchSelections) {
        self.query = query
        self.number = number
        self.sources = sources
        self.selections = selections
    }

    /// The vector and how it is looked for, if the query is no more.
    var onlyVector: (search: VectorSearch, query: Query)? {
        guard sources.count == 1, case .rows(let search, let queries) = sources[0],
            queries.count == 1
        else { return nil }
        return (search, queries[0])
    }
}

/// How a candidate's distance becomes the score that users see.
enum Scoring: Sendable {
    case metric(Metric)
    /// The distance is the negated score.
    case negated

    func score(_ distance: Float) -> Float {
        switch self {
        case .metric(let metric): metric.score(fromDistance: distance).clampedToFinite
        // 0 − x and not −x: a score of zero is +0.
        case .negated: (0 - distance).clampedToFinite
        }
    }

    /// What no hit's distance exceeds if its score is `score` or better.
    func distance(_ score: Float) -> Float {
        if case .metric(let metric) = self, !metric.higherIsNearer { return score }
        return 0 - score
    }
}

extension PlannedQuery.Source {
    /// The vector field that rows are of.
    var field: StoredField? {
        switch self {
        case .rows(let search, _): search.field
        case .late(let search): search.vectors.field
        case .inverted: nil
        }
    }

    var scoring: Scoring {
        switch self {
        case .rows(let search, _): .metric(search.field.field.metric)
        case .late, .inverted: .negated
        }
    }

    /// The best, ties by key, then row.
    func best(
        _ count: Int,
        in selections: SearchSelections,
        limits: SearchLimits,
        notes: SearchNotes?
    ) throws(StoreError) -> [Candidate] {
        switch self {
        case .inverted(let search):
            return try search.best(count, in: selections, limits: limits, notes: notes)
        case .late(let search): return try search.best(count, in: selections, notes: notes)
        case .rows(let search, let queries):
            let lists = try search.nearest(queries, count: count, in: selections, notes: notes)
            guard lists.count > 1 else { return lists.first ?? [] }
            // The nearest of all lists, each row once.
            var nearest: [CandidatePlace: Candidate] = [:]
            for candidate in lists.joined() {
                let place = CandidatePlace(candidate)
                if let known = nearest[place], known.distance <= candidate.distance { continue }
                nearest[place] = candidate
            }
            var merged = CandidateLists(queryCount: 1, count: count)
            for candidate in nearest.values { merged.append(candidate) }
            return try merged.nearest(of: 0, in: search.job.snapshot.view)
        }
    }
}

/// A candidate without its distance.
struct CandidatePlace: Hashable {
    let location: CollectionView.Location
    let row: Int

    init(_ candidate: Candidate) {
        location = candidate.location
        row = candidate.row
    }
}

extension Float {
    /// Vectors are finite, but the score of two very long ones may not fit: it is then the largest that does.
    fileprivate var clampedToFinite: Float {
        min(max(self, -Float.greatestFiniteMagnitude), Float.greatestFiniteMagnitude)
    }
}
