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
        guard let handle else { throw .faiss(message: "no transform came back") }
        var info = cfaiss_transform_info()
        do throws(FAISSError) {
            try check(cfaiss_transform_describe(handle, &info))
        } catch {
            cfaiss_transform_destroy(handle)
            throw error
        }
        self.handle = handle
        self.kind = kind
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
    /// - Parameter rows: `[n × inputDimension]`.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.tooFewTrainingRows`, `.degenerate`.
    public mutating func train(_ rows: Span<Float>) throws(FAISSError) {
        let rowCount = try checkedRowCount(rows, dimension: inputDimension)
        let required = kind.requiredTrainingRows(inputDimension)
        guard required > 0 else { return }
        guard rowCount >= required else {
            throw .tooFewTrainingRows(required: required, found: rowCount)
        }
        isTrained = false
        try check(
            rows.withUnsafeBufferPointer {
                cfaiss_transform_train(handle, Int64(rowCount), $0.baseAddress)
            }
        )
        isTrained = true
    }

    /// Transforms rows: `[n × inputDimension]` to `[n × outputDimension]`.
    ///
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.notTrained`.
    public borrowing func apply(_ rows: Span<Float>) throws(FAISSError) -> [Float] {
        let rowCount = try checkedRowCount(rows, dimension: inputDimension)
        guard isTrained else { throw .notTrained }
        var result = [Float](repeating: 0, count: rowCount * outputDimension)
        try check(
            rows.withUnsafeBufferPointer {
                cfaiss_transform_apply(handle, Int64(rowCount), $0.baseAddress, &result)
            }
        )
        return result
    }

    /// Turns transformed rows back: `[n × outputDimension]` to `[n × inputDimension]`.
    ///
    /// - Throws: As `apply`; `.unsupported` for kinds that cannot.
    public borrowing func reverse(_ rows: Span<Float>) throws(FAISSError) -> [Float] {
        let rowCount = try checkedRowCount(rows, dimension: outputDimension)
        guard isTrained else { throw .notTrained }
        guard isReversible else {
            throw .unsupported(operation: "undoing", kind: kind.description)
        }
        var result = [Float](repeating: 0, count: rowCount * inputDimension)
        try check(
            rows.withUnsafeBufferPointer {
                cfaiss_transform_reverse(handle, Int64(rowCount), $0.baseAddress, &result)
            }
        )
        return result
    }
}

/// The same operations for arrays.
extension VectorTransform {
    /// `train(_:)` with an array.
    public mutating func train(_ rows: [Float]) throws(FAISSError) {
        try train(rows.span)
    }

    /// `apply(_:)` with an array.
    public borrowing func apply(_ rows: [Float]) throws(FAISSError) -> [Float] {
        try apply(rows.span)
    }

    /// `reverse(_:)` with an array.
    public borrowing func reverse(_ rows: [Float]) throws(FAISSError) -> [Float] {
        try reverse(rows.span)
    }
}
