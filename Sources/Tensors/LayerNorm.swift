import CKernels

/// Layer normalisation of rows (Ba, Kiros and Hinton, 2016): `(x − mean) / √(variance + epsilon) · gain + bias`.
public struct LayerNorm: Sendable {
    private let gain: [Float]
    private let bias: [Float]
    private let epsilon: Float
    private let kernels: Kernels

    /// A normalisation of rows of `gain.count` numbers.
    public init(gain: FloatTensor, bias: FloatTensor, epsilon: Float, kernels: Kernels = .best) {
        precondition(gain.shape == bias.shape && gain.shape.count == 1)
        self.gain = gain.copied()
        self.bias = bias.copied()
        self.epsilon = epsilon
        self.kernels = kernels
    }

    /// Replaces the first `rowCount` rows of `x` by their normalisation.
    public func normalise(_ x: inout Matrix, rowCount: Int) {
        run(&x, residual: nil, residualStride: 0, rowCount: rowCount)
    }

    /// Replaces the first `rowCount` rows of `x` by the normalisation of `x + residual`, in one pass.
    public func normalise(
        _ x: inout Matrix,
        adding residual: borrowing Matrix,
        rowCount: Int
    ) {
        precondition(residual.columnCount == gain.count && rowCount <= residual.rowCount)
        run(&x, residual: residual.base, residualStride: residual.stride, rowCount: rowCount)
    }

    private func run(
        _ x: inout Matrix,
        residual: UnsafeMutablePointer<Float>?,
        residualStride: Int,
        rowCount: Int
    ) {
        precondition(x.columnCount == gain.count && 0...x.rowCount ~= rowCount)
        kernels.table.pointee.layer_norm(
            x.base,
            x.stride,
            residual,
            residualStride,
            rowCount,
            gain.count,
            gain,
            bias,
            epsilon,
            x.base,
            x.stride
        )
    }
}
