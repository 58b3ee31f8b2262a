internal import CFAISS
public import CKernels

/// A Hierarchical Navigable Small World graph over rows that live elsewhere: the links alone, in FAISS's own structure.
///
/// Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
/// Small World graphs" (2016). A row `r` is on the levels 0 … `levels[r] - 1`. Its links on level `l` are
/// `neighbors[offsets[r] + levelStarts[l] ..< offsets[r] + levelStarts[l + 1]]`, padded at the end with -1: room for
/// 2M links on level 0 and for M on each level above.
///
/// A graph never changes once built, so any number of threads may read it.
public final class HNSWGraph: Sendable {
    // Sound to share: nothing in C writes to a finished graph, and only `deinit` frees it.
    private nonisolated(unsafe) let handle: OpaquePointer
    // Pointers into memory that `handle` owns, which is why they leave only through closures.
    private nonisolated(unsafe) let arrays: cfaiss_hnsw_arrays

    /// How many rows the graph links.
    public let count: Int
    /// The row at which a search begins, one of the highest level; -1 in an empty graph.
    public let entryPoint: Int32
    /// The highest level, counted from 0; -1 in an empty graph.
    public let maximumLevel: Int
    /// Where each level's links start within a row's links; its last number is where the last level's end.
    public let levelStarts: [Int32]

    private init(_ handle: OpaquePointer) {
        self.handle = handle
        arrays = cfaiss_hnsw_get_arrays(handle)
        count = Int(arrays.row_count)
        entryPoint = arrays.entry_point
        maximumLevel = Int(arrays.max_level)
        levelStarts = Array(
            UnsafeBufferPointer(start: arrays.level_starts, count: Int(arrays.level_start_count))
        )
    }

    deinit {
        cfaiss_hnsw_destroy(handle)
    }

    /// Builds a graph over `rows`, FAISS's own structure, under the rows' own metric.
    ///
    /// The same rows, settings and seed give the same graph, on any number of threads (between machines whose kernels
    /// round alike). The work grows as n · log n · efConstruction · dimension; besides the graph itself (about 8·M bytes
    /// a row) it needs 8 bytes a row.
    ///
    /// - Parameters:
    ///   - rows: A borrowed view, valid during the call. At most 2^31 − 1 rows of dimension 1…65,536. NaN and
    ///     infinity are found in one pass before the work begins.
    ///   - M: Links a row on each upper level, twice as many on level 0; 2…512.
    ///   - efConstruction: Candidates kept while a row's links are chosen; 1…65,536.
    ///   - seed: Of the levels and the order of insertion.
    ///   - threadCount: Threads that work, the calling one among them, 1…1,024; the others end with the call.
    ///   - progress: Told on the calling thread how many rows are linked, every 1,024 rows and at the end. False stops
    ///     the build with `.cancelled`.
    public static func build(
        rows: qk_rows,
        M: Int,
        efConstruction: Int,
        seed: UInt64,
        threadCount: Int = 1,
        progress: (_ rowsDone: Int) -> Bool = { _ in true }
    ) throws(FAISSError) -> HNSWGraph {
        try check(rows)
        try check("M", M, in: Limits.M)
        try check("efConstruction", efConstruction, in: Limits.efConstruction)
        try checkThreadCount(threadCount)
        let settings = cfaiss_hnsw_settings(
            M: Int32(M),
            ef_construction: Int32(efConstruction),
            // FAISS's generator takes 32 bits of seed: the high half of a product that every bit reaches.
            seed: UInt32(truncatingIfNeeded: (seed &* 0x9E37_79B9_7F4A_7C15) >> 32),
            thread_count: Int32(threadCount)
        )
        var graph: OpaquePointer?
        var badRow: UInt64 = 0
        let status = withUnsafePointer(to: rows) { rows in
            withProgressCallback(progress) { callback, context in
                cfaiss_hnsw_build(rows, settings, callback, context, &badRow, &graph)
            }
        }
        if status == CFAISS_NOT_FINITE { throw .notFinite(row: Int(badRow)) }
        try check(status)
        guard let graph else { throw .faiss(message: "no graph came back") }
        return HNSWGraph(graph)
    }

    /// On how many levels each row is, at least 1; one number a row.
    public func withLevels<Result: ~Copyable, Failure: Error>(
        _ body: (Span<Int32>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeBufferPointer(start: arrays.levels, count: count).span)
    }

    /// Where each row's links start in `withNeighbors`' array; one number a row and one for the end.
    public func withOffsets<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt64>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeBufferPointer(start: arrays.offsets, count: count + 1).span)
    }

    /// All links of all rows on all levels, laid out as the type's summary says.
    public func withNeighbors<Result: ~Copyable, Failure: Error>(
        _ body: (Span<Int32>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        let neighbors = UnsafeBufferPointer(
            start: arrays.neighbors,
            count: Int(arrays.neighbor_count)
        )
        return try body(neighbors.span)
    }

    /// The links of one row on one level, without the padding; empty where the row is not on that level.
    ///
    /// - Precondition: `row` is one of the graph's.
    public func withNeighbors<Result: ~Copyable, Failure: Error>(
        of row: Int,
        level: Int,
        _ body: (Span<Int32>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(0..<count ~= row, "row \(row) of a graph of \(count)")
        defer { withExtendedLifetime(self) {} }
        guard level >= 0, level < Int(arrays.levels[row]) else {
            return try body(UnsafeBufferPointer<Int32>(start: nil, count: 0).span)
        }
        let offset = Int(arrays.offsets[row])
        let links = UnsafeBufferPointer(
            start: arrays.neighbors + offset + Int(levelStarts[level]),
            count: Int(levelStarts[level + 1] - levelStarts[level])
        )
        let end = links.firstIndex(of: -1) ?? links.count
        return try body(UnsafeBufferPointer(rebasing: links[..<end]).span)
    }
}

/// Throws unless `rows` can be read as its own fields say.
private func check(_ rows: qk_rows) throws(FAISSError) {
    try check("dimension", Int(rows.dimension), in: Limits.dimension)
    try check("storage", Int(rows.storage), in: Int(QK_FLOAT32)...Int(QK_BINARY))
    try check("metric", Int(rows.metric), in: Int(QK_L2)...Int(QK_HAMMING))
    guard rows.count <= UInt64(Limits.rowCount) else {
        throw .tooManyRows(limit: Limits.rowCount, found: Int(clamping: rows.count))
    }
    guard rows.count > 0 else { return }
    if rows.values == nil { throw .incompleteRows(missing: "values") }
    if rows.storage == UInt8(QK_INT8), rows.scales == nil {
        throw .incompleteRows(missing: "scales")
    }
    if rows.metric == UInt8(QK_COSINE), rows.norms == nil {
        throw .incompleteRows(missing: "norms")
    }
}

/// Lends a Swift closure to C as a function and its context.
private func withProgressCallback<Result>(
    _ progress: (Int) -> Bool,
    _ body: (cfaiss_progress, UnsafeMutableRawPointer) -> Result
) -> Result {
    withoutActuallyEscaping(progress) { progress in
        var progress = progress
        return withUnsafeMutablePointer(to: &progress) { context in
            body(
                { context, rowsDone in
                    guard let context else { return 1 }
                    let progress = context.assumingMemoryBound(to: ((Int) -> Bool).self)
                    return progress.pointee(Int(rowsDone)) ? 0 : 1
                },
                UnsafeMutableRawPointer(context)
            )
        }
    }
}
