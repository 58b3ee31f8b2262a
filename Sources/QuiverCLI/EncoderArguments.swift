import ArgumentParser
import Encoders

/// The encoder of a command, and how its model is used.
struct EncoderArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("The encoder's folder.", valueName: "dir"),
        completion: .directory
    )
    var encoder: String?

    @Option(
        name: .customLong("encoder-mode"),
        help:
            "What becomes a row: a whole text (sentences), or each of its tokens (default: sentences)."
    )
    var mode: CaseArgument<EncoderDescription.Mode>?

    @Option(
        name: .customLong("reduce"),
        help: ArgumentHelp(
            "Reduce tokens' rows by the file that quiver encode --train-reduction made.",
            valueName: "file"
        ),
        completion: .file(extensions: ["safetensors"])
    )
    var reduction: String?

    @Flag(
        name: .customLong("special-tokens"),
        help: "Make rows of the tokens that the model wants around a text, too."
    )
    var includesSpecialTokens = false

    @Option(
        name: .customLong("maximum-tokens"),
        parsing: .unconditional,
        help: ArgumentHelp("Tokens at which texts are cut (default: the folder's).", valueName: "n")
    )
    var maximumTokenCount: Int?

    @Option(
        name: .customLong("prefix-dimension"),
        parsing: .unconditional,
        help: ArgumentHelp("Numbers of each row that are kept (default: all).", valueName: "n")
    )
    var prefixDimension: Int?

    func validate() throws {
        for (name, value) in [
            ("--maximum-tokens", maximumTokenCount), ("--prefix-dimension", prefixDimension),
        ] {
            if let value, value < 1 { throw ValidationError("\(name) is \(value), not at least 1") }
        }
        if mode?.value != .tokens {
            guard reduction == nil, !includesSpecialTokens else {
                throw ValidationError(
                    "\(reduction == nil ? "--special-tokens" : "--reduce") belongs to --encoder-mode tokens"
                )
            }
        }
        guard encoder != nil || !hasSettings else {
            throw ValidationError("name the encoder that is meant with --encoder DIR")
        }
    }

    private var hasSettings: Bool {
        mode != nil || maximumTokenCount != nil || prefixDimension != nil
    }

    /// The encoder, if one is named.
    var description: EncoderDescription? {
        guard let encoder else { return nil }
        var description = EncoderDescription(folder: encoder)
        description.mode = mode?.value ?? .sentences
        description.reduction = reduction
        description.includesSpecialTokens = includesSpecialTokens
        description.maximumTokenCount = maximumTokenCount
        description.prefixDimension = prefixDimension
        return description.withAbsolutePaths()
    }
}
