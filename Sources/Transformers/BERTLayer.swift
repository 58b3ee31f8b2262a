import Tensors

/// One encoder layer of BERT (Devlin et al., 2018): self-attention and feed-forward, each added to its input
/// and normalised after the addition.
struct BERTLayer: Sendable {
    private let projections: Linear
    private let attention: SelfAttention
    private let attentionOutput: Linear
    private let attentionNorm: LayerNorm
    private let intermediate: Linear
    private let activation: Activation
    private let output: Linear
    private let outputNorm: LayerNorm

    /// Reads layer `index`, packing its weights.
    init(
        index: Int,
        configuration: BERTConfiguration,
        weights: BERTWeights,
        kernels: Kernels
    ) throws(TensorError) {
        let width = configuration.hiddenWidth
        let wide = configuration.intermediateWidth
        let prefix = "encoder.layer.\(index)"
        let parts = ["query", "key", "value"].map { "\(prefix).attention.self.\($0)" }
        var matrices: [FloatTensor] = []
        var biases: [FloatTensor] = []
        for part in parts {
            matrices.append(try weights.tensor("\(part).weight", [width, width]))
            biases.append(try weights.tensor("\(part).bias", [width]))
        }
        projections = Linear(weights: matrices, biases: biases, kernels: kernels)
        attention = SelfAttention(
            headCount: configuration.headCount,
            headWidth: configuration.headWidth,
            kernels: kernels
        )
        attentionOutput = try weights.linear(
            "\(prefix).attention.output.dense",
            from: width,
            to: width
        )
        attentionNorm = try weights.layerNorm("\(prefix).attention.output.LayerNorm")
        intermediate = try weights.linear("\(prefix).intermediate.dense", from: width, to: wide)
        activation = configuration.activation
        output = try weights.linear("\(prefix).output.dense", from: wide, to: width)
        outputNorm = try weights.layerNorm("\(prefix).output.LayerNorm")
    }

    /// Replaces the hidden states of `batch` in `workspace` by this layer's.
    func run(_ batch: RaggedBatch, in workspace: inout BERTWorkspace) {
        let count = batch.tokens.count
        projections(workspace.hidden, rowCount: count, into: &workspace.projections)
        attention(
            workspace.projections,
            offsets: batch.offsets,
            scratch: &workspace.scratch,
            into: &workspace.context
        )
        attentionOutput(workspace.context, rowCount: count, into: &workspace.update)
        attentionNorm.normalise(&workspace.hidden, adding: workspace.update, rowCount: count)
        intermediate(
            workspace.hidden,
            rowCount: count,
            activation: activation,
            into: &workspace.intermediate
        )
        output(workspace.intermediate, rowCount: count, into: &workspace.update)
        outputNorm.normalise(&workspace.hidden, adding: workspace.update, rowCount: count)
    }
}
