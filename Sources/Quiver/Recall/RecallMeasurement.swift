import Indexes

/// Compares what the indexes of a snapshot find for the queries of a sample with what is there.
struct RecallMeasurement: Sendable {
    /// What one query found with one effort.
    struct Finding: Sendable {
        let recall: Double
        let distanceCount: Int
        let duration: Duration
    }

    /// Exact searches share their passes over the rows.
    private static let batchCount = 16

    private let search: VectorSearch
    private let selections: SearchSelections

    /// - Parameter isCancelled: asked by the searches.
    init(
        _ field: StoredField,
        of snapshot: Snapshot,
        isCancelled: @escaping @Sendable () -> Bool
    ) throws(StoreError) {
        var request = SearchRequest([])
        request.isCancelled = isCancelled
        search = VectorSearch(SearchJob(request, in: snapshot), field)
        selections = try SearchSelections(SearchScope(), in: snapshot)
    }

    /// The distances of the `count` nearest rows of each query, found exactly.
    ///
    /// - Parameter progress: is told how many queries are done; it throws to end the work.
    func nearestDistances(
        _ sample: CalibrationSample,
        count: Int,
        threadCount: Int,
        progress: @Sendable (_ queryCount: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [[Float]] {
        let batches = stride(from: 0, to: sample.queries.count, by: Self.batchCount).map {
            $0..<min($0 + Self.batchCount, sample.queries.count)
        }
        let found = try concurrentResults(batches.count, threadCount: threadCount) {
            (number, _) throws(StoreError) in
            let batch = batches[number]
            let lists = try search.nearest(
                Array(sample.queries[batch]),
                // The row itself may be the nearest.
                count: count + 1,
                in: selections,
                effort: .exact,
                notes: nil
            )
            try progress(batch.count)
            return zip(batch, lists).map { query, list in
                distances(list, of: query, in: sample, count: count)
            }
        }
        return found.flatMap { $0 }
    }

    /// Searches for the `count` nearest rows of one query.
    ///
    /// - Parameter truth: the distances of these, or of more.
    func finding(
        _ query: Int,
        of sample: CalibrationSample,
        _ truth: [Float],
        count: Int,
        effort: Double
    ) throws(StoreError) -> Finding {
        let notes = SearchNotes()
        let own = sample.rows?[query]
        var absent: SearchEffort.AbsentRow?
        if let own, case .segment(let place, _) = own.location {
            absent = .init(segment: place, row: UInt32(own.row))
        }
        let start = ContinuousClock.now
        let lists = try search.nearest(
            [sample.queries[query]],
            count: own == nil ? count : count + 1,
            in: selections,
            effort: .factor(effort, absent: absent),
            notes: notes
        )
        let duration = ContinuousClock.now - start
        let found = distances(lists[0], of: query, in: sample, count: count)
        let wanted = min(count, truth.count)
        // Of rows that are equally far any will do.
        let share =
            wanted == 0
            ? 1 : Double(found.prefix(wanted).count { $0 <= truth[wanted - 1] }) / Double(wanted)
        return Finding(
            recall: share,
            distanceCount: notes.explanation.parts.reduce(0) { $0 + $1.distanceCount },
            duration: duration
        )
    }

    private func distances(
        _ list: [Candidate],
        of query: Int,
        in sample: CalibrationSample,
        count: Int
    ) -> [Float] {
        let own = sample.rows?[query]
        return list.lazy
            .filter { CalibrationRow(location: $0.location, row: $0.row) != own }
            .prefix(count)
            .map(\.distance)
    }
}

extension RecallCurve.Point {
    /// The mean of what queries found with one effort.
    init(effort: Double, _ found: [RecallMeasurement.Finding]) {
        let count = Double(found.count)
        let mean = found.reduce(0) { $0 + $1.recall } / count
        let squares = found.reduce(0) { $0 + ($1.recall - mean) * ($1.recall - mean) }
        self.init(
            effort: effort,
            recall: mean,
            deviation: (squares / max(1, count - 1)).squareRoot(),
            distanceCount: found.reduce(0) { $0 + Double($1.distanceCount) } / count
        )
    }
}
