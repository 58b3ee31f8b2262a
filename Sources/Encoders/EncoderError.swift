public import Files
public import Tensors
public import Tokenizers
public import Transformers

/// What went wrong with an encoder's folder or with a text.
public enum EncoderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no folder at the path.
    case notAFolder(path: String)
    /// A folder lacks a file that an encoder needs.
    case missingFile(folder: String, file: String)
    /// A file of the folder could not be read.
    case file(FileError)
    /// The model's configuration or weights are wrong or of a kind that is not implemented.
    case model(TransformerError)
    /// The weights are not a safetensors file.
    case weights(TensorError)
    /// The tokenizer's file is wrong or of a kind that is not implemented.
    case tokenizer(TokenizerError)
    /// The tokenizer gives out tokens for which the model has no embedding.
    case vocabularyMismatch(folder: String, largestToken: Int32, modelCount: Int)
    /// A text became no token at all (`index` counts from 0 in the call).
    case noTokens(index: Int)
    /// A prefix of rows was asked for that is empty or longer than they are.
    case prefixOutOfRange(found: Int, dimension: Int)
    /// A reduction was trained on rows of another model.
    case reductionMismatch(expected: String, found: String)
    /// The description of an encoder, as a collection remembers it, has a part that is not known.
    case unknownSetting(location: String, setting: String)
    /// Something that only one kind of encoder has was asked of the other.
    case unfitSetting(String)

    /// What is wrong, in words, with the cure where there is one.
    public var description: String {
        switch self {
        case .notAFolder(let path):
            "\(path): not a folder; an encoder is a folder with config.json, tokenizer.json and model.safetensors"
        case .missingFile(let folder, let file):
            "\(folder): there is no \(file); an encoder is a folder with config.json, tokenizer.json and model.safetensors"
        case .file(let error):
            "\(error)"
        case .model(let error):
            "\(error)"
        case .weights(let error):
            "\(error)"
        case .tokenizer(let error):
            "\(error)"
        case .vocabularyMismatch(let folder, let largestToken, let modelCount):
            "\(folder): tokenizer.json gives out token \(largestToken), the model knows \(modelCount): not of one model"
        case .noTokens(let index):
            "text \(index) became no token"
        case .prefixOutOfRange(let found, let dimension):
            "a prefix of \(found) numbers of rows of \(dimension): at least 1 and at most all can be had"
        case .reductionMismatch(let expected, let found):
            "the reduction is of \(found), expected \(expected)"
        case .unknownSetting(let location, let setting):
            "\(location): \"\(setting)\" says nothing of an encoder that this version knows"
        case .unfitSetting(let setting):
            "\(setting) belongs to encoders of tokens"
        }
    }
}
