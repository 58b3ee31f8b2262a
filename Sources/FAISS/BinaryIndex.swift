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
    // Sound to share as in `Index`.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// What the index is made of; nil for one read from bytes.
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

    /// An index from the bytes of `serialized()`, which it copies. Bytes that are not as they were written are refused before
    /// FAISS sees any of them.
    ///
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(serialized bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try FAISS.check(
            bytes.withUnsafeBytes {
                cfaiss_binary_container_read($0.baseAddress, $0.count, &handle)
            }
        )
        try self.init(owning: handle, factory: nil)
    }

    /// An index from the bytes of `faissBytes()` or of Python's `faiss.serialize_index_binary`.
    ///
    /// Only for bytes that are known to be as they were written: FAISS trusts the counts inside.
    ///
    /// - Throws: `.malformed`, `.faiss`, `.outOfMemory`.
    public init(trustingFAISSBytes bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try FAISS.check(
            bytes.withUnsafeBytes { cfaiss_binary_read($0.baseAddress, $0.count, &handle) }
        )
        try self.init(owning: handle, factory: nil)
    }

    private init(owning handle: OpaquePointer?, factory: BinaryFactoryString?) throws(FAISSError) {
        guard let handle else { throw .faiss(message: "no index came back") }
        var info = cfaiss_index_info()
        do throws(FAISSError) {
            try FAISS.check(cfaiss_binary_describe(handle, &info))
        } catch {
            cfaiss_binary_destroy(handle)
            throw error
        }
        self.handle = handle
        self.factory = factory
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

    /// Learns the lists' centroids; nothing for kinds without lists. Blocks.
    ///
    /// - Throws: `.notWholeRows`, `.tooFewTrainingRows`, `.alreadyTrained`.
    public mutating func train(_ rows: Span<UInt8>) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        let required = factory?.requiredTrainingRows ?? (isTrained ? 0 : 1)
        guard required > 0 else { return }
        guard !isTrained else { throw .alreadyTrained }
        guard rowCount >= required else {
            throw .tooFewTrainingRows(required: required, found: rowCount)
        }
        try change { handle in
            rows.withUnsafeBufferPointer {
                cfaiss_binary_train(handle, Int64(rowCount), $0.baseAddress)
            }
        }
    }

    /// Adds rows, which get the labels `nextLabel` and up. Blocks.
    public mutating func add(_ rows: Span<UInt8>) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        guard isTrained else { throw .notTrained }
        guard rowCount <= Limits.rowCount - count else {
            throw .tooManyRows(limit: Limits.rowCount, found: rowCount + count)
        }
        try change { handle in
            rows.withUnsafeBufferPointer {
                cfaiss_binary_add(handle, Int64(rowCount), $0.baseAddress, nil)
            }
        }
    }

    /// Adds rows under labels of the caller's (`BIVF…`). Blocks.
    ///
    /// - Throws: As the other `add`; `.unsupported`, `.wrongLabelCount`, `.negativeLabel`.
    public mutating func add(_ rows: Span<UInt8>, labels: Span<Int64>) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows)
        guard isTrained else { throw .notTrained }
        guard self.labels == .stored else {
            throw .unsupported(operation: "labels of the caller's", kind: kind)
        }
        guard labels.count == rowCount else {
            throw .wrongLabelCount(expected: rowCount, found: labels.count)
        }
        for row in labels.indices where labels[row] < 0 {
            throw .negativeLabel(labels[row], row: row)
        }
        guard rowCount <= Limits.rowCount - count else {
            throw .tooManyRows(limit: Limits.rowCount, found: rowCount + count)
        }
        try change { handle in
            rows.withUnsafeBufferPointer { rows in
                labels.withUnsafeBufferPointer {
                    cfaiss_binary_add(handle, Int64(rowCount), rows.baseAddress, $0.baseAddress)
                }
            }
        }
    }

    /// Removes the rows whose labels are selected and returns how many they were.
    ///
    /// - Throws: `.unsupported` for graphs and hashes.
    @discardableResult
    public mutating func remove(_ selector: Selector) throws(FAISSError) -> Int {
        try checkUsable()
        var removed: Int64 = 0
        do throws(FAISSError) {
            try change { cfaiss_binary_remove($0, selector.handle, &removed) }
        } catch {
            guard case .unsupported = error else { throw error }
            throw .unsupported(operation: "removal", kind: kind)
        }
        return Int(removed)
    }

    /// Removes all rows and keeps what training learned.
    public mutating func reset() throws(FAISSError) {
        try checkUsable()
        try change { cfaiss_binary_reset($0) }
    }

    /// Finds the `k` rows nearest to each query, of equal ones those of smaller labels.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension / 8]`.
    ///   - parameters: `nprobe` is for `BIVF…`, `efSearch` for `BHNSW…`, a selector for all; with one, all selected rows
    ///     (of the lists visited) are compared.
    /// - Throws: `.notWholeRows`, `.outOfRange`, `.unknownParameter`, `.notTrained`.
    public borrowing func search(
        _ queries: Span<UInt8>,
        k: Int,
        parameters: SearchParameters = SearchParameters()
    ) throws(FAISSError) -> SearchResult {
        let queryCount = try checkedRowCount(queries)
        try FAISS.check("k", k, in: 1...Int.max)
        guard isTrained else { throw .notTrained }
        let settings = try checked(parameters)
        defer { withExtendedLifetime(parameters) {} }
        let width = min(k, count)
        let (hitCount, overflow) = queryCount.multipliedReportingOverflow(by: width)
        guard !overflow else { throw .outOfMemory }
        var distances = [Int32](repeating: 0, count: hitCount)
        var labels = [Int64](repeating: -1, count: hitCount)
        if hitCount > 0 {
            try FAISS.check(
                queries.withUnsafeBufferPointer {
                    cfaiss_binary_search(
                        handle,
                        Int64(queryCount),
                        $0.baseAddress,
                        Int64(width),
                        settings,
                        &distances,
                        &labels
                    )
                }
            )
        }
        return SearchResult(
            paddedLabels: labels,
            paddedDistances: distances.map(Float.init),
            queryCount: queryCount,
            width: width
        )
    }

    /// Finds all rows of which fewer than `radius` bits differ from a query: those of the lists visited, or all.
    public borrowing func rangeSearch(
        _ queries: Span<UInt8>,
        radius: Int,
        parameters: SearchParameters = SearchParameters()
    ) throws(FAISSError) -> RangeSearchResult {
        let queryCount = try checkedRowCount(queries)
        try FAISS.check("radius", radius, in: 0...Limits.dimension.upperBound + 1)
        guard isTrained else { throw .notTrained }
        let settings = try checked(parameters)
        defer { withExtendedLifetime(parameters) {} }
        var hits: OpaquePointer?
        try FAISS.check(
            queries.withUnsafeBufferPointer {
                cfaiss_binary_range_search(
                    handle,
                    Int64(queryCount),
                    $0.baseAddress,
                    Int32(radius),
                    settings,
                    &hits
                )
            }
        )
        return try RangeSearchResult(taking: hits, queryCount: queryCount)
    }

    /// The rows with these labels: `[labels.count × dimension / 8]`.
    ///
    /// - Throws: `.unknownLabel`.
    public borrowing func reconstruct(_ labels: Span<Int64>) throws(FAISSError) -> [UInt8] {
        try checkUsable()
        var rows = [UInt8](repeating: 0, count: labels.count * dimension / 8)
        var unknown: Int64 = 0
        let status = labels.withUnsafeBufferPointer {
            cfaiss_binary_reconstruct(handle, Int64($0.count), $0.baseAddress, &rows, &unknown)
        }
        if status == CFAISS_UNKNOWN_LABEL { throw .unknownLabel(unknown) }
        try FAISS.check(status)
        return rows
    }

    /// The index in bytes of ours, every one of which is under a checksum, all rows included.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        return try collectBytes { sink, context in
            cfaiss_binary_container_write(handle, sink, context)
        }
    }

    /// The index in FAISS's file format, as Python's `faiss.deserialize_index_binary` reads it.
    public borrowing func faissBytes() throws(FAISSError) -> [UInt8] {
        try checkUsable()
        return try collectBytes { sink, context in cfaiss_binary_write(handle, sink, context) }
    }

    private var kind: String { factory?.description ?? "this kind" }

    private func checkUsable() throws(FAISSError) {
        if let failure { throw .unusable(after: failure.description) }
    }

    private func checkedRowCount(_ values: Span<UInt8>) throws(FAISSError) -> Int {
        try checkUsable()
        guard values.count.isMultiple(of: dimension / 8) else {
            throw .notWholeRows(dimension: dimension / 8, valueCount: values.count)
        }
        return values.count / (dimension / 8)
    }

    private func checked(
        _ parameters: SearchParameters
    ) throws(FAISSError) -> cfaiss_search_parameters {
        var result = cfaiss_search_parameters()
        func refuse(_ name: String, unless known: Bool) throws(FAISSError) {
            guard known else { throw .unknownParameter(name, factory: kind) }
        }
        let isInverted = if case .inverted = factory { true } else { factory == nil }
        let isGraph = if case .graph = factory { true } else { factory == nil }
        if let nprobe = parameters.nprobe {
            try refuse("nprobe", unless: isInverted)
            try FAISS.check("nprobe", nprobe, in: 1...Int.max)
            result.nprobe = min(nprobe, Limits.listCount.upperBound)
        }
        if let efSearch = parameters.efSearch {
            try refuse("efSearch", unless: isGraph)
            try FAISS.check("efSearch", efSearch, in: 1...Int.max)
            result.ef_search = Int32(clamping: min(efSearch, max(count, 1)))
        }
        try refuse("max_codes", unless: parameters.maxCodes == nil)
        try refuse("quantizer_efSearch", unless: parameters.quantizerEfSearch == nil)
        try refuse("k_factor_rf", unless: parameters.kFactor == nil)
        result.selector = parameters.selector?.handle
        return result
    }

    private mutating func change(
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
            if case .unsupported = error { throw error }
            failure = error
            throw error
        }
    }
}
