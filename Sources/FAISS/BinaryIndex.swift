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
public struct BinaryIndex: ~Copyable, Sendable, HandledIndex {
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
    public var count: Int { state.count }
    /// The label of the next row that is added without one.
    public var nextLabel: Int64 { state.nextLabel }
    /// Whether the index takes rows and answers.
    public var isTrained: Bool { state.isTrained }
    var state: IndexState

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
        let info: cfaiss_index_info
        let described: BinaryFactoryString?
        do throws(FAISSError) {
            info = try Self.describe(handle)
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
        state = IndexState(info)
    }

    deinit {
        cfaiss_binary_destroy(handle)
    }

    /// How the index names its kind in errors.
    var kind: String { factory?.description ?? "this kind" }

    /// How many rows `values` are, if they are whole.
    func checkedRowCount(_ values: Span<UInt8>) throws(FAISSError) -> Int {
        try checkUsable()
        guard values.count.isMultiple(of: dimension / 8) else {
            throw .notWholeRows(dimension: dimension / 8, valueCount: values.count)
        }
        return values.count / (dimension / 8)
    }

    static func describe(_ handle: OpaquePointer) throws(FAISSError) -> cfaiss_index_info {
        var info = cfaiss_index_info()
        try FAISS.check(cfaiss_binary_describe(handle, &info))
        return info
    }
}
