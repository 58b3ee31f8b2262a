import Tensors

/// A BERT checkpoint's tensors by their names in `BertModel`, whether or not the file puts `bert.` before them,
/// as checkpoints with a head do, and whichever of its two names a normalisation's parameters have.
struct BERTWeights {
    private let file: SafetensorsFile
    private let prefix: String
    private let configuration: BERTConfiguration
    private let kernels: Kernels

    init(file: SafetensorsFile, configuration: BERTConfiguration, kernels: Kernels) {
        self.file = file
        self.configuration = configuration
        self.kernels = kernels
        prefix = file.contains("bert.embeddings.word_embeddings.weight") ? "bert." : ""
    }

    func tensor(_ name: String, _ shape: [Int]) throws(TensorError) -> FloatTensor {
        try FloatTensor(file.tensor(prefix + name), expecting: shape)
    }

    func linear(
        _ name: String,
        from inputCount: Int,
        to outputCount: Int
    ) throws(TensorError) -> Linear {
        Linear(
            weights: [try tensor("\(name).weight", [outputCount, inputCount])],
            biases: [try tensor("\(name).bias", [outputCount])],
            kernels: kernels
        )
    }

    func layerNorm(_ name: String) throws(TensorError) -> LayerNorm {
        // TensorFlow's names, which old checkpoints keep.
        let isOld = file.contains("\(prefix)\(name).gamma")
        let shape = [configuration.hiddenWidth]
        return LayerNorm(
            gain: try tensor("\(name).\(isOld ? "gamma" : "weight")", shape),
            bias: try tensor("\(name).\(isOld ? "beta" : "bias")", shape),
            epsilon: configuration.layerNormEpsilon,
            kernels: kernels
        )
    }
}
