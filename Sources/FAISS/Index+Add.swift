internal import CFAISS

extension Index {
    /// Adds rows, which get the labels `nextLabel` and up. Blocks.
    ///
    /// The rows of a `HNSW…` index get the same links on any number of threads. Where it keeps them as float32 it keeps
    /// a byte a number beside them, a quarter more memory, which its searches read first; not where bytes cannot tell
    /// which rows are near, which is tried as the index grows.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`; none is allowed.
    ///   - threadCount: How many threads may share the work, the calling one among them, where code of ours does
    ///     it: building HNSW graphs, finding rows' lists; 1…1,024. FAISS itself stays on the calling thread.
    ///   - progress: Told how many rows are in; false stops the call with `.cancelled`, and the index is unusable.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.outOfRange`, `.notTrained`, `.tooManyRows`, `.tooFewRows`
    ///   (`NSG…`), `.holdsRows` (`NSG…`), `.degenerate` (`NSG…` of many equal rows).
    public mutating func add(
        _ rows: Span<Float>,
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        let rowCount = try checkedAddition(rows, threadCount)
        guard rowCount > 0 else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                withWork(threadCount: threadCount, progress) { work in
                    cfaiss_index_add(handle, Int64(rowCount), rows.baseAddress, nil, work)
                }
            }
        }
    }

    /// Adds rows under labels of the caller's. Blocks.
    ///
    /// A label may be given to several rows: a search then finds it once a row, removing it removes them all, and
    /// `reconstruct` gives one of them.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`; none is allowed.
    ///   - labels: One a row, none negative.
    ///   - threadCount: As in the other `add`.
    ///   - progress: As in the other `add`.
    /// - Throws: As the other `add`; also `.wrongLabelCount`, `.negativeLabel`, `.unsupported` where labels are positions.
    public mutating func add(
        _ rows: Span<Float>,
        labels: Span<Int64>,
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        let rowCount = try checkedAddition(rows, threadCount)
        guard self.labels != .positions else {
            throw .unsupported(operation: "labels of the caller's", kind: kind)
        }
        try checkLabels(labels, rowCount: rowCount)
        guard rowCount > 0 else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                labels.withUnsafeBufferPointer { labels in
                    withWork(threadCount: threadCount, progress) { work in
                        cfaiss_index_add(
                            handle,
                            Int64(rowCount),
                            rows.baseAddress,
                            labels.baseAddress,
                            work
                        )
                    }
                }
            }
        }
    }

    /// Sets how many candidates are kept while rows that are added are linked (`HNSW…`); FAISS's own choice is 40.
    ///
    /// - Parameter efConstruction: 1…65,536.
    /// - Throws: `.outOfRange`; `.unsupported` where the rows are not in a HNSW graph.
    public mutating func setEfConstruction(_ efConstruction: Int) throws(FAISSError) {
        try checkUsable()
        try check("efConstruction", efConstruction, in: Limits.efConstruction)
        do throws(FAISSError) {
            try check(cfaiss_index_set_ef_construction(handle, Int32(efConstruction)))
        } catch {
            if case .unsupported = error {
                throw .unsupported(operation: "efConstruction", kind: kind)
            }
            throw error
        }
    }

    private func checkedAddition(
        _ rows: Span<Float>,
        _ threadCount: Int
    ) throws(FAISSError) -> Int {
        let rowCount = try checkedRowCount(rows)
        try checkAddition(rowCount: rowCount, threadCount: threadCount)
        if takesRowsOnce, rowCount > 0 {
            guard count == 0 else { throw .holdsRows(kind: kind) }
            let required = Int(CFAISS_NSG_ROWS)
            guard rowCount >= required else {
                throw .tooFewRows(required: required, found: rowCount)
            }
        }
        return rowCount
    }
}
