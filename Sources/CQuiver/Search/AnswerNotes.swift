import CQuiverABI
import Quiver

/// What an answer says beside its hits: the list of each source, and how it was come by. The pointers lead into the
/// answer's arena.
struct AnswerNotes {
    struct List {
        let hits: UnsafePointer<qv_listed_hit>
        let count: Int
    }

    var lists: [List] = []
    var parts: [qv_search_part] = []
    var steps: [qv_search_step] = []
    var recall = qv_recall_choice()

    init() {}

    init(_ result: SearchResult, in arena: inout Arena) {
        for list in result.lists {
            let hits = list.map { qv_listed_hit($0, in: &arena) }
            lists.append(List(hits: arena.copy(hits), count: hits.count))
        }
        parts = result.explanation?.parts.map { qv_search_part($0, in: &arena) } ?? []
        if let choice = result.explanation?.recall { recall = qv_recall_choice(choice) }
        steps = result.explanation?.steps.map { qv_search_step($0, in: &arena) } ?? []
    }
}

extension qv_listed_hit {
    fileprivate init(_ hit: RankedHit, in arena: inout Arena) {
        self.init()
        key = arena.copy(hit.key)
        row = hit.row.map { UInt64(clamping: $0) } ?? .max
        rank = UInt64(clamping: hit.rank)
        score = hit.score
    }
}

extension qv_search_part {
    fileprivate init(_ part: SearchExplanation.Part, in arena: inout Arena) {
        self.init()
        method = part.method.constant
        source = UInt64(clamping: part.source)
        name = arena.copy(part.name).bytes
        row_count = UInt64(clamping: part.rowCount)
        estimated_count = UInt64(clamping: part.estimatedCount)
        allowed_count = UInt64(clamping: part.allowedCount)
        nanoseconds = part.duration.nanoseconds
        distance_count = UInt64(clamping: part.distanceCount)
    }
}

extension qv_search_step {
    fileprivate init(_ step: SearchExplanation.Step, in arena: inout Arena) {
        self.init()
        name = arena.copy(step.name).bytes
        nanoseconds = step.duration.nanoseconds
    }
}

extension SearchExplanation.Method {
    fileprivate var constant: UInt32 {
        switch self {
        case .scan: UInt32(QV_METHOD_SCAN)
        case .graph: UInt32(QV_METHOD_GRAPH)
        case .selectiveGraph: UInt32(QV_METHOD_SELECTIVE_GRAPH)
        case .faiss: UInt32(QV_METHOD_FAISS)
        case .selectiveFAISS: UInt32(QV_METHOD_SELECTIVE_FAISS)
        case .words: UInt32(QV_METHOD_WORDS)
        case .nothing: UInt32(QV_METHOD_NOTHING)
        }
    }
}

extension Duration {
    /// Whole nanoseconds, of a duration that is not negative.
    var nanoseconds: UInt64 {
        let parts = components
        return UInt64(clamping: parts.seconds) &* 1_000_000_000
            &+ UInt64(clamping: parts.attoseconds / 1_000_000_000)
    }
}
