import Indexes

/// Tries index specifications, one after the other, with the same queries.
struct TuningRun {
    /// Comparing every row takes the same time whatever the query.
    private static let exactQueryCount = 100
    /// Searches that are not timed, so that what they read is in memory.
    private static let warmingQueryCount = 100

    private let sample: CalibrationSample
    private let field: StoredField
    private let snapshot: Snapshot
    private let core: StoreCore
    private let options: TuningOptions
    private let progress: @Sendable (IndexSpecification, Progress) -> Bool

    init(
        _ sample: CalibrationSample,
        _ field: StoredField,
        of snapshot: Snapshot,
        _ core: StoreCore,
        _ options: TuningOptions,
        progress: @escaping @Sendable (IndexSpecification, Progress) -> Bool
    ) {
        self.sample = sample
        self.field = field
        self.snapshot = snapshot
        self.core = core
        self.options = options
        self.progress = progress
    }

    func run(_ specifications: [IndexSpecification]) throws(StoreError) -> IndexTuning {
        let truth = try truth()
        var trials: [IndexTrial] = []
        for specification in specifications {
            trials.append(try trial(specification, truth, exact: trials.first))
        }
        return IndexTuning(
            basis: sample.basis,
            queryCount: sample.queries.count,
            recall: options.recall,
            k: options.k,
            rowCount: snapshot.view.rowCount(of: field.id),
            rowByteCount: snapshot.view.segments.reduce(0) { count, view in
                count
                    + view.segment.rows(of: field.id).files.reduce(0) {
                        $0 + Int($1.summary.byteCount)
                    }
            },
            indexByteLimit: options.indexByteLimit,
            trials: trials
        )
    }

    private func told(_ specification: IndexSpecification, searchCount: Int) -> QueryProgress {
        QueryProgress(total: searchCount) { [progress] in progress(specification, $0) }
    }

    private func truth() throws(StoreError) -> [[Float]] {
        let told = told(.exact, searchCount: sample.queries.count)
        let measurement = try RecallMeasurement(field, of: snapshot) { told.isCancelled }
        return try measurement.nearestDistances(
            sample,
            count: options.k,
            threadCount: options.threadCount
        ) { (count) throws(StoreError) in try told.tell(count) }
    }

    /// - Parameter exact: an index whose searches take longer than to compare every row is not tried with more effort.
    private func trial(
        _ specification: IndexSpecification,
        _ truth: [[Float]],
        exact: IndexTrial?
    ) throws(StoreError) -> IndexTrial {
        let rowCount = snapshot.view.rowCount(of: field.id)
        let start = ContinuousClock.now
        let trial = try TrialView(
            specification,
            of: field,
            in: snapshot.view,
            core: core,
            threadCount: options.threadCount
        ) { done in
            progress(specification, Progress(stage: .indexing, completed: done, total: rowCount))
        }
        let buildTime = ContinuousClock.now - start
        let measured = try measure(trial, truth, exact: exact)
        return IndexTrial(
            specification: specification,
            indexedSegmentCount: trial.indexedSegmentCount,
            refusal: trial.refusal,
            buildTime: buildTime,
            indexByteCount: trial.indexByteCount,
            curve: measured.curve,
            times: measured.times
        )
    }

    private func measure(
        _ trial: TrialView,
        _ truth: [[Float]],
        exact: IndexTrial?
    ) throws(StoreError) -> (curve: RecallCurve, times: [IndexTrial.QueryTimes]) {
        let isExact = trial.indexedSegmentCount == 0
        let queryCount =
            isExact ? min(Self.exactQueryCount, sample.queries.count) : sample.queries.count
        let efforts = isExact ? [1] : CalibrationRun.efforts
        let told = told(trial.field.field.index, searchCount: efforts.count * queryCount)
        let measurement = try RecallMeasurement(
            trial.field,
            of: Snapshot(core: core, view: trial.view)
        ) { told.isCancelled }
        func found(
            _ queryCount: Int,
            _ effort: Double
        ) throws(StoreError) -> [RecallMeasurement.Finding] {
            var found: [RecallMeasurement.Finding] = []
            for query in 0..<queryCount {
                found.append(
                    try measurement.finding(
                        query,
                        of: sample,
                        truth[query],
                        count: options.k,
                        effort: effort
                    )
                )
                if query % 64 == 63 { try told.tell(64) }
            }
            try told.tell(queryCount % 64)
            return found
        }
        _ = try found(min(Self.warmingQueryCount, queryCount), 1)
        var points: [RecallCurve.Point] = []
        var times: [IndexTrial.QueryTimes] = []
        for effort in efforts {
            let findings = try found(queryCount, effort)
            let point = RecallCurve.Point(effort: effort, findings)
            let time = IndexTrial.QueryTimes(findings.map(\.duration))
            points.append(point)
            times.append(time)
            let isSlow = exact.map { time.mean > $0.times[0].mean } ?? false
            if effort >= 1, isSlow || point.recall >= CalibrationRun.highestRecall { break }
        }
        let curve = RecallCurve(
            basis: sample.basis,
            k: options.k,
            queryCount: queryCount,
            points: points
        )
        return (curve, times)
    }
}
