public import Tensors

/// The activations of one forward pass, reused from batch to batch. One thread uses it at a time.
public struct BERTWorkspace: ~Copyable {
    /// Tokens that a batch may have in all.
    public let tokenCapacity: Int
    /// Tokens that a sequence may have.
    public let longestCapacity: Int
    /// `[tokens × hiddenWidth]`: after a forward pass, the last layer's hidden states.
    public internal(set) var hidden: Matrix

    var projections: Matrix
    var context: Matrix
    var update: Matrix
    var intermediate: Matrix
    var scratch: Matrix

    init(
        configuration: BERTConfiguration,
        tokenCapacity: Int,
        longestCapacity: Int,
        scratch: consuming Matrix
    ) {
        let width = configuration.hiddenWidth
        self.tokenCapacity = tokenCapacity
        self.longestCapacity = longestCapacity
        hidden = Matrix(rowCount: tokenCapacity, columnCount: width)
        projections = Matrix(rowCount: tokenCapacity, columnCount: 3 * width)
        context = Matrix(rowCount: tokenCapacity, columnCount: width)
        update = Matrix(rowCount: tokenCapacity, columnCount: width)
        intermediate = Matrix(rowCount: tokenCapacity, columnCount: configuration.intermediateWidth)
        self.scratch = scratch
    }
}
