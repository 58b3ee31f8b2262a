public import Indexes

extension Snapshot {
    /// Trains an index with the rows of a collection, for it or another.
    ///
    /// Takes memory for the rows that it learns from as float32: at most `rowLimit`, chosen at random, or as many as the kind needs.
    ///
    /// - Parameters:
    ///   - index: a FAISS index that learns something; the engine's own kinds learn from each segment by itself.
    ///   - vectorField: `nil` stands for the only one.
    ///   - rowLimit: the most rows that it learns from; `nil` takes 256 a centroid, which is as many as k-means uses.
    ///   - seed: of the choice of these.
    ///   - threadCount: threads that may work, the caller's included.
    ///   - progress: asked now and then; `false` cancels.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `unsupportedIndex`; `index` if there are too few rows or they are not such that
    ///   an index can learn from them; `cancelled`, `invalidReading`, `damaged`, `usedAfterFork`, `file`.
    public func train(
        _ index: IndexSpecification,
        vectorField: String? = nil,
        rowLimit: Int? = nil,
        seed: UInt64 = 0,
        threadCount: Int = 1,
        progress: () -> Bool = { true }
    ) throws(StoreError) -> TrainedIndex {
        try process.require()
        guard rowLimit.map({ $0 > 0 }) ?? true else {
            throw .invalidReading(reason: "an index learns from 1 row or more")
        }
        guard case .faiss(let kind) = index else {
            throw .unsupportedIndex(
                index.description,
                reason:
                    "it learns from each segment by itself; name a FAISS factory string, such as IVF1024,SQ8"
            )
        }
        let field = try view.vectorField(orOnly: vectorField)
        let dimension = field.field.dimension
        do {
            try kind.check(dimension: dimension, metric: field.field.metric)
        } catch {
            throw StoreError(training: error)
        }
        let least = kind.minimumRowCount(dimension: dimension)
        let rows = LiveRows(of: field, in: view)
        let numbers = try rows.numbers()
        guard numbers.count >= least else {
            throw .index(
                .unbuildable(
                    reason:
                        "there are \(numbers.count) rows, and \(kind) learns from \(least) or more"
                )
            )
        }
        let limit = max(least, rowLimit ?? 256 * max(256, least))
        let vectors = try rows.vectors(LiveRows.sample(of: numbers, count: limit, seed: seed)[...])
        do {
            return try TrainedIndex(
                of: vectors,
                dimension: dimension,
                metric: field.field.metric,
                kind: kind,
                threadCount: threadCount,
                progress: progress
            )
        } catch {
            throw StoreError(training: error)
        }
    }
}
