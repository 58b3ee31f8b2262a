/// What is known of the recall of a vector field's indexes, as a snapshot has them.
struct MeasuredField: Sendable {
    /// As it was measured; `nil` if it was not.
    let calibration: RecallCalibration?
    /// The share of the rows with an index that were measured as they are: in the same segment, with the same index, as dead or alive.
    let coverage: Double
    /// How many of the documents that were searched are still alive: 1 if none has died since.
    let liveShare: Double
    private let time = ContinuousClock.now

    /// Whether most rows with an index are those that were measured: else nothing is known of them.
    var isCurrent: Bool { calibration != nil && coverage >= 0.5 }

    /// What was measured, if it is of these rows.
    var currentCalibration: RecallCalibration? { isCurrent ? calibration : nil }

    var age: Duration { .now - time }

    init(_ calibration: RecallCalibration?, _ field: UInt32, in view: CollectionView) {
        let measured = Dictionary(
            (calibration?.segments ?? []).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var (knownCount, rowCount) = (0, 0)
        var (liveNow, liveThen) = (0, 0)
        for part in view.segments {
            guard let index = part.segment.indexRecord(of: field) else { continue }
            let count = part.segment.rows(of: field).count
            rowCount += count
            guard let then = measured[part.segment.id], then.indexGeneration == index.generation
            else { continue }
            knownCount += max(0, count - abs(part.dead.count - then.deadCount))
            liveNow += part.segment.documentCount - part.dead.count
            liveThen += part.segment.documentCount - then.deadCount
        }
        self.calibration = calibration
        coverage = rowCount == 0 ? 1 : Double(knownCount) / Double(rowCount)
        liveShare = liveThen > 0 ? min(1, Double(liveNow) / Double(liveThen)) : 1
    }
}
