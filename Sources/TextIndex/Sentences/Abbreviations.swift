internal import CICU

/// What a word means that has a full stop behind it.
enum Abbreviation {
    /// A title or a Latin phrase, which something always follows.
    case followed
    /// Stands before a number: `Fig. 3`, and may be a word at a sentence's end: `No.`
    case beforeNumber
    /// May end a sentence, or not: `Inc.`, `U.S.`
    case either
}

enum Abbreviations {
    /// What `word`, without its full stop, is, if it is an abbreviation.
    static func kind(of word: String) -> Abbreviation? {
        if let kind = kinds[word] { return kind }
        guard isDotted(word) else { return nil }
        // "e.g." and "z.B.", but "a.m." and "U.S." may end a sentence.
        return followedDotted.contains(word.lowercased()) ? .followed : .either
    }

    /// Whether the word consists of one or two letters between full stops, as in `U.S` and `Ph.D`.
    private static func isDotted(_ word: String) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1
            && parts.allSatisfy { (1...2).contains($0.count) && $0.allSatisfy(\.isLetter) }
    }

    /// Whether a sentence of English is likely to begin with `word`, rather than a name.
    static func beginsSentences(_ word: String) -> Bool { openers.contains(word) }

    /// ICU's abbreviations of a language, without their last full stops.
    static func icuList(_ language: String) -> Set<String> {
        var list: Set<String> = []
        var bytes = [UInt8](repeating: 0, count: 64)
        while true {
            let count = cicu_abbreviation(language, Int32(list.count), &bytes, Int32(bytes.count))
            guard count >= 0 else { return list }
            let text = String(decoding: bytes.prefix(Int(count)), as: UTF8.self)
            // A list that has one twice would be read for ever.
            guard list.insert(text.hasSuffix(".") ? String(text.dropLast()) : text).inserted else {
                return list
            }
        }
    }

    private static let kinds: [String: Abbreviation] = {
        var kinds: [String: Abbreviation] = [:]
        for (kind, words) in [
            (
                Abbreviation.followed,
                """
                Dr Drs Mr Mrs Ms Mx Messrs Mme Mmes Mlle Prof Profs Rev Hon Gen Col Lt Capt Cpt Cmdr Cdr Maj Sgt Cpl Pvt Adm Gov \
                Sen Rep Reps Sens Pres Supt Insp Hr Hrn Sra Srta viz vs Vs cf Cf ca approx resp incl excl esp usu bzw
                """
            ),
            (
                .beforeNumber,
                """
                No Nos no nos Nr nr Fig Figs fig figs Eq Eqs eq eqs Sec sec Sect sect Ch ch Chap chap Vol Vols vol vols Pt pt Art art \
                Tab tab Ex ex Ref Refs ref refs Ver ver vers pp p c n v ed Ed App Op op Bd S Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct \
                Nov Dec
                """
            ),
            (
                .either,
                """
                Inc Ltd Corp Co Cos Bros Jr Sr Esq St Ste Mt Ft Ave Blvd Rd Dept Univ Assn Assoc Intl Natl al GmbH Pty Cie etc Etc
                """
            ),
        ] {
            for word in words.split(separator: " ") { kinds[String(word)] = kind }
        }
        return kinds
    }()

    private static let followedDotted: Set<String> = [
        "e.g", "i.e", "z.b", "d.h", "u.a", "v.a", "s.o", "i.d.r", "o.ä", "p.ej", "c.f",
    ]

    private static let openers = Set(
        """
        The This That These Those It He She We They You I There Here In On At As If When While After Before But And Or So However Its \
        His Her Their Our My For From With Without To By Not No Yes What Who Where Why How Which Some Many Most All Both Each Every One \
        Another Other Such Then Thus Also Although Though Because Since Until Unless Once Do Does Did Is Are Was Were Has Have Had Can \
        Could Will Would Should May Might Must Let Now Still Only Even Just Yet Please See Note An A Use Used Using
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
