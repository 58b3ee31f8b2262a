internal import CFAISS

/// A FAISS index of rows of bits, compared by how many bits differ (Hamming distance).
///
///     var index = try BinaryIndex(dimension: 256, factory: "BIVF64")
///     try index.train(rows.span)
///     try index.add(rows.span)
///     let result = try index.search(queries.span, k: 10, parameters: SearchParameters(nprobe: 8))
///
/// Rows are packed bytes, `[count × dimension / 8]`. Distances in results are whole numbers of bits.
/// Sharing between threads is as with `Index`.
public struct BinaryIndex: ~Copyable, Sendable {
    // Sound to share: functions that take it `const` in C run under `borrowing` calls only, the others under
    // `mutating` ones, which Swift makes exclusive.
    nonisolated(unsafe) let handle: OpaquePointer

    /// What the index is made of. Nil for an index read from FAISS's bytes that no factory string makes.
    public let factory: BinaryFactoryString?
    /// Bits a row.
    public let dimension: Int
    /// Whether labels are positions or kept with the rows (`BIVF…`).
    public let labels: Index.Labels
    /// Rows in the index.
    public private(set) var count: Int
    /// The label of the next row that is added without one.
    public private(set) var nextLabel: Int64
    /// Whether the index takes rows and answers.
    public private(set) var isTrained: Bool
    private var failure: FAISSError?

    /// Makes an empty index.
    ///
    /// - Parameters:
    ///   - dimension: Bits a row, a multiple of 8 from 8 to 65,536.
    ///   - factory: What to make, as `BinaryFactoryString` reads it.
    /// - Throws: `.outOfRange`, `.notWholeBytes`, `.unsupportedFactory`.
    public init(dimension: Int, factory: String) throws(FAISSError) {
        let factory = try BinaryFactoryString(factory)
        try FAISS.check("dimension", dimension, in: 8...Limits.dimension.upperBound)
        guard dimension.isMultiple(of: 8) else { throw .notWholeBytes(dimension: dimension) }
        try factory.check(dimension: dimension)
        var handle: OpaquePointer?
        try FAISS.check(cfaiss_binary_create(Int32(dimension), factory.description, &handle))
        try self.init(owning: handle, factory: factory)
    }

    /// Takes over a handle from C and reads off it what it is.
    ///
    /// - Parameter factory: What it was made of; nil if it was read from bytes.
    /// - Throws: `.malformed` for a container that names another factory string than its index is made of.
    init(owning handle: OpaquePointer?, factory: BinaryFactoryString? = nil) throws(FAISSError) {
        guard let handle else { throw .faiss(message: "no index came back") }
        var info = cfaiss_index_info()
        let described: BinaryFactoryString?
        do throws(FAISSError) {
            try FAISS.check(cfaiss_binary_describe(handle, &info))
            if let factory {
                described = factory
            } else {
                described = try BinaryFactoryString.restored(
                    stored: String(cString: cfaiss_binary_container_factory(handle)),
                    described: text { cfaiss_binary_factory(handle, $0, $1) },
                    dimension: Int(info.dimension)
                )
            }
        } catch {
            cfaiss_binary_destroy(handle)
            throw error
        }
        self.handle = handle
        self.factory = described
        dimension = Int(info.dimension)
        labels = info.label_kind == CFAISS_LABEL_STORED ? .stored : .positions
        count = Int(info.count)
        nextLabel = info.next_label
        isTrained = info.is_trained != 0
        failure = nil
    }

    deinit {
        cfaiss_binary_destroy(handle)
    }

    /// How the index names its kind in errors.
    var kind: String { factory?.description ?? "this kind" }

    /// Throws if a change failed earlier: FAISS does not take back what it had done by then.
    func checkUsable() throws(FAISSError) {
        if let failure { throw .unusable(after: failure.description) }
    }

    /// How many rows `values` are, if they are whole.
    func checkedRowCount(_ values: Span<UInt8>) throws(FAISSError) -> Int {
        try checkUsable()
        guard values.count.isMultiple(of: dimension / 8) else {
            throw .notWholeRows(dimension: dimension / 8, valueCount: values.count)
        }
        return values.count / (dimension / 8)
    }

    /// As `Index.change`.
    mutating func change(
        _ body: (_ handle: OpaquePointer) -> cfaiss_status
    ) throws(FAISSError) {
        do throws(FAISSError) {
            try FAISS.check(body(handle))
            var info = cfaiss_index_info()
            try FAISS.check(cfaiss_binary_describe(handle, &info))
            count = Int(info.count)
            nextLabel = info.next_label
            isTrained = info.is_trained != 0
        } catch {
            // The others are found before anything changes.
            if case .unsupported = error { throw error }
            failure = error
            throw error
        }
    }
}
