internal import CFAISS

extension BinaryIndex {
    /// Rows that training needs at least; 0 for an index that needs none.
    public var requiredTrainingRows: Int {
        factory?.requiredTrainingRows ?? (isTrained ? 0 : 1)
    }

    /// Learns the lists' centroids; nothing for kinds without lists. Blocks.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension / 8]`, at least `requiredTrainingRows`.
    ///   - threadCount: How many threads may share k-means, the calling one among them, 1…1,024; what is learned is the
    ///     same to the bit.
    ///   - progress: Told how many of k-means's iterations are done; false stops the training with `.cancelled`, and the
    ///     index is unusable.
    /// - Throws: `.notWholeRows`, `.outOfRange`, `.tooFewTrainingRows`, `.alreadyTrained`.
    public mutating func train(
        _ rows: Span<UInt8>,
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        guard try isTrainable(rowCount: rowCount, threadCount: threadCount) else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                withWork(threadCount: threadCount, progress) { work in
                    cfaiss_binary_train(handle, Int64(rowCount), rows.baseAddress, work)
                }
            }
        }
    }

    /// Adds rows, which get the labels `nextLabel` and up. Blocks.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension / 8]`; none is allowed.
    ///   - threadCount: How many threads may share finding the rows' lists (`BIVF…`), the calling one among them, 1…1,024.
    ///   - progress: Told how many rows are in; false stops the call with `.cancelled`, and the index is unusable.
    /// - Throws: `.notWholeRows`, `.outOfRange`, `.notTrained`, `.tooManyRows`.
    public mutating func add(
        _ rows: Span<UInt8>,
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        let rowCount = try checkedAddition(rows, threadCount)
        guard rowCount > 0 else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                withWork(threadCount: threadCount, progress) { work in
                    cfaiss_binary_add(handle, Int64(rowCount), rows.baseAddress, nil, work)
                }
            }
        }
    }

    /// Adds rows under labels of the caller's (`BIVF…`). Blocks.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension / 8]`; none is allowed.
    ///   - labels: One a row, none negative.
    ///   - threadCount: As in the other `add`.
    ///   - progress: As in the other `add`.
    /// - Throws: As the other `add`; `.unsupported`, `.wrongLabelCount`, `.negativeLabel`.
    public mutating func add(
        _ rows: Span<UInt8>,
        labels: Span<Int64>,
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        let rowCount = try checkedAddition(rows, threadCount)
        guard self.labels == .stored else {
            throw .unsupported(operation: "labels of the caller's", kind: kind)
        }
        try checkLabels(labels, rowCount: rowCount)
        guard rowCount > 0 else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                labels.withUnsafeBufferPointer { labels in
                    withWork(threadCount: threadCount, progress) { work in
                        cfaiss_binary_add(
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

    /// Removes the rows whose labels are selected and returns how many they were.
    ///
    /// - Parameter selector: Selects labels, of rows or not.
    /// - Throws: `.unsupported` for graphs and hashes.
    @discardableResult
    public mutating func remove(_ selector: Selector) throws(FAISSError) -> Int {
        try remove(selector) { cfaiss_binary_remove($0, $1, $2) }
    }

    /// Removes all rows and keeps what training learned.
    public mutating func reset() throws(FAISSError) {
        try checkUsable()
        try change { cfaiss_binary_reset($0) }
    }

    /// Moves all rows of `other` to the end of this index. Both must have been trained alike, as copies of one index are.
    ///
    /// - Parameters:
    ///   - other: Empty afterwards.
    ///   - offset: Is added to labels that are stored (`BIVF…`); nil is `nextLabel`. Positions go on by themselves.
    /// - Throws: `.notMergeable`, for graphs and hashes too, and nothing has changed; `.notTrained`, `.tooManyRows`.
    public mutating func merge(
        from other: inout BinaryIndex,
        shiftingLabelsBy offset: Int64? = nil
    ) throws(FAISSError) {
        try checkUsable()
        try other.checkUsable()
        guard other.dimension == dimension else {
            throw .notMergeable(reason: "they differ in dimension")
        }
        try merge(from: &other, shiftingLabelsBy: offset) { cfaiss_binary_merge($0, $1, $2) }
    }

    private func checkedAddition(
        _ rows: Span<UInt8>,
        _ threadCount: Int
    ) throws(FAISSError) -> Int {
        let rowCount = try checkedRowCount(rows)
        try checkAddition(rowCount: rowCount, threadCount: threadCount)
        return rowCount
    }
}
