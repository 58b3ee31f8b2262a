internal import CFAISS

/// A FAISS index that owns its rows: any that `FactoryString` describes.
///
///     var index = try Index(dimension: 384, factory: "IVF256,Flat", metric: .l2)
///     try index.train(rows.span)
///     try index.add(rows.span)
///     let result = try index.search(queries.span, k: 10, parameters: SearchParameters(nprobe: 16))
///
/// Rows are float32, `[count × dimension]`, row-major. What a row's label is depends on the kind, see `Labels`.
///
/// Any number of threads may search one index at once, and none can while it changes: changing it is `mutating`, so
/// the compiler refuses a change that could meet a search, and FAISS's searches only read (its global counters of
/// visited lists and nodes aside, which nothing here reads).
///
/// `LSQ…`, `PLSQ…` and `…_Nlsq2x4` kinds are trained and filled by one thread of the process at a time; others wait.
///
/// No call starts a thread, except where it is given a thread count, and none is left when a call returns. OpenMP's and
/// OpenBLAS's thread counts are as before when a call returns.
public struct Index: ~Copyable, Sendable, HandledIndex {
    /// What the labels of an index are.
    public enum Labels: Sendable, Equatable {
        /// The row's place in the order of adding, from 0. Removing a row shifts those behind it.
        case positions
        /// Kept with the row: as given, or else one more than the greatest so far. This holds for `IVF…` kinds.
        case stored
        /// As `stored`, through a table around another index: `IDMap…`.
        case mapped
    }

    // Sound to share: functions that take it `const` in C run under `borrowing` calls only, the others under
    // `mutating` ones, which Swift makes exclusive.
    nonisolated(unsafe) let handle: OpaquePointer

    /// What the index is made of. Nil for an index read from FAISS's bytes that no factory string makes, and for one with
    /// `OPQ`, which FAISS writes as any linear transform. Such an index takes any parameter and no number beyond ±1e6.
    public let factory: FactoryString?
    /// Numbers a row.
    public let dimension: Int
    /// How rows are compared.
    public let metric: Metric
    /// What the labels of its rows are.
    public let labels: Labels
    /// Whether all rows must be added in one call (`NSG…`).
    public let takesRowsOnce: Bool
    /// Rows in the index.
    public var count: Int { state.count }
    /// The label of the next row that is added without one: above every label so far.
    public var nextLabel: Int64 { state.nextLabel }
    /// Whether the index takes rows and answers. Kinds that need no training are trained from the start.
    public var isTrained: Bool { state.isTrained }
    var state: IndexState

    /// Makes an empty index.
    ///
    /// - Parameters:
    ///   - dimension: Numbers a row, 1…65,536.
    ///   - factory: What to make, as `FactoryString` reads it.
    ///   - metric: How rows are compared.
    /// - Throws: `.outOfRange`, `.unsupportedFactory`.
    public init(dimension: Int, factory: String, metric: Metric) throws(FAISSError) {
        try self.init(dimension: dimension, factory: FactoryString(factory), metric: metric)
    }

    /// Makes an empty index.
    ///
    /// - Parameters:
    ///   - dimension: Numbers a row, 1…65,536.
    ///   - factory: What to make.
    ///   - metric: How rows are compared.
    /// - Throws: `.outOfRange`; `.unsupportedFactory` if the parts do not fit the dimension or the metric.
    public init(dimension: Int, factory: FactoryString, metric: Metric) throws(FAISSError) {
        try check("dimension", dimension, in: Limits.dimension)
        try factory.check(dimension: dimension, metric: metric)
        let code = metric == .l2 ? CFAISS_L2 : CFAISS_INNER_PRODUCT
        var handle: OpaquePointer?
        try check(cfaiss_index_create(Int32(dimension), factory.description, code, &handle))
        try self.init(owning: handle, factory: factory)
    }

    /// Takes over a handle from C and reads off it what it is.
    ///
    /// - Parameter factory: What it was made of; nil if it was read from bytes.
    /// - Throws: `.malformed` for a container that names another factory string than its index is made of.
    init(owning handle: OpaquePointer?, factory: FactoryString? = nil) throws(FAISSError) {
        guard let handle else { throw .faiss(message: "no index came back") }
        let info: cfaiss_index_info
        let described: FactoryString?
        do throws(FAISSError) {
            info = try Self.describe(handle)
            if let factory {
                described = factory
            } else {
                described = try FactoryString.restored(
                    stored: String(cString: cfaiss_container_factory(handle)),
                    described: text { cfaiss_index_factory(handle, $0, $1) },
                    dimension: Int(info.dimension),
                    metric: info.metric == CFAISS_L2 ? .l2 : .innerProduct
                )
            }
        } catch {
            cfaiss_index_destroy(handle)
            throw error
        }
        self.handle = handle
        self.factory = described
        dimension = Int(info.dimension)
        metric = info.metric == CFAISS_L2 ? .l2 : .innerProduct
        labels =
            switch info.label_kind {
            case CFAISS_LABEL_STORED: .stored
            case CFAISS_LABEL_GIVEN: .mapped
            default: .positions
            }
        takesRowsOnce = info.takes_rows_once != 0
        state = IndexState(info)
    }

    deinit {
        cfaiss_index_destroy(handle)
    }

    /// Removes all rows and keeps what training learned. Labels start from 0 again.
    public mutating func reset() throws(FAISSError) {
        try checkUsable()
        try change { handle in cfaiss_index_reset(handle) }
    }

    /// How many rows `values` are, if they are whole, finite and of numbers that FAISS can square.
    func checkedRowCount(_ values: Span<Float>) throws(FAISSError) -> Int {
        try checkUsable()
        return try FAISS.checkedRowCount(
            values,
            dimension: dimension,
            magnitude: factory?.structure.magnitude ?? Limits.additiveMagnitude
        )
    }

    static func describe(_ handle: OpaquePointer) throws(FAISSError) -> cfaiss_index_info {
        var info = cfaiss_index_info()
        try check(cfaiss_index_describe(handle, &info))
        return info
    }

    /// How the index names its kind in errors.
    var kind: String { factory?.description ?? "this kind" }
}
