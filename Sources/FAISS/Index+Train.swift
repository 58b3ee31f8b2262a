internal import CFAISS

extension Index {
    /// Rows that training needs at least; 0 for an index that needs none.
    public var requiredTrainingRows: Int {
        factory?.requiredTrainingRows(dimension: dimension) ?? (isTrained ? 0 : 1)
    }

    /// Learns what the index needs to know about rows: the lists' centroids, rotations, the quantisers' ranges and
    /// centroids.
    ///
    /// Nothing happens in an index that needs no training. FAISS's k-means uses at most 256 rows a centroid, chosen from
    /// `rows`. Blocks; k-means takes time in the order of 25 · rows used · lists · dimension.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`, at least `requiredTrainingRows`; 40 a centroid and more give good ones.
    ///   - threadCount: How many threads may share k-means over the lists and in `OPQ…`, the calling one among them,
    ///     1…1,024; what is learned is the same to the bit. Other parts of training stay on the calling thread.
    ///   - progress: Told how many of k-means's iterations over the lists are done; false stops the training with
    ///     `.cancelled`. Other parts of training tell nothing.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.outOfRange`, `.tooFewTrainingRows`, `.alreadyTrained`, `.degenerate`
    ///   if the rows span fewer dimensions than a transform is to give. After a failure inside FAISS, or when cancelled,
    ///   the index is unusable.
    public mutating func train(
        _ rows: Span<Float>,
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        guard try isTrainable(rowCount: rowCount, threadCount: threadCount) else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                withWork(threadCount: threadCount, progress) { work in
                    cfaiss_index_train(handle, Int64(rowCount), rows.baseAddress, work)
                }
            }
        }
    }
}
