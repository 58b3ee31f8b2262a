internal import Files
public import JSON

extension Tokenizer {
    private static let fileByteCountLimit = 1 << 28

    /// Reads a `tokenizer.json`.
    ///
    /// - Throws: `TokenizerError.inFile` around what is wrong: the file cannot be read, is not JSON, or
    ///   holds something that is wrong or not supported.
    public init(file path: String) throws(TokenizerError) {
        do {
            try self.init(contentsOf: path)
        } catch {
            throw .inFile(path: path, error)
        }
    }

    private init(contentsOf path: String) throws(TokenizerError) {
        let value: JSONValue
        do {
            let file = try MappedFile(path: path)
            guard file.byteCount <= Self.fileByteCountLimit else {
                throw TokenizerError.tooLarge(
                    byteCount: file.byteCount,
                    limit: Self.fileByteCountLimit
                )
            }
            value = try file.withUnsafeBytes { bytes throws(JSONError) in
                try JSONValue(parsing: bytes)
            }
        } catch let error as FileError {
            throw .unreadable(error)
        } catch let error as JSONError {
            throw .malformed(error)
        } catch let error as TokenizerError {
            throw error
        } catch {
            preconditionFailure("an error of no known type: \(error)")
        }
        try self.init(json: value)
    }

    /// Reads what a `tokenizer.json` holds.
    public init(json: JSONValue) throws(TokenizerError) {
        let file = try Section(json, at: "")
        try file.allowOnly([
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
            "post_processor", "decoder", "model",
        ])
        if file.object["version"] != nil {
            let version = try file.string("version")
            guard version == "1.0" else {
                throw .unsupported(member: "version", what: "version \"\(version)\"")
            }
        }
        let normalizer = try Self.component("normalizer", "BertNormalizer", of: file)
            .map { section throws(TokenizerError) in try BertNormalizer(section) }
        let preTokenizer = try Self.component("pre_tokenizer", "BertPreTokenizer", of: file)
            .map { section throws(TokenizerError) in try BertPreTokenizer(section) }
        let modelSection = try Self.modelSection(of: file)
        let vocabulary = try ModelVocabulary(try modelSection.section("vocab"))
        let model = try WordPiece(modelSection, vocabulary)
        let addedVocabulary = try AddedVocabulary(
            file.object["added_tokens"] == nil ? [] : try file.array("added_tokens"),
            model: vocabulary,
            normalizer: normalizer
        )
        let postProcessor = try file.optionalSection("post_processor")
            .map { section throws(TokenizerError) in try PostProcessor(section) }
        let truncation = try file.optionalSection("truncation")
            .map { section throws(TokenizerError) in try Truncation(section) }
        let padding = try file.optionalSection("padding")
            .map { section throws(TokenizerError) in try Padding(section) }
        self.init(
            truncation: truncation,
            padding: padding,
            normalizer: normalizer,
            preTokenizer: preTokenizer,
            model: model,
            vocabulary: vocabulary,
            addedVocabulary: addedVocabulary,
            postProcessor: postProcessor ?? PostProcessor()
        )
        try checkSpecialTokens()
    }

    /// A component that may be missing and else must be of the one type that there is.
    private static func component(
        _ member: String,
        _ supported: String,
        of file: Section
    ) throws(TokenizerError) -> Section? {
        guard let section = try file.optionalSection(member) else { return nil }
        let type = try section.string("type")
        guard type == supported else {
            throw .unsupported(member: section.path("type"), what: "\"\(type)\"")
        }
        return section
    }

    /// Old files do not name the model's type; then it is WordPiece if it has no merges.
    private static func modelSection(of file: Section) throws(TokenizerError) -> Section {
        let section = try file.section("model")
        if section.object["type"] != nil {
            let type = try section.string("type")
            guard type == "WordPiece" else {
                throw .unsupported(member: section.path("type"), what: "\"\(type)\"")
            }
        }
        return section
    }

    private func checkSpecialTokens() throws(TokenizerError) {
        for id in postProcessor.before + postProcessor.after + [paddingID].compactMap(\.self)
        where token(of: id) == nil {
            throw .invalid(
                member: id == paddingID ? "padding.pad_id" : "post_processor",
                reason: "no token has the id \(id)"
            )
        }
        if let truncation, truncation.maximumTokenCount < specialTokenCount {
            throw .limitTooSmall(
                limit: truncation.maximumTokenCount,
                specialTokenCount: specialTokenCount
            )
        }
    }
}
