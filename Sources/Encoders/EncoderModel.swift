import Files
import Quiver
import Tensors
import Tokenizers
import Transformers

/// What every encoder of a folder has: the model, its tokenizer, and the settings beside them.
final class EncoderModel: Sendable {
    let bert: BERTModel
    let tokenizer: Tokenizer
    let contents: SentenceEncoderFolder
    /// How many tokens of a text are read at most, special ones included.
    let maximumTokenCount: Int

    /// Weights, tokenizer and configuration.
    private let hash: IdentityHash

    /// Opens the model in `folder`.
    ///
    /// - Parameter maximumTokenCount: where texts are cut, in place of the folder's own length; never more than the model has
    ///   positions.
    init(folder: String, maximumTokenCount: Int?) throws(EncoderError) {
        contents = try SentenceEncoderFolder(path: folder)
        let configurationPath = try contents.file("config.json")
        let tokenizerPath = try contents.file("tokenizer.json")
        let weightsPath = try contents.file("model.safetensors")
        let weights = try Self.weights(at: weightsPath)
        do {
            let configuration = try BERTConfiguration(path: configurationPath)
            bert = try BERTModel(configuration: configuration, weights: weights)
        } catch {
            throw .model(error)
        }
        do {
            tokenizer = try Tokenizer(file: tokenizerPath)
        } catch {
            throw .tokenizer(error)
        }
        let vocabularyCount = bert.configuration.vocabularyCount
        guard Int(tokenizer.largestID) < vocabularyCount else {
            throw .vocabularyMismatch(
                folder: folder,
                largestToken: tokenizer.largestID,
                modelCount: vocabularyCount
            )
        }
        self.maximumTokenCount = min(
            maximumTokenCount ?? contents.maximumTokenCount ?? .max,
            bert.configuration.maximumPositionCount
        )
        hash = IdentityHash()
        do {
            try hash.add("weights", file: weightsPath)
            try hash.add("tokenizer", file: tokenizerPath)
            try hash.add("configuration", file: configurationPath)
        } catch {
            throw .file(error)
        }
        try checkLength(self.maximumTokenCount)
    }

    private static func weights(at path: String) throws(EncoderError) -> SafetensorsFile {
        do {
            return try SafetensorsFile(path: path)
        } catch {
            throw .weights(error)
        }
    }

    /// The identity of the model alone, whatever is made of its states.
    var identity: EncoderIdentity { hash.identity() }

    /// The identity of an encoder that makes of the model's states what `settings` say.
    func identity(
        _ settings: (borrowing IdentityHash) -> Void,
        maximumTokenCount: Int
    ) -> EncoderIdentity {
        let hash = IdentityHash(copying: hash)
        settings(hash)
        hash.add("length", "\(maximumTokenCount)")
        for role in EncoderRole.allCases { hash.add(role.rawValue, prefix(of: role)) }
        return hash.identity()
    }

    /// What is put before a text.
    func prefix(of role: EncoderRole) -> String { contents.prefixes[role] ?? "" }

    /// Where the texts of `request` are cut.
    func maximumTokenCount(for request: EncodingRequest) -> Int {
        min(request.maximumTokenCount ?? .max, maximumTokenCount)
    }

    /// Refuses what cannot be done with the model.
    func check(_ request: EncodingRequest, dimension: Int) throws(EncoderError) {
        try checkLength(maximumTokenCount(for: request))
        if let count = request.prefixDimension, !(1...dimension).contains(count) {
            throw .prefixOutOfRange(found: count, dimension: dimension)
        }
    }

    private func checkLength(_ limit: Int) throws(EncoderError) {
        guard limit > tokenizer.specialTokenCount else {
            throw .tokenizer(
                .limitTooSmall(limit: limit, specialTokenCount: tokenizer.specialTokenCount)
            )
        }
    }
}
