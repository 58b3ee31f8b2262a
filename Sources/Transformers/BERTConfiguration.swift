public import Tensors

/// The sizes and choices of a BERT encoder, as a Hugging Face `config.json` has them.
public struct BERTConfiguration: Sendable, Equatable {
    /// Rows of the token embedding.
    public var vocabularyCount: Int
    /// Numbers of a hidden state.
    public var hiddenWidth: Int
    /// How many encoder layers.
    public var layerCount: Int
    /// How many attention heads; they share the hidden width evenly.
    public var headCount: Int
    /// Numbers between the two products of the feed-forward part.
    public var intermediateWidth: Int
    /// What stands between those two products.
    public var activation: Activation
    /// What is added to a variance before its root is taken.
    public var layerNormEpsilon: Float
    /// How many positions have an embedding: the longest sequence.
    public var maximumPositionCount: Int
    /// Rows of the segment embedding.
    public var typeCount: Int

    /// Numbers of a query, key or value in one head.
    public var headWidth: Int { hiddenWidth / headCount }

    /// A configuration of given sizes.
    public init(
        vocabularyCount: Int,
        hiddenWidth: Int,
        layerCount: Int,
        headCount: Int,
        intermediateWidth: Int,
        activation: Activation = .gelu,
        layerNormEpsilon: Float = 1e-12,
        maximumPositionCount: Int = 512,
        typeCount: Int = 2
    ) {
        self.vocabularyCount = vocabularyCount
        self.hiddenWidth = hiddenWidth
        self.layerCount = layerCount
        self.headCount = headCount
        self.intermediateWidth = intermediateWidth
        self.activation = activation
        self.layerNormEpsilon = layerNormEpsilon
        self.maximumPositionCount = maximumPositionCount
        self.typeCount = typeCount
    }

    /// Reads a `config.json`. Fields that Hugging Face's `BertConfig` has a default for may be absent; what is
    /// not implemented is an error that names the field.
    public init(path: String) throws(TransformerError) {
        let file = try ConfigurationFile(path: path)
        try file.require("model_type", "bert", default: nil)
        try file.require("position_embedding_type", "absolute", default: "absolute")
        for field in ["is_decoder", "add_cross_attention"] {
            guard try !file.bool(field, default: false) else {
                throw .unsupported(path: path, field: field, found: "true", supported: "false")
            }
        }
        vocabularyCount = try file.integer("vocab_size", in: 1...(1 << 30), default: 30_522)
        hiddenWidth = try file.integer("hidden_size", in: 1...(1 << 16), default: 768)
        layerCount = try file.integer("num_hidden_layers", in: 1...1024, default: 12)
        headCount = try file.integer("num_attention_heads", in: 1...hiddenWidth, default: 12)
        intermediateWidth = try file.integer("intermediate_size", in: 1...(1 << 18), default: 3072)
        maximumPositionCount = try file.integer(
            "max_position_embeddings",
            in: 1...(1 << 20),
            default: 512
        )
        typeCount = try file.integer("type_vocab_size", in: 1...(1 << 16), default: 2)
        layerNormEpsilon = Float(try file.number("layer_norm_eps", in: 0...1, default: 1e-12))
        guard hiddenWidth % headCount == 0 else {
            throw .invalidField(
                path: path,
                field: "num_attention_heads",
                expected: "a divisor of hidden_size (\(hiddenWidth))",
                found: "\(headCount)"
            )
        }
        let name = try file.string("hidden_act", default: "gelu")
        guard let activation = Self.activations[name] else {
            throw .unsupported(
                path: path,
                field: "hidden_act",
                found: "\"\(name)\"",
                supported: Self.activations.keys.sorted().joined(separator: ", ")
            )
        }
        self.activation = activation
    }

    private static let activations: [String: Activation] = [
        "gelu": .gelu,
        "gelu_new": .geluTanh,
        "gelu_pytorch_tanh": .geluTanh,
        "relu": .relu,
    ]
}

extension ConfigurationFile {
    /// Checks that a field has the one value that is implemented.
    fileprivate func require(
        _ field: String,
        _ supported: String,
        default standard: String?
    ) throws(TransformerError) {
        let found = try string(field, default: standard)
        guard found == supported else {
            throw .unsupported(
                path: path,
                field: field,
                found: "\"\(found)\"",
                supported: supported
            )
        }
    }
}
