import CKernels

/// What follows a linear layer, element by element.
public enum Activation: Sendable, Equatable {
    case identity
    case relu
    /// `x · (1 + erf(x / √2)) / 2`, to 1e-6.
    case gelu
    /// Its approximation by tanh (Hendrycks and Gimpel, "Gaussian error linear units", 2016, section 2).
    case geluTanh

    var code: Int32 {
        switch self {
        case .identity: QK_NN_IDENTITY
        case .relu: QK_NN_RELU
        case .gelu: QK_NN_GELU
        case .geluTanh: QK_NN_GELU_TANH
        }
    }
}

/// `activation(x · Wᵀ + b)`.
///
/// The weights are packed once into the order in which the product reads them, so that no call packs them
/// again, and small batches run as fast as large ones. They are a copy in this process's memory.
public final class Linear: Sendable {
    /// Numbers in a row of the input.
    public let inputCount: Int
    /// Numbers in a row of the output.
    public let outputCount: Int

    private let kernels: Kernels
    // Written in the initialiser alone, freed in `deinit`.
    private nonisolated(unsafe) let packed: UnsafeMutablePointer<Float>
    private let bias: [Float]

    /// A layer whose outputs are those of `weights` one after the other (queries, keys and values of an
    /// attention in one product, say).
    ///
    /// - Parameters:
    ///   - weights: each `[outputs × inputs]`, all of them with as many inputs.
    ///   - biases: one number for each output, in the same order; none for a layer without.
    public init(weights: [FloatTensor], biases: [FloatTensor], kernels: Kernels = .best) {
        let inputCount = weights.first?.shape.last ?? 0
        precondition(weights.allSatisfy { $0.shape.count == 2 && $0.shape[1] == inputCount })
        var values: [Float] = []
        for weight in weights { weight.withUnsafeFloats { values.append(contentsOf: $0) } }
        let outputCount = weights.reduce(0) { $0 + $1.shape[0] }

        let panelWidth = kernels.table.pointee.panel_width
        let paddedCount = (outputCount + panelWidth - 1) / panelWidth * panelWidth
        var bias: [Float] = []
        for part in biases { part.withUnsafeFloats { bias.append(contentsOf: $0) } }
        precondition(biases.isEmpty || bias.count == outputCount)
        bias.append(contentsOf: repeatElement(0, count: paddedCount - bias.count))

        let floats = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, paddedCount * inputCount) * 4,
            alignment: 64
        )
        packed = floats.bindMemory(to: Float.self, capacity: max(1, paddedCount * inputCount))
        kernels.table.pointee.pack(values, outputCount, inputCount, packed)
        self.inputCount = inputCount
        self.outputCount = outputCount
        self.kernels = kernels
        self.bias = bias
    }

    deinit {
        packed.deallocate()
    }

    /// Computes the first `rowCount` rows of `y` from those of `x`, on the calling thread.
    ///
    /// - Parameters:
    ///   - x: `[≥ rowCount × inputCount]`.
    ///   - y: `[≥ rowCount × outputCount]`.
    public func callAsFunction(
        _ x: borrowing Matrix,
        rowCount: Int,
        activation: Activation = .identity,
        into y: inout Matrix
    ) {
        precondition(x.columnCount == inputCount && y.columnCount == outputCount)
        precondition(rowCount >= 0 && rowCount <= x.rowCount && rowCount <= y.rowCount)
        kernels.table.pointee.linear(
            x.base,
            x.stride,
            rowCount,
            packed,
            bias,
            inputCount,
            outputCount,
            activation.code,
            y.base,
            y.stride
        )
    }
}
