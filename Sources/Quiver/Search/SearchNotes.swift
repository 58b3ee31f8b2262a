import Indexes

/// What one query's explanation is made of. Used by one thread.
final class SearchNotes {
    private var parts: [SearchExplanation.Part] = []
    private var steps: [SearchExplanation.Step] = []
    /// How thoroughly vectors were looked for, if a recall was asked for.
    var recall: RecallChoice?
    /// The source that is being searched.
    var source = 0

    var now: ContinuousClock.Instant { .now }

    var explanation: SearchExplanation {
        SearchExplanation(parts: parts, steps: steps, recall: recall)
    }

    func step<Result>(
        _ name: String,
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let start = now
        defer { steps.append(.init(name: name, duration: now - start)) }
        return try body()
    }

    func note(
        _ name: String,
        _ method: SearchExplanation.Method,
        rowCount: Int,
        estimatedCount: Int,
        allowedCount: Int,
        distanceCount: Int = 0,
        since start: ContinuousClock.Instant
    ) {
        parts.append(
            .init(
                source: source,
                name: name,
                method: method,
                rowCount: rowCount,
                estimatedCount: estimatedCount,
                allowedCount: allowedCount,
                distanceCount: distanceCount,
                duration: now - start
            )
        )
    }

    func note(
        unit: InvertedUnit,
        _ selections: SearchSelections,
        in view: CollectionView,
        since start: ContinuousClock.Instant
    ) throws(StoreError) {
        var (count, allowed, estimated) = (unit.count, unit.count, unit.count)
        if case .segment(let place) = unit.documents {
            let part = CollectionView.Part.segment(place)
            count = view.segments[place].segment.documentCount
            allowed = try selections.documents(of: part)?.count ?? count
            estimated = Int(Double(count) * (try selections.estimatedShare(of: part)))
        }
        note(
            unit.name,
            .words,
            rowCount: count,
            estimatedCount: estimated,
            allowedCount: allowed,
            since: start
        )
    }
}

extension SearchNotes? {
    /// Runs `body` as a step of that name, if anybody wants to know.
    func step<Result>(
        _ name: String,
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        guard let self else { return try body() }
        return try self.step(name, body)
    }
}
