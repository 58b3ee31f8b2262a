import Files
public import Quiver
import Tensors

/// What an encoder is made of: a folder, and how its model is used. As text it is the location that a collection remembers.
///
/// That text is the folder's path for an encoder of sentences without settings, and else
/// `FOLDER#mode=tokens&special=true&length=128&prefix=64&reduction=FILE`, as far as there is something to say, with `%`, `#` and `&`
/// in paths written as `%25`, `%23` and `%26`.
public struct EncoderDescription: Sendable, Hashable, CustomStringConvertible {
    /// What becomes a row.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        case sentences
        case tokens
    }

    /// The path of a Hugging Face folder.
    public var folder: String
    /// Whether a row is a text or a token.
    public var mode = Mode.sentences
    /// Whether special tokens become rows, where tokens do.
    public var includesSpecialTokens = false
    /// Where texts are cut, in place of the folder's own length.
    public var maximumTokenCount: Int?
    /// How many numbers of each row are kept.
    public var prefixDimension: Int?
    /// The path of principal components that reduce rows, where they are tokens.
    public var reduction: String?

    /// The encoder of sentences in a folder.
    public init(folder: String) {
        self.folder = folder
    }

    /// Opens the encoder.
    public func open() throws(EncoderError) -> any Encoder {
        switch mode {
        case .sentences:
            guard reduction == nil else { throw .unfitSetting("a reduction") }
            guard !includesSpecialTokens else { throw .unfitSetting("keeping special tokens") }
            return try SentenceEncoder(folder: folder, maximumTokenCount: maximumTokenCount)
        case .tokens:
            var components: PrincipalComponents?
            do {
                components = try reduction.map { (path) throws(TensorError) in
                    try PrincipalComponents(path: path)
                }
            } catch {
                throw .weights(error)
            }
            return try TokenEncoder(
                folder: folder,
                maximumTokenCount: maximumTokenCount,
                includesSpecialTokens: includesSpecialTokens,
                reduction: components
            )
        }
    }

    /// The same with paths that are found from any working directory; those where nothing is stay as they are.
    public func withAbsolutePaths() -> EncoderDescription {
        var description = self
        description.folder = Self.absolute(folder)
        description.reduction = reduction.map(Self.absolute)
        return description
    }

    private static func absolute(_ path: String) -> String {
        do throws(FileError) {
            return try absolutePath(path)
        } catch {
            // Opening says what is wrong.
            return path
        }
    }

    /// A request to the opened encoder, with the prefix of this description.
    public func request(role: EncoderRole, threadCount: Int = 1) -> EncodingRequest {
        EncodingRequest(role: role, prefixDimension: prefixDimension, threadCount: threadCount)
    }
}

extension EncoderDescription {
    /// The description that a collection remembers as a location.
    public init(location: String) throws(EncoderError) {
        guard let mark = location.firstRange(of: Self.mark) else {
            self.init(folder: location)
            return
        }
        self.init(folder: Self.unescaped(location[..<mark.lowerBound]))
        for setting in location[mark.lowerBound...].dropFirst().split(separator: "&") {
            let parts = setting.split(separator: "=", maxSplits: 1)
            let value = parts.count == 2 ? parts[1] : ""
            switch (parts.first ?? "", Int(value)) {
            case ("mode", _):
                guard let mode = Mode(rawValue: String(value)) else {
                    throw .unknownSetting(location: location, setting: String(setting))
                }
                self.mode = mode
            case ("special", _): includesSpecialTokens = value == "true"
            case ("length", let count?): maximumTokenCount = count
            case ("prefix", let count?): prefixDimension = count
            case ("reduction", _): reduction = Self.unescaped(value)
            default: throw .unknownSetting(location: location, setting: String(setting))
            }
        }
    }

    /// The location.
    public var description: String {
        var settings: [String] = []
        if includesSpecialTokens { settings.append("special=true") }
        if let maximumTokenCount { settings.append("length=\(maximumTokenCount)") }
        if let prefixDimension { settings.append("prefix=\(prefixDimension)") }
        if let reduction { settings.append("reduction=\(Self.escaped(reduction))") }
        if mode == .sentences, settings.isEmpty, !folder.contains(Self.mark) { return folder }
        return Self.escaped(folder)
            + (["\(Self.mark)\(mode.rawValue)"] + settings).joined(separator: "&")
    }

    private static let mark = "#mode="

    private static func escaped(_ path: String) -> String {
        path.replacing("%", with: "%25").replacing("#", with: "%23").replacing("&", with: "%26")
    }

    private static func unescaped(_ text: Substring) -> String {
        text.replacing("%26", with: "&").replacing("%23", with: "#").replacing("%25", with: "%")
            .description
    }
}
