import CQuiverABI
import Quiver

extension SearchRequest {
    /// A request of no queries yet, as a C caller wants them to be answered.
    init(
        _ settings: qv_search_options,
        in schema: CollectionConfiguration
    ) throws(CallFailure) {
        self.init([], k: Int(settings.k))
        vectorField = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        contents = try Arguments.contents(settings.contents)
        threadCount = try Arguments.threadCount(settings.thread_count)
        offset = Int(clamping: settings.offset)
        let known = UInt32(
            QV_SEARCH_WITHIN | QV_SEARCH_DISTINCT | QV_SEARCH_LISTS | QV_SEARCH_EXPLAIN
                | QV_SEARCH_NO_SAMPLE
        )
        guard settings.flags & ~known == 0 else {
            throw .argument("options: flags is \(settings.flags), which has an unknown bit")
        }
        returnsLists = settings.has(QV_SEARCH_LISTS)
        explains = settings.has(QV_SEARCH_EXPLAIN)
        keepsQueries = !settings.has(QV_SEARCH_NO_SAMPLE)
        if settings.has(QV_SEARCH_WITHIN) {
            within = settings.within
        } else if settings.within != 0 {
            throw .argument("options: within counts with QV_SEARCH_WITHIN alone")
        }
        try takeEffort(settings)
        try takeScope(settings)
        try takeGrouping(settings)
        try takeCallbacks(settings, schema)
    }

    private mutating func takeEffort(_ settings: qv_search_options) throws(CallFailure) {
        mode = try Arguments.mode(settings.mode)
        efSearch = settings.ef_search == 0 ? nil : Int(settings.ef_search)
        nprobe = settings.nprobe == 0 ? nil : Int(settings.nprobe)
        candidateFactor =
            settings.candidate_factor == 0 ? nil : Double(settings.candidate_factor)
        recall = settings.recall == 0 ? nil : settings.recall
        candidateCount = settings.candidate_count == 0 ? nil : Int(settings.candidate_count)
        if settings.timeout_nanoseconds > 0 {
            deadline = .now + .nanoseconds(Int64(clamping: settings.timeout_nanoseconds))
        }
    }

    private mutating func takeScope(_ settings: qv_search_options) throws(CallFailure) {
        scope = try SearchScope(settings.scope, "options: scope")
        if settings.filter != nil {
            let filter = try Arguments.filter(settings.filter)
            scope.filter = scope.filter.map { .all([filter, $0]) } ?? filter
        }
        guard settings.excluded_count > 0 else { return }
        scope.excludedKeys.formUnion(
            try Arguments.keys(
                settings.excluded,
                count: settings.excluded_count,
                "options: excluded"
            )
        )
    }

    private mutating func takeGrouping(_ settings: qv_search_options) throws(CallFailure) {
        let count = settings.per_group == 0 ? 1 : Int(settings.per_group)
        let isDistinct = settings.has(QV_SEARCH_DISTINCT)
        if let field = try Arguments.nameOrNil(settings.group_by, "options: group_by") {
            guard !isDistinct else {
                throw .argument("options: group_by and QV_SEARCH_DISTINCT are two ways to group")
            }
            grouping = Grouping(by: .field(field), count: count)
        } else if isDistinct {
            grouping = Grouping(by: .document, count: count)
        } else if settings.per_group != 0 {
            throw .argument("options: per_group belongs to group_by or QV_SEARCH_DISTINCT")
        }
    }

    private mutating func takeCallbacks(
        _ settings: qv_search_options,
        _ schema: CollectionConfiguration
    ) throws(CallFailure) {
        if let cancelled = settings.cancelled {
            isCancelled =
                CancelCallback(function: cancelled, context: settings.cancelled_context)
                .isCancelled
        }
        guard let rerank = settings.rerank else {
            guard settings.rerank_count == 0, settings.rerank_contents == 0 else {
                throw .argument("options: rerank is NULL, and the rest of it is not 0")
            }
            return
        }
        let reranker = RerankCallback(
            function: rerank,
            context: settings.rerank_context,
            contents: try Arguments.contents(settings.rerank_contents),
            schema: schema
        )
        reranking = Reranking(reranker)
        if settings.rerank_count > 0 { reranking?.count = Int(settings.rerank_count) }
    }
}

extension qv_search_options {
    fileprivate func has(_ flag: UInt32) -> Bool { flags & flag != 0 }
}
