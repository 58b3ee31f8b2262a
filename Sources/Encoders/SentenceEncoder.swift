public import Quiver
import Tensors
public import Transformers

/// A BERT model that turns a text into one vector, read from a sentence-transformers folder.
///
/// The folder holds `config.json`, `tokenizer.json` and `model.safetensors`, and may hold `modules.json` with the
/// pooling it names, `sentence_bert_config.json` (the length at which texts are cut, special tokens included) and
/// `config_sentence_transformers.json` (prefixes of queries and documents). The vectors are those of the
/// sentence-transformers package, to within the rounding of float32.
///
/// Opening maps the files, hashes them and packs the weights: about 0.1 s and twice the encoder layers' size for
/// a small model, of which the mapped half belongs to the page cache.
public final class SentenceEncoder: Encoder {
    private let model: EncoderModel

    /// Opens the encoder in `folder`.
    ///
    /// - Parameters:
    ///   - folder: the path of a Hugging Face folder.
    ///   - maximumTokenCount: where texts are cut, in place of the folder's own length; never more than the model has
    ///     positions.
    public init(folder: String, maximumTokenCount: Int? = nil) throws(EncoderError) {
        model = try EncoderModel(folder: folder, maximumTokenCount: maximumTokenCount)
    }

    /// Hash of weights, tokenizer, configuration, pooling, normalisation, prefixes and length.
    public var identity: EncoderIdentity { identity(for: EncodingRequest(role: .document)) }
    /// Numbers in a row.
    public var dimension: Int { model.bert.configuration.hiddenWidth }
    /// How many tokens of a text are read at most, special ones included.
    public var maximumTokenCount: Int { model.maximumTokenCount }
    /// How the states of a text's tokens become one vector.
    public var pooling: Pooling { model.contents.pooling }
    /// Whether vectors are divided by their Euclidean norm.
    public var normalises: Bool { model.contents.normalises }

    /// The identity of rows that are made as `request` says: that of an encoder which was opened with the request's length.
    public func identity(for request: EncodingRequest) -> EncoderIdentity {
        model.identity(
            { hash in
                hash.add("pooling", pooling.rawValue)
                hash.add("normalises", "\(normalises)")
            },
            maximumTokenCount: model.maximumTokenCount(for: request)
        ).cut(to: request.prefixDimension, of: dimension)
    }

    /// Encodes `texts`, one row each, in their order.
    ///
    /// Memory beyond the result does not grow with the number of texts. A row is the same, bit for bit, whatever the other
    /// texts, the token budget and the number of threads.
    ///
    /// - Parameters:
    ///   - texts: any lengths, in any order.
    ///   - request: how. The role decides the prefix, where the model has any.
    ///   - progress: called from the caller's thread with the number of texts done so far. Return `false` to
    ///     cancel; the call then throws `CancellationError`.
    /// - Throws: ``EncoderError`` or `CancellationError`.
    public func encode(
        _ texts: [String],
        _ request: EncodingRequest,
        progress: (_ textCount: Int) -> Bool
    ) throws -> EncodedTexts {
        try model.check(request, dimension: dimension)
        let plan = EncoderModel.Plan(
            kind: .pooled(pooling, normalises: normalises),
            dimension: request.prefixDimension ?? dimension,
            maximumTokenCount: model.maximumTokenCount(for: request),
            prefix: model.prefix(of: request.role),
            keepsSpecialTokens: true
        )
        let encoded = try model.encode(texts, plan, request, progress: progress)
        return try EncodedTexts(
            rows: encoded.rows,
            dimension: plan.dimension,
            tokenCounts: encoded.texts.map(\.ids.count)
        )
    }
}
