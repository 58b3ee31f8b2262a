public import Quiver
public import Tensors

/// A BERT model that turns a text into a row a token: the token's last hidden state, reduced by principal components or not. Late
/// interaction compares such rows one by one.
///
/// Beside each row stand the columns `token` (its number in the vocabulary), `position` (in the sequence that the model sees, from
/// 0), `start` and `end` (the bytes of the text that it was made of), all of int32.
public final class TokenEncoder: Encoder {
    /// Whether the special tokens that the model wants around a text, and the tokens of a role's prefix, become rows as well. They
    /// have no bytes in the text.
    public let includesSpecialTokens: Bool
    /// What the states are reduced by.
    public let reduction: PrincipalComponents?

    private let model: EncoderModel

    /// Opens the encoder in `folder`, which is one of ``SentenceEncoder``'s.
    ///
    /// - Parameters:
    ///   - folder: the path of a Hugging Face folder.
    ///   - maximumTokenCount: where texts are cut, in place of the folder's own length; never more than the model has
    ///     positions.
    ///   - includesSpecialTokens: whether those become rows, too.
    ///   - reduction: what the states are reduced by; trained on rows of the same model, whatever its length and options.
    /// - Throws: among others `reductionMismatch`.
    public init(
        folder: String,
        maximumTokenCount: Int? = nil,
        includesSpecialTokens: Bool = false,
        reduction: PrincipalComponents? = nil
    ) throws(EncoderError) {
        model = try EncoderModel(folder: folder, maximumTokenCount: maximumTokenCount)
        self.includesSpecialTokens = includesSpecialTokens
        self.reduction = reduction
        if let reduction {
            let width = model.bert.configuration.hiddenWidth
            let source = model.identity.hash
            guard reduction.inputCount == width, reduction.source == source else {
                throw .reductionMismatch(
                    expected: "\(width) numbers of model \(source)",
                    found: "\(reduction.inputCount) numbers of model \(reduction.source)"
                )
            }
        }
    }

    /// Hash of weights, tokenizer, configuration, prefixes, length, reduction and of whether special tokens are in.
    public var identity: EncoderIdentity { identity(for: EncodingRequest(role: .document)) }
    /// Numbers in a row.
    public var dimension: Int { reduction?.outputCount ?? model.bert.configuration.hiddenWidth }
    /// How many tokens of a text are read at most, special ones included.
    public var maximumTokenCount: Int { model.maximumTokenCount }
    /// `false`: a text becomes as many rows as it has tokens, none if it has none.
    public var givesOneRow: Bool { false }
    /// `token`, `position`, `start` and `end`.
    public var rowColumns: [RowColumn] {
        ["token", "position", "start", "end"].map { RowColumn(name: $0, type: .int32) }
    }
    /// What a reduction for this encoder is to name as `source`.
    public var reductionSource: String { model.identity.hash }

    /// The identity of rows that are made as `request` says: that of an encoder which was opened with the request's length.
    public func identity(for request: EncodingRequest) -> EncoderIdentity {
        model.identity(
            { hash in
                hash.add("rows", includesSpecialTokens ? "all tokens" : "tokens")
                for numbers in [reduction?.mean, reduction?.components] {
                    (numbers ?? []).withUnsafeBytes { hash.add("reduction", $0) }
                }
            },
            maximumTokenCount: model.maximumTokenCount(for: request)
        ).cut(to: request.prefixDimension, of: dimension)
    }

    /// Encodes `texts`, a row a token, in their order.
    ///
    /// A row is the same, bit for bit, whatever the other texts, the token budget and the number of threads.
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
            kind: .tokens(reduction),
            dimension: request.prefixDimension ?? dimension,
            maximumTokenCount: model.maximumTokenCount(for: request),
            prefix: model.prefix(of: request.role),
            keepsSpecialTokens: includesSpecialTokens
        )
        let encoded = try model.encode(texts, plan, request, progress: progress)
        return try EncodedTexts(
            rows: encoded.rows,
            dimension: plan.dimension,
            rowCounts: encoded.texts.map(\.kept.count),
            columns: Self.columns(of: encoded.texts),
            tokenCounts: encoded.texts.map(\.ids.count)
        )
    }

    private static func columns(of texts: [TokenizedText]) -> [String: RowColumnValues] {
        func column(_ number: (TokenizedText, Int) -> Int32) -> RowColumnValues {
            .int32(texts.flatMap { text in text.kept.map { number(text, $0) } })
        }
        return [
            "token": column { $0.ids[$1] },
            "position": column { Int32(clamping: $1) },
            "start": column { Int32(clamping: $0.byteRanges[$1].lowerBound) },
            "end": column { Int32(clamping: $0.byteRanges[$1].upperBound) },
        ]
    }
}
