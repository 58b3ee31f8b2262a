/// A language whose words can be stemmed, by the Snowball algorithm of that name (libstemmer 2.2).
public enum Language: String, Sendable, Hashable, CaseIterable {
    case arabic, armenian, basque, catalan, danish, dutch, english, finnish, french, german, greek
    case hindi, hungarian, indonesian, irish, italian, lithuanian, nepali, norwegian, portuguese
    case romanian, russian, serbian, spanish, swedish, tamil, turkish, yiddish

    /// A language by its English name or its ISO 639-1 code, in lower case; `nil` if no stemmer is known for it.
    public init?(_ nameOrCode: String) {
        guard
            let language = Language(rawValue: nameOrCode)
                ?? Self.allCases.first(where: { $0.code == nameOrCode })
        else { return nil }
        self = language
    }

    /// The ISO 639-1 code.
    public var code: String {
        switch self {
        case .arabic: "ar"
        case .armenian: "hy"
        case .basque: "eu"
        case .catalan: "ca"
        case .danish: "da"
        case .dutch: "nl"
        case .english: "en"
        case .finnish: "fi"
        case .french: "fr"
        case .german: "de"
        case .greek: "el"
        case .hindi: "hi"
        case .hungarian: "hu"
        case .indonesian: "id"
        case .irish: "ga"
        case .italian: "it"
        case .lithuanian: "lt"
        case .nepali: "ne"
        case .norwegian: "no"
        case .portuguese: "pt"
        case .romanian: "ro"
        case .russian: "ru"
        case .serbian: "sr"
        case .spanish: "es"
        case .swedish: "sv"
        case .tamil: "ta"
        case .turkish: "tr"
        case .yiddish: "yi"
        }
    }
}
