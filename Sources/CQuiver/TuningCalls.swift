// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_tune(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_tuning_options>?,
    _ tuning: UnsafeMutablePointer<qv_tuning>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let output = try Arguments.output(tuning, "tuning")
        let settings =
            try options.map { (pointer) throws(CallFailure) in
                try qv_tuning_options(reading: pointer, "options")
            } ?? qv_tuning_options()
        let field = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        let specifications = try specifications(settings)
        let queries = try Arguments.vectors(
            settings.queries,
            count: settings.query_count,
            dimension: settings.dimension,
            "options: queries"
        )
        let wanted = try TuningOptions(settings)
        let progress = ProgressCallback(settings.progress, settings.context)
        let found = try engine { () throws(StoreError) in
            try collection.tune(
                vectorField: field,
                specifications,
                queries: queries,
                options: wanted
            ) { _, now in
                progress.goesOn(now.completed, now.total)
            }
        }
        output.pointee = try HandleTable.shared.insert(.tuning(TuningAnswer(found)))
    }
}

@c @implementation
public func qv_tuning_summarize(
    _ tuning: qv_tuning,
    _ summary: UnsafeMutablePointer<qv_tuning_summary>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(tuning, "tuning", \.tuning)
        let output = try Output(summary, "summary")
        output.fill(answer.summary)
    }
}

@c @implementation
public func qv_tuning_trial(
    _ tuning: qv_tuning,
    _ number: UInt64,
    _ trial: UnsafeMutablePointer<qv_index_trial>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(tuning, "tuning", \.tuning)
        let output = try Output(trial, "trial")
        output.fill(try answer.trials.item(number, of: "trials"))
    }
}

@c @implementation
public func qv_tuning_point(
    _ tuning: qv_tuning,
    _ number: UInt64,
    _ point_number: UInt64,
    _ point: UnsafeMutablePointer<qv_trial_point>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(tuning, "tuning", \.tuning)
        let output = try Output(point, "point")
        output.fill(
            try answer.points.item(number, of: "trials").item(point_number, of: "points")
        )
    }
}

@c @implementation
public func qv_tuning_free(_ tuning: qv_tuning) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(tuning, "tuning", \.tuning)
    }
}

private func specifications(
    _ settings: qv_tuning_options
) throws(CallFailure) -> [IndexSpecification] {
    let texts = try Arguments.array(
        settings.indexes,
        count: UInt64(settings.index_count),
        "options: indexes"
    )
    var specifications: [IndexSpecification] = []
    for text in texts {
        guard let text else { throw .argument("options: an element of indexes is NULL") }
        let name = try Arguments.string(text, "options: an element of indexes")
        specifications.append(
            try engine { () throws(StoreError) in try IndexSpecification(parsing: name) }
        )
    }
    return specifications
}

extension TuningOptions {
    fileprivate init(_ settings: qv_tuning_options) throws(CallFailure) {
        self.init()
        if settings.recall != 0 { recall = settings.recall }
        if settings.k > 0 { k = Int(settings.k) }
        if settings.index_byte_limit > 0 {
            indexByteLimit = Int(clamping: settings.index_byte_limit)
        }
        if settings.sample_count > 0 { queryCount = Int(settings.sample_count) }
        seed = settings.seed
        threadCount = try Arguments.threadCount(settings.thread_count)
    }
}

/// What tuning found, as C reads it.
///
/// `@unchecked Sendable`: the trials hold pointers, all of them into `arena`, and nothing is written after `init`.
final class TuningAnswer: @unchecked Sendable {
    let summary: qv_tuning_summary
    let trials: [qv_index_trial]
    /// Of each trial.
    let points: [[qv_trial_point]]
    private let arena: Arena

    init(_ tuning: IndexTuning) {
        var arena = Arena()
        let best = tuning.best
        var summary = qv_tuning_summary()
        summary.basis = tuning.basis.constant
        summary.trial_count = UInt32(tuning.trials.count)
        summary.best = UInt32(
            tuning.trials.firstIndex { $0.specification == best.specification } ?? 0
        )
        summary.k = UInt32(tuning.k)
        summary.query_count = UInt64(tuning.queryCount)
        summary.row_count = UInt64(tuning.rowCount)
        summary.row_byte_count = UInt64(tuning.rowByteCount)
        summary.recall = tuning.recall
        self.summary = summary
        var trials: [qv_index_trial] = []
        for trial in tuning.trials {
            var found = qv_index_trial()
            found.point_count = UInt32(trial.curve.points.count)
            found.specification = arena.copy(trial.specification.description).bytes
            if let refusal = trial.refusal { found.refusal = arena.copy(refusal).bytes }
            found.indexed_segment_count = UInt64(trial.indexedSegmentCount)
            found.index_byte_count = UInt64(trial.indexByteCount)
            found.build_seconds = trial.buildTime.seconds
            found.query_seconds = trial.queryTime(forRecall: tuning.recall)?.seconds ?? 0
            trials.append(found)
        }
        self.trials = trials
        points = tuning.trials.map { trial in
            zip(trial.curve.points, trial.times).map { point, times in
                var found = qv_trial_point()
                let estimate = trial.curve.estimate(atEffort: point.effort)
                found.effort = estimate.effort
                found.recall = estimate.recall
                found.low = estimate.interval.lowerBound
                found.high = estimate.interval.upperBound
                found.distance_count = estimate.distanceCount
                found.mean_seconds = times.mean.seconds
                found.percentile_99_seconds = times.percentile99.seconds
                return found
            }
        }
        self.arena = arena
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
