import Testing
import TextIndex

@Suite struct AnalysisTests {
    private func terms(_ text: String, _ language: Language? = nil) -> [String] {
        var analyzer = Analyzer(Analysis(language: language))
        return analyzer.terms(of: text)
    }

    @Test(arguments: [
        ("Straße STRASSE", ["strasse", "strasse"]), ("Ｆｕｌｌ ﬁne", ["full", "fine"]),
        ("Café café", ["cafe", "cafe"]), ("Łódź ÅNGSTRÖM đ", ["lodz", "angstrom", "d"]),
        ("Ελλάδα ελλαδα", ["ελλαδα", "ελλαδα"]), ("ёлка", ["елка"]), ("हिन्दी", ["हिन्दी"]),
        ("İstanbul ısı", ["istanbul", "isi"]), ("can’t can't", ["can't", "can't"]),
        ("user@example.com", ["user@example.com"]),
    ]) func `forget case, form and accents`(text: String, expected: [String]) {
        #expect(terms(text) == expected)
    }

    @Test(arguments: [
        (
            Language.english, "Running runners ran the dogs' dog’s generously",
            ["run", "runner", "ran", "the", "dog", "dog", "generous"]
        ),
        (.german, "Häuser Haus Bäume laufend", ["haus", "haus", "baum", "laufend"]),
        (.french, "mangées chevaux Élèves", ["mang", "cheval", "elev"]),
        (.russian, "кошками кошка", ["кошк", "кошк"]),
        (.portuguese, "nações nação", ["naco", "naca"]),
    ]) func `are the stems of their language`(language: Language, text: String, expected: [String])
    {
        #expect(terms(text, language) == expected)
    }

    @Test func `every language has a stemmer and a code`() {
        for language in Language.allCases {
            #expect(Language(language.code) == language && Language(language.rawValue) == language)
            #expect(terms("a", language) == ["a"] || language == .yiddish)
        }
        #expect(Language("klingon") == nil)
        #expect(Set(Language.allCases.map(\.code)).count == Language.allCases.count)
    }

    @Test func `cut what is longer than any word`() {
        let long = String(repeating: "ä", count: 400)
        #expect(terms(long).map(\.count) == [127, 127, 127, 19])
        #expect(terms("a" + long).map(\.count) == [128, 127, 127, 19])
    }
}
