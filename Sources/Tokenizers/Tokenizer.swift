internal import JSON

/// Turns text into the token ids of a model, as the model's `tokenizer.json` says.
///
/// The file is Hugging Face's `tokenizers` format, and the ids are the same as that library's. So far
/// it reads BERT's kind: `BertNormalizer`, `BertPreTokenizer`, `WordPiece`, `TemplateProcessing` and
/// `BertProcessing`. Anything else in a file is an error that names it.
///
/// A tokenizer never changes, and may encode on any number of threads at once.
public struct Tokenizer: Sendable {
    /// How the file says that long texts are cut.
    public let truncation: Truncation?
    /// How the file says that batches are filled up.
    public let padding: Padding?

    let normalizer: BertNormalizer?
    let preTokenizer: BertPreTokenizer?
    let model: WordPiece
    let vocabulary: ModelVocabulary
    let addedVocabulary: AddedVocabulary
    let postProcessor: PostProcessor

    /// How many tokens there are, added ones included.
    public let vocabularyCount: Int

    /// The largest id that an encoded text can hold. An embedding matrix needs more rows than this.
    public let largestID: Int32

    /// The id that fills up batches, if the file names one.
    public var paddingID: Int32? { padding?.id }

    /// How many special tokens are put around a text.
    public var specialTokenCount: Int { postProcessor.specialTokenCount }

    /// The id of a token (`[CLS]`, `##ing`), compared by UTF-8 bytes, or nil.
    public func id(of token: String) -> Int32? {
        addedVocabulary.id(of: token) ?? vocabulary.id(of: token)
    }

    /// The token that has an id, or nil.
    public func token(of id: Int32) -> String? {
        vocabulary.token(of: id) ?? addedVocabulary.token(of: id)
    }

    init(
        truncation: Truncation?,
        padding: Padding?,
        normalizer: BertNormalizer?,
        preTokenizer: BertPreTokenizer?,
        model: WordPiece,
        vocabulary: ModelVocabulary,
        addedVocabulary: AddedVocabulary,
        postProcessor: PostProcessor
    ) {
        self.truncation = truncation
        self.padding = padding
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        self.vocabulary = vocabulary
        self.addedVocabulary = addedVocabulary
        self.postProcessor = postProcessor
        let added = addedVocabulary.tokens.map(\.id)
        vocabularyCount =
            vocabulary.tokens.count + added.count { vocabulary.token(of: $0) == nil }
        largestID = max(vocabulary.tokens.last?.id ?? 0, added.max() ?? 0)
    }
}
