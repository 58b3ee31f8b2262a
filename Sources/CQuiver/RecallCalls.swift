// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_calibrate(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_calibration_options>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let settings =
            try options.map { (pointer) throws(CallFailure) in
                try qv_calibration_options(reading: pointer, "options")
            } ?? qv_calibration_options()
        let field = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        let queries = try Arguments.vectors(
            settings.queries,
            count: settings.query_count,
            dimension: settings.dimension,
            "options: queries"
        )
        var calibration = CalibrationOptions()
        calibration.threadCount = try Arguments.threadCount(settings.thread_count)
        calibration.seed = settings.seed
        if settings.sample_count > 0 { calibration.queryCount = Int(settings.sample_count) }
        let asked = calibration
        let progress = ProgressCallback(settings.progress, settings.context)
        _ = try engine { () throws(StoreError) in
            try collection.calibrate(
                vectorField: field,
                queries: queries,
                options: asked
            ) { now in
                progress.goesOn(now.completed, now.total)
            }
        }
    }
}

@c @implementation
public func qv_recall_count(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let output = try Arguments.output(count, "count")
        output.pointee = UInt64(try measured(collection, field).count)
    }
}

@c @implementation
public func qv_recall_measured(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ number: UInt64,
    _ point: UnsafeMutablePointer<qv_recall_point>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let output = try Output(point, "point")
        output.fill(
            qv_recall_point(try measured(collection, field).item(number, of: "points"))
        )
    }
}

@c @implementation
public func qv_results_recall(
    _ results: qv_results,
    _ query: UInt64,
    _ choice: UnsafeMutablePointer<qv_recall_choice>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(choice, "choice")
        output.fill(try answer.notes(query).recall)
    }
}

private func measured(
    _ collection: Readable,
    _ field: String?
) throws(CallFailure) -> [RecallEstimate] {
    let snapshot = try collection.snapshot()
    let calibration = try engine { () throws(StoreError) in
        try snapshot.calibration(of: field)
    }
    return calibration?.curves.flatMap { curve in
        curve.points.map { curve.estimate(atEffort: $0.effort) }
    } ?? []
}

extension qv_recall_point {
    fileprivate init(_ estimate: RecallEstimate) {
        self.init()
        basis = estimate.basis.constant
        k = UInt64(estimate.k)
        query_count = UInt64(estimate.queryCount)
        effort = estimate.effort
        recall = estimate.recall
        low = estimate.interval.lowerBound
        high = estimate.interval.upperBound
        distance_count = estimate.distanceCount
    }
}

extension qv_recall_choice {
    init(_ choice: RecallChoice) {
        self.init()
        basis = choice.basis?.constant ?? 0
        recall = choice.recall
        effort = choice.effort ?? 0
    }
}

extension RecallBasis {
    var constant: UInt32 {
        switch self {
        case .rows: UInt32(QV_RECALL_ROWS)
        case .queries: UInt32(QV_RECALL_QUERIES)
        case .mixtures: UInt32(QV_RECALL_MIXTURES)
        case .farQueries: UInt32(QV_RECALL_FAR_QUERIES)
        }
    }
}
