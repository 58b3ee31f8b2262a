import FAISS
import TestSupport
import Testing

struct KindUnderMetric: Sendable, CustomTestStringConvertible {
    let kind: IndexKind
    let metric: Metric
    /// recall@10 that it reaches at least.
    let recall: Double

    var testDescription: String { "\(kind.factory) under \(metric)" }

    /// How it is searched.
    var parameters: SearchParameters {
        get throws(FAISSError) { try SearchParameters(kind.search) }
    }

    /// Every kind under one of its metrics, or each (`drawnCases`).
    static let all: [KindUnderMetric] = drawnCases(
        of: IndexKind.all.map { kind in
            let l2 = kind.l2.map { KindUnderMetric(kind: kind, metric: .l2, recall: $0) }
            let dot = kind.dot.map {
                KindUnderMetric(kind: kind, metric: .innerProduct, recall: $0)
            }
            return [l2, dot].compactMap { $0 }
        }
    )
}
