internal import CFAISS

/// A transform of rows that stands by itself: principal components, rotations, normalisation, padding.
///
///     var pca = try VectorTransform(dimension: 384, .principalComponents(dimension: 64, whitened: false, rotated: false))
///     try pca.train(rows.span)
///     let short = try pca.apply(rows.span)
///
/// Any number of threads may apply one transform at once.
public struct VectorTransform: ~Copyable, Sendable {
    // Sound to share: functions that take it `const` in C run under `borrowing` calls only, the others under
    // `mutating` ones, which Swift makes exclusive.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// What is done to rows.
    public let kind: FactoryString.Transform
    /// Numbers of a row that goes in.
    public let inputDimension: Int
    /// Numbers of a row that comes out.
    public let outputDimension: Int
    /// Whether what comes out can be turned back (approximately, if there are fewer dimensions).
    public let isReversible: Bool
    /// Whether rows can be transformed. Kinds that need no training are trained from the start.
    public private(set) var isTrained: Bool

    /// Makes a transform.
    ///
    /// - Parameters:
    ///   - dimension: Numbers of a row that goes in, 1…65,536.
    ///   - kind: What is to be done to rows.
    /// - Throws: `.outOfRange`, `.unsupportedFactory` if the transform does not take the dimension.
    public init(dimension: Int, _ kind: FactoryString.Transform) throws(FAISSError) {
        try check("dimension", dimension, in: Limits.dimension)
        // Read again, so that numbers out of range are refused as in a string.
        let text = "\(kind),Flat"
        guard case .transformed(kind, .flat) = try FactoryString(text).structure else {
            throw .unsupportedFactory(text, reason: "not one transform")
        }
        try kind.check(dimension: dimension, in: text)
        var handle: OpaquePointer?
        try check(cfaiss_transform_create(Int32(dimension), kind.description, &handle))
        try self.init(owning: handle, kind: kind)
    }

    /// Takes over a handle from C and reads off it what it is.
    ///
    /// - Parameter kind: What it was made of; nil if it was read from a container.
    /// - Throws: `.malformed` for a container that names another transform than it holds.
    init(owning handle: OpaquePointer?, kind: FactoryString.Transform? = nil) throws(FAISSError) {
        guard let handle else { throw .faiss(message: "no transform came back") }
        var info = cfaiss_transform_info()
        let described: FactoryString.Transform
        do throws(FAISSError) {
            try check(cfaiss_transform_describe(handle, &info))
            if let kind {
                described = kind
            } else {
                let stored = String(cString: cfaiss_transform_container_factory(handle))
                let factory = try FactoryString.restored(
                    stored: stored,
                    described: text { cfaiss_transform_factory(handle, $0, $1) },
                    dimension: Int(info.input_dimension),
                    metric: .l2
                )
                guard !stored.isEmpty,
                    case .transformed(let transform, .flat) = factory?.structure
                else { throw .malformed(reason: "a transform that is not named") }
                described = transform
            }
        } catch {
            cfaiss_transform_destroy(handle)
            throw error
        }
        self.handle = handle
        self.kind = described
        inputDimension = Int(info.input_dimension)
        outputDimension = Int(info.output_dimension)
        isReversible = info.is_reversible != 0
        isTrained = info.is_trained != 0
    }

    deinit {
        cfaiss_transform_destroy(handle)
    }

    /// Learns what the transform needs to know about rows; nothing for kinds that need no training. Blocks.
    ///
    /// - Parameters:
    ///   - rows: `[n × inputDimension]`.
    ///   - threadCount: How many threads may share k-means in `OPQ…`, the calling one among them, 1…1,024; what is learned
    ///     is the same to the bit. Other kinds stay on the calling thread.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.outOfRange`, `.tooFewTrainingRows`, `.degenerate`.
    public mutating func train(_ rows: Span<Float>, threadCount: Int = 1) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows, dimension: inputDimension)
        try checkThreadCount(threadCount)
        let required = kind.requiredTrainingRows(inputDimension)
        guard required > 0 else { return }
        guard rowCount >= required else {
            throw .tooFewTrainingRows(required: required, found: rowCount)
        }
        isTrained = false
        try check(
            rows.withUnsafeBufferPointer {
                cfaiss_transform_train(
                    handle,
                    Int64(rowCount),
                    $0.baseAddress,
                    Int32(threadCount)
                )
            }
        )
        isTrained = true
    }

    /// Transforms rows: `[n × inputDimension]` to `[n × outputDimension]`.
    ///
    /// - Parameter rows: None is allowed.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.notTrained`, `.outOfMemory`.
    public borrowing func apply(_ rows: Span<Float>) throws(FAISSError) -> [Float] {
        let rowCount = try checkedRowCount(rows, dimension: inputDimension)
        guard isTrained else { throw .notTrained }
        return try filledArray(elementCount(rowCount, outputDimension)) { result in
            rows.withUnsafeBufferPointer {
                cfaiss_transform_apply(handle, Int64(rowCount), $0.baseAddress, result)
            }
        }
    }

    /// Turns transformed rows back: `[n × outputDimension]` to `[n × inputDimension]`.
    ///
    /// - Parameter rows: None is allowed.
    /// - Throws: As `apply`; `.unsupported` for kinds that cannot.
    public borrowing func reverse(_ rows: Span<Float>) throws(FAISSError) -> [Float] {
        let rowCount = try checkedRowCount(rows, dimension: outputDimension)
        guard isTrained else { throw .notTrained }
        guard isReversible else {
            throw .unsupported(operation: "undoing", kind: kind.description)
        }
        return try filledArray(elementCount(rowCount, inputDimension)) { result in
            rows.withUnsafeBufferPointer {
                cfaiss_transform_reverse(handle, Int64(rowCount), $0.baseAddress, result)
            }
        }
    }
}

extension VectorTransform {
    /// The transform in bytes of ours, every one of which is under a checksum, with what it has learned.
    ///
    /// - Throws: `.outOfMemory`.
    public borrowing func serialized() throws(FAISSError) -> [UInt8] {
        let text = "\(kind),Flat"
        return try collectBytes(startsWithHeader: true) { sink, context in
            cfaiss_transform_container_write(handle, text, sink, context)
        }
    }

    /// A transform from the bytes of `serialized()`, which it copies. Bytes that are not as they were written are refused
    /// before FAISS sees any of them.
    ///
    /// - Parameter bytes: A container of a transform, wherever it starts.
    /// - Throws: `.notAContainer`, `.checksum`, `.malformed`, `.faiss`, `.outOfMemory`.
    public init(serialized bytes: RawSpan) throws(FAISSError) {
        var handle: OpaquePointer?
        try check(
            bytes.withUnsafeBytes {
                cfaiss_transform_container_read($0.baseAddress, $0.count, &handle)
            }
        )
        try self.init(owning: handle)
    }
}

/// The same operations for arrays.
extension VectorTransform {
    /// `train(_:threadCount:)` with an array.
    public mutating func train(_ rows: [Float], threadCount: Int = 1) throws(FAISSError) {
        try train(rows.span, threadCount: threadCount)
    }

    /// `apply(_:)` with an array.
    public borrowing func apply(_ rows: [Float]) throws(FAISSError) -> [Float] {
        try apply(rows.span)
    }

    /// `reverse(_:)` with an array.
    public borrowing func reverse(_ rows: [Float]) throws(FAISSError) -> [Float] {
        try reverse(rows.span)
    }

    /// `init(serialized:)` with an array.
    public init(serialized bytes: [UInt8]) throws(FAISSError) {
        try self.init(serialized: bytes.span.bytes)
    }
}
