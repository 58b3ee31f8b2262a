internal import CFAISS

/// A FAISS index that owns its rows.
///
///     var index = try Index(dimension: 384, factory: "IVF256,Flat", metric: .l2)
///     try index.train(rows.span)
///     try index.add(rows.span)
///     let result = try index.search(queries.span, k: 10, parameters: SearchParameters(nprobe: 16))
///
/// Rows are float32, `[count × dimension]`, row-major; the row that is added as the n-th has label n, from 0.
///
/// Any number of threads may search one index at once, and none can while it changes: changing it is `mutating`, so
/// the compiler refuses a change that could meet a search, and FAISS's searches only read (its global counters of
/// visited lists and nodes aside, which nothing here reads).
///
/// No call starts a thread, except `search` when asked to, and none is left when a call returns. OpenMP's and
/// OpenBLAS's thread counts are as before when a call returns.
public struct Index: ~Copyable, Sendable {
    // Sound to share: functions that take it `const` in C run under `borrowing` calls only, the others under
    // `mutating` ones, which Swift makes exclusive.
    nonisolated(unsafe) let handle: OpaquePointer

    /// What the index is made of.
    public let factory: FactoryString
    /// Numbers a row.
    public let dimension: Int
    /// How rows are compared.
    public let metric: Metric
    /// Rows in the index.
    public private(set) var count: Int
    /// Whether the index takes rows and answers. Kinds that need no training are trained from the start.
    public private(set) var isTrained: Bool
    /// The first change that FAISS gave up in the middle of, which may have left it inconsistent.
    private var failure: FAISSError?

    /// Makes an empty index.
    ///
    /// - Parameters:
    ///   - dimension: Numbers a row, 1…65,536.
    ///   - factory: What to make, as `FactoryString` reads it.
    /// - Throws: `.outOfRange`, `.unsupportedFactory`.
    public init(dimension: Int, factory: String, metric: Metric) throws(FAISSError) {
        let factory = try FactoryString(factory)
        try check("dimension", dimension, in: Limits.dimension)
        let code = metric == .l2 ? CFAISS_L2 : CFAISS_INNER_PRODUCT
        var handle: OpaquePointer?
        try check(cfaiss_index_create(Int32(dimension), factory.description, code, &handle))
        try self.init(owning: handle)
    }

    /// Takes over a handle from C and reads off it what it is.
    init(owning handle: OpaquePointer?) throws(FAISSError) {
        guard let handle else { throw .faiss(message: "no index came back") }
        var info = cfaiss_index_info()
        do throws(FAISSError) {
            try check(cfaiss_index_describe(handle, &info))
        } catch {
            cfaiss_index_destroy(handle)
            throw error
        }
        self.handle = handle
        factory = FactoryString(Structure(info))
        dimension = Int(info.dimension)
        metric = info.metric == CFAISS_L2 ? .l2 : .innerProduct
        count = Int(info.count)
        isTrained = info.is_trained != 0
        failure = nil
    }

    deinit {
        cfaiss_index_destroy(handle)
    }

    /// Learns what the index needs to know about rows: the lists' centroids, the quantiser's ranges.
    ///
    /// Nothing happens in an index that needs no training. FAISS's k-means uses at most 256 rows a list, chosen from
    /// `rows`. Blocks; k-means takes time in the order of 25 · rows used · lists · dimension on the calling thread.
    ///
    /// - Parameter rows: `[n × dimension]`, at least one row a list; 40 and more give good lists.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooFewTrainingRows`, `.alreadyTrained`.
    public mutating func train(_ rows: Span<Float>) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        let required = factory.requiredTrainingRows
        guard required > 0 else { return }
        guard !isTrained else { throw .alreadyTrained }
        guard rowCount >= required else {
            throw .tooFewTrainingRows(required: required, found: rowCount)
        }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                cfaiss_index_train(handle, Int64(rowCount), rows.baseAddress)
            }
        }
        isTrained = true
    }

    /// Adds rows, which get the labels `count` and up. Blocks; runs on the calling thread.
    ///
    /// - Parameter rows: `[n × dimension]`; none is allowed.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.notTrained`, `.tooManyRows`.
    public mutating func add(_ rows: Span<Float>) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        guard isTrained else { throw .notTrained }
        guard rowCount <= Limits.rowCount - count else {
            throw .tooManyRows(limit: Limits.rowCount, found: rowCount + count)
        }
        guard rowCount > 0 else { return }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                cfaiss_index_add(handle, Int64(rowCount), rows.baseAddress)
            }
        }
        count += rowCount
    }

    /// Removes all rows and keeps what training learned.
    public mutating func reset() throws(FAISSError) {
        try checkUsable()
        try change { handle in cfaiss_index_reset(handle) }
        count = 0
    }

    /// How many rows `values` are, if they are whole and finite.
    func checkedRowCount(_ values: Span<Float>) throws(FAISSError) -> Int {
        try checkUsable()
        guard values.count.isMultiple(of: dimension) else {
            throw .notWholeRows(dimension: dimension, valueCount: values.count)
        }
        if let row = firstRowNotFinite(values, dimension: dimension) { throw .notFinite(row: row) }
        return values.count / dimension
    }

    /// Throws if a change failed earlier: FAISS does not take back what it had done by then.
    func checkUsable() throws(FAISSError) {
        if let failure { throw .unusable(after: failure.description) }
    }

    private mutating func change(
        _ body: (_ handle: OpaquePointer) -> cfaiss_status
    ) throws(FAISSError) {
        do throws(FAISSError) {
            try check(body(handle))
        } catch {
            failure = error
            throw error
        }
    }
}

private typealias Structure = FactoryString.Structure

extension FactoryString.Structure {
    fileprivate init(_ info: cfaiss_index_info) {
        let size = Int(info.structure_size)
        switch info.kind {
        case CFAISS_KIND_IVF_FLAT: self = .inverted(listCount: size, .flat)
        case CFAISS_KIND_IVF_SQ8: self = .inverted(listCount: size, .scalarQuantizer)
        case CFAISS_KIND_HNSW_FLAT: self = .graph(M: size, .flat)
        default: self = .flat
        }
    }
}
