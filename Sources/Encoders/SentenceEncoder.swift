import Files
public import Quiver
import Tensors
import Tokenizers
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
    /// Hash of weights, tokenizer, configuration, pooling, normalisation, prefixes and length.
    public let identity: EncoderIdentity
    /// Numbers in a row.
    public var dimension: Int { model.configuration.hiddenWidth }
    /// How many tokens of a text are read at most, special ones included.
    public let maximumTokenCount: Int
    /// How the states of a text's tokens become one vector.
    public let pooling: Pooling
    /// Whether vectors are divided by their Euclidean norm.
    public let normalises: Bool

    let model: BERTModel
    let tokenizer: Tokenizer
    let prefixes: [EncoderRole: String]

    /// Opens the encoder in `folder`.
    ///
    /// - Parameters:
    ///   - folder: the path of a Hugging Face folder.
    ///   - maximumTokenCount: where texts are cut, in place of the folder's own length; never more than the model has
    ///     positions.
    public init(folder: String, maximumTokenCount: Int? = nil) throws(EncoderError) {
        let contents = try SentenceEncoderFolder(path: folder)
        let configurationPath = try contents.file("config.json")
        let tokenizerPath = try contents.file("tokenizer.json")
        let weightsPath = try contents.file("model.safetensors")
        let weights = try Self.weights(at: weightsPath)
        do {
            let configuration = try BERTConfiguration(path: configurationPath)
            model = try BERTModel(configuration: configuration, weights: weights)
        } catch {
            throw .model(error)
        }
        do {
            tokenizer = try Tokenizer(file: tokenizerPath)
        } catch {
            throw .tokenizer(error)
        }
        let vocabularyCount = model.configuration.vocabularyCount
        guard Int(tokenizer.largestID) < vocabularyCount else {
            throw .vocabularyMismatch(
                folder: folder,
                largestToken: tokenizer.largestID,
                modelCount: vocabularyCount
            )
        }
        let limit = min(
            maximumTokenCount ?? contents.maximumTokenCount ?? .max,
            model.configuration.maximumPositionCount
        )
        guard limit > tokenizer.specialTokenCount else {
            throw .tokenizer(
                .limitTooSmall(limit: limit, specialTokenCount: tokenizer.specialTokenCount)
            )
        }
        self.maximumTokenCount = limit
        pooling = contents.pooling
        normalises = contents.normalises
        prefixes = contents.prefixes

        let hash = IdentityHash()
        do {
            try hash.add("weights", file: weightsPath)
            try hash.add("tokenizer", file: tokenizerPath)
            try hash.add("configuration", file: configurationPath)
        } catch {
            throw .file(error)
        }
        hash.add("pooling", pooling.rawValue)
        hash.add("normalises", "\(normalises)")
        hash.add("length", "\(limit)")
        for role in EncoderRole.allCases { hash.add(role.rawValue, prefixes[role] ?? "") }
        identity = hash.identity()
    }

    private static func weights(at path: String) throws(EncoderError) -> SafetensorsFile {
        do {
            return try SafetensorsFile(path: path)
        } catch {
            throw .weights(error)
        }
    }
}
