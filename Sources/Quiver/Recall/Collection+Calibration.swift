import Indexes

extension Collection {
    /// Measures how the recall of a vector field's indexes grows with their effort, and remembers it in the store: what searches with a
    /// recall target go by.
    ///
    /// `maintain` and `compact` do so by themselves wherever an index, many documents or the queries have changed, of at least 5,000
    /// rows: fewer are compared one by one, which takes no longer. Three samples are searched for, exactly and with each of 15
    /// efforts: rows of the collection, each as if it were not there; points between two rows; and queries that users asked, once there
    /// are 100 of these.
    ///
    /// Takes about `queryCount` exact searches of each sample and 40 usual ones for each of them, and memory for the samples and one
    /// search a thread.
    ///
    /// - Parameters:
    ///   - vectorField: `nil` stands for the only one.
    ///   - queries: what users ask, kept in the place of queries that were; none takes those that searches have kept.
    ///   - options: how many queries each sample has, which, and on how many threads they are searched for.
    ///   - progress: called from the threads that work; `false` cancels, and what was known stays.
    /// - Returns: `nil` if no segment has an index of the field: then every search is exact.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `invalidSearch`, `dimensionMismatch`, `notFinite`, `normOverflow`,
    ///   `zeroVector`; `cancelled`, `readOnly`, `closed`, `file`, `catalog`, `damaged`.
    @discardableResult
    public func calibrate(
        vectorField: String? = nil,
        queries: [[Float]] = [],
        options: CalibrationOptions = CalibrationOptions(),
        progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> RecallCalibration? {
        let core = try store.core()
        try core.requireWriter()
        guard (QuerySample.leastCount...1_000_000).contains(options.queryCount) else {
            throw .invalidSearch(
                reason: "recall is measured with 100 to 1000000 queries, not \(options.queryCount)"
            )
        }
        let snapshot = try snapshot(of: core)
        let field = try snapshot.view.vectorField(orOnly: vectorField)
        for (number, query) in queries.enumerated() {
            try field.field.check(query, of: nil, number: number)
        }
        if !queries.isEmpty {
            let id = RecallKnowledge.FieldID(collection: self.id, field: field.id)
            try core.replaceQueries(with: queries, of: id, seed: options.seed)
        }
        return try calibrate(field, of: snapshot, core, options, progress)
    }

    /// Fewer rows with an index are compared one by one where a recall is asked for, which takes no longer than a walk.
    private static let leastMeasuredCount = IndexSpecification.automaticGraphRowCount

    /// Measures where what is known is of other indexes, documents or queries, and there are many rows.
    func calibrateWhereChanged(
        threadCount: Int,
        progress: @escaping @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        let core = try store.core()
        let snapshot = try snapshot(of: core)
        for field in snapshot.view.record.schema.vectorFields
        where snapshot.view.indexedRowCount(of: field.id) >= Self.leastMeasuredCount {
            let id = RecallKnowledge.FieldID(collection: self.id, field: field.id)
            let measured = snapshot.measured(field.id)
            if let known = measured.calibration, measured.coverage >= 0.9,
                !core.recall.sample(id, dimension: field.field.dimension)
                    .hasChanged(since: known.time)
            {
                continue
            }
            let options = CalibrationOptions(
                queryCount: snapshot.view.measuredQueryCount(of: field),
                threadCount: threadCount
            )
            do throws(StoreError) {
                _ = try calibrate(field, of: snapshot, core, options, progress)
            } catch .file {
                // What maintenance has done stays done, with or without a measurement.
            }
        }
    }

    private func calibrate(
        _ field: StoredField,
        of snapshot: Snapshot,
        _ core: StoreCore,
        _ options: CalibrationOptions,
        _ progress: @escaping @Sendable (Progress) -> Bool
    ) throws(StoreError) -> RecallCalibration? {
        let view = snapshot.view
        guard view.segments.contains(where: { $0.segment.hasIndex(of: field.id) }) else {
            return nil
        }
        let id = RecallKnowledge.FieldID(collection: self.id, field: field.id)
        var random = SplitMix64(seed: options.seed)
        let count = options.queryCount
        var samples = [
            try CalibrationSample(rowsOf: view, field, count: count, &random),
            try CalibrationSample(mixturesOf: view, field, count: max(100, count / 4), &random),
        ]
        let asked = core.recall.sample(id, dimension: field.field.dimension).entries()
        if asked.count >= QuerySample.leastCount {
            samples.append(
                CalibrationSample(queries: asked.map(\.vector), field, count: count, &random)
            )
        }
        let run = try CalibrationRun(
            samples,
            field,
            of: snapshot,
            threadCount: options.threadCount
        ) { now in
            // A compaction that the handler began would measure, too, and call it again.
            let isNew = core.enterCompaction()
            defer { core.leaveCompaction(isNew) }
            return progress(now)
        }
        let calibration = try run.run()
        try core.publish(calibration, of: id)
        snapshot.take(calibration, of: field.id)
        return calibration
    }
}

extension CollectionView {
    /// Queries of each sample where nobody says how many: fewer where comparing them with all rows would take more than about a minute
    /// of a core, or they would fill the memory.
    fileprivate func measuredQueryCount(of field: StoredField) -> Int {
        let dimension = Double(field.field.dimension)
        let byTime = 1e12 / (dimension * Double(max(1, rowCount(of: field.id))))
        let byMemory = Double(8 << 20) / (4 * dimension)
        let usual = CalibrationOptions().queryCount
        return max(QuerySample.leastCount, min(usual, Int(min(byTime, max(byMemory, 200), 1e6))))
    }

    /// Rows of the segments that have an index of a field.
    fileprivate func indexedRowCount(of field: UInt32) -> Int {
        segments.reduce(0) { count, view in
            view.segment.hasIndex(of: field)
                ? count + view.segment.rows(of: field).count : count
        }
    }
}
