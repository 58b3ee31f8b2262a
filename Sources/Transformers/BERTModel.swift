public import Tensors

/// A BERT encoder: tokens in, hidden states out, in float32.
///
/// Weights of linear layers are packed when the model is read and so are a copy in memory; embeddings are read
/// where the file has them mapped.
public final class BERTModel: Sendable {
    /// The model's sizes.
    public let configuration: BERTConfiguration

    private let words: Embedding
    private let positions: Embedding
    private let types: Embedding
    private let embeddingNorm: LayerNorm
    private let layers: [BERTLayer]
    private let attention: SelfAttention

    /// Reads the weights that `configuration` asks for, by the names that Hugging Face's `BertModel` gives them
    /// (with or without `bert.` before them), and checks their shapes.
    public init(
        configuration: BERTConfiguration,
        weights file: SafetensorsFile,
        kernels: Kernels = .best
    ) throws(TransformerError) {
        let weights = BERTWeights(file: file, configuration: configuration, kernels: kernels)
        let width = configuration.hiddenWidth
        do {
            words = Embedding(
                try weights.tensor(
                    "embeddings.word_embeddings.weight",
                    [configuration.vocabularyCount, width]
                )
            )
            positions = Embedding(
                try weights.tensor(
                    "embeddings.position_embeddings.weight",
                    [configuration.maximumPositionCount, width]
                )
            )
            types = Embedding(
                try weights.tensor(
                    "embeddings.token_type_embeddings.weight",
                    [configuration.typeCount, width]
                )
            )
            embeddingNorm = try weights.layerNorm("embeddings.LayerNorm")
            var layers: [BERTLayer] = []
            for index in 0..<configuration.layerCount {
                layers.append(
                    try BERTLayer(
                        index: index,
                        configuration: configuration,
                        weights: weights,
                        kernels: kernels
                    )
                )
            }
            self.layers = layers
        } catch {
            throw .weights(error)
        }
        attention = SelfAttention(
            headCount: configuration.headCount,
            headWidth: configuration.headWidth,
            kernels: kernels
        )
        self.configuration = configuration
    }

    /// Memory for batches of up to `tokenCapacity` tokens in sequences of up to `longestCapacity`.
    public func makeWorkspace(tokenCapacity: Int, longestCapacity: Int) -> BERTWorkspace {
        BERTWorkspace(
            configuration: configuration,
            tokenCapacity: tokenCapacity,
            longestCapacity: longestCapacity,
            scratch: attention.makeScratch(tokenCount: longestCapacity)
        )
    }

    /// Runs the model over `batch` on the calling thread, leaving the hidden states of all its tokens in the
    /// first rows of `workspace.hidden`. Every token is of the first segment type.
    ///
    /// A sequence's states do not depend on what else is in the batch, bit for bit.
    ///
    /// - Throws: ``TransformerError`` for an empty or too long sequence or an unknown token, before anything
    ///   is computed.
    /// - Precondition: `workspace` has room for the batch.
    public func run(
        _ batch: RaggedBatch,
        in workspace: inout BERTWorkspace
    ) throws(TransformerError) {
        precondition(batch.tokens.count <= workspace.tokenCapacity)
        precondition(batch.longestCount <= workspace.longestCapacity)
        try check(batch)
        words.gather(batch.tokens, into: &workspace.hidden)
        let places = (0..<batch.count).flatMap { (0..<Int32(batch.range(of: $0).count)) }
        positions.gather(places, adding: true, into: &workspace.hidden)
        let firstType = [Int32](repeating: 0, count: batch.tokens.count)
        types.gather(firstType, adding: true, into: &workspace.hidden)
        embeddingNorm.normalise(&workspace.hidden, rowCount: batch.tokens.count)
        for layer in layers { layer.run(batch, in: &workspace) }
    }

    private func check(_ batch: RaggedBatch) throws(TransformerError) {
        for sequence in 0..<batch.count {
            let count = batch.range(of: sequence).count
            guard count > 0 else { throw .emptySequence }
            guard count <= configuration.maximumPositionCount else {
                throw .sequenceTooLong(tokenCount: count, limit: configuration.maximumPositionCount)
            }
        }
        for token in batch.tokens where !(0..<configuration.vocabularyCount ~= Int(token)) {
            throw .tokenOutOfRange(token: token, vocabularyCount: configuration.vocabularyCount)
        }
    }
}
