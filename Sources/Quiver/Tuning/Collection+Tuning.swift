public import Indexes

extension Collection {
    /// Tries index specifications on the rows of a vector field: builds each, asks it queries of which the exact answer is known, and
    /// tells what it finds in which time and space. The tail is sealed; nothing else in the collection changes.
    ///
    /// `alter` makes one of them the field's: `.setIndex(vectorField: name, tuning.best.specification)` together with
    /// `.setRecall(tuning.recall)`, and then `maintain`.
    ///
    /// The queries are those that are given, else those that searches with a recall target have kept, if these are at least 100
    /// (`calibrate`), else rows, each as if it were not there. Writes and searches may go on; what is measured is the snapshot of the
    /// beginning.
    ///
    /// Takes for each specification the building of its index, up to 15 searches of each query on one thread, and the index's bytes on
    /// the disk of the store.
    ///
    /// - Parameters:
    ///   - vectorField: `nil` stands for the only one.
    ///   - specifications: `exact` is tried in any case; none takes `IndexSpecification.candidates`.
    ///   - queries: what users ask.
    ///   - options: what is wanted, and how thoroughly to measure.
    ///   - progress: called from the threads that work, with the index that is being tried; `false` cancels.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `unsupportedIndex`, `invalidSearch` (also if there is no query, and so no
    ///   row), `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`; `cancelled`, `readOnly`, `closed`, `file`, `catalog`, `damaged`, `index`.
    public func tune(
        vectorField: String? = nil,
        _ specifications: [IndexSpecification] = [],
        queries: [[Float]] = [],
        options: TuningOptions = TuningOptions(),
        progress: @escaping @Sendable (IndexSpecification, Progress) -> Bool = { _, _ in true }
    ) throws(StoreError) -> IndexTuning {
        let core = try store.core()
        try core.requireWriter()
        try options.check()
        let field = try snapshot(of: core).view.vectorField(orOnly: vectorField)
        for (number, query) in queries.enumerated() {
            try field.field.check(query, of: nil, number: number)
        }
        for specification in specifications {
            var changed = field.field
            changed.index = specification
            try changed.checkIndex()
        }
        // Only segments have indexes.
        try seal { progress(.exact, $0) }
        let snapshot = try snapshot(of: core)
        let view = snapshot.view
        let wanted =
            specifications.isEmpty
            ? IndexSpecification.candidates(
                rowCount: view.segments.reduce(0) {
                    max($0, $1.segment.rows(of: field.id).count)
                },
                dimension: field.field.dimension,
                metric: field.field.metric
            ) : specifications
        let sample = try sample(of: field, in: view, queries, core, options)
        guard !sample.queries.isEmpty else {
            throw .invalidSearch(reason: "there is nothing to search: the vector field has no rows")
        }
        var tried: [IndexSpecification] = [.exact]
        for specification in wanted where !tried.contains(specification) {
            tried.append(specification)
        }
        return try TuningRun(sample, field, of: snapshot, core, options, progress: progress)
            .run(tried)
    }

    private func sample(
        of field: StoredField,
        in view: CollectionView,
        _ queries: [[Float]],
        _ core: StoreCore,
        _ options: TuningOptions
    ) throws(StoreError) -> CalibrationSample {
        var random = SplitMix64(seed: options.seed)
        let id = RecallKnowledge.FieldID(collection: self.id, field: field.id)
        var asked = queries
        if asked.isEmpty {
            let kept = core.recall.sample(id, dimension: field.field.dimension).entries()
            if kept.count >= QuerySample.leastCount { asked = kept.map(\.vector) }
        }
        if !asked.isEmpty {
            let sample = CalibrationSample(
                queries: asked,
                field,
                count: options.queryCount,
                &random
            )
            if !sample.queries.isEmpty { return sample }
        }
        return try CalibrationSample(rowsOf: view, field, count: options.queryCount, &random)
    }
}

extension TuningOptions {
    fileprivate func check() throws(StoreError) {
        guard recall > 0, recall < 1 else {
            throw .invalidSearch(
                reason: "the recall that is wanted is \(recall), not above 0 and below 1"
            )
        }
        guard (1...SearchRequest.maximumCandidateCount).contains(k) else {
            throw .invalidSearch(
                reason: "k is \(k), not 1 to \(SearchRequest.maximumCandidateCount)"
            )
        }
        guard (QuerySample.leastCount...1_000_000).contains(queryCount) else {
            throw .invalidSearch(
                reason: "indexes are tried with 100 to 1000000 queries, not \(queryCount)"
            )
        }
    }
}

extension IndexSpecification {
    /// Indexes that are worth a trial of that many rows: from the most memory to the least, each the best of its kind somewhere.
    ///
    /// - Parameters:
    ///   - rowCount: of the largest segment.
    ///   - dimension: of the rows.
    ///   - metric: by which these are compared.
    public static func candidates(
        rowCount: Int,
        dimension: Int,
        metric: Metric
    ) -> [IndexSpecification] {
        // Two dimensions a code keep most of what is there; lists are cut where codes are.
        let codeCount = [2, 3, 4, 6, 8].lazy.map { dimension / $0 }
            .first { $0 > 0 && dimension.isMultiple(of: $0) }
        var texts = ["graph", "HNSW16", "HNSW32,SQ8", "ivf"]
        if let codeCount {
            let listCount = InvertedFile.listCount(rowCount: rowCount)
            texts += ["IVF\(listCount),PQ\(codeCount)x4fs", "PQ\(codeCount)x4fs"]
        }
        return texts.compactMap { text in
            guard let specification = try? IndexSpecification(parsing: text) else { return nil }
            let field = VectorField(
                name: "",
                dimension: dimension,
                metric: metric,
                index: specification
            )
            let isPossible = (try? field.checkIndex()) != nil
            let isBuilt = specification.plan(over: rowCount, dimension: dimension) != nil
            return isPossible && isBuilt ? specification : nil
        }
    }
}
