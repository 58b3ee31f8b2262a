import TestSupport
import Testing
import TextIndex

@Suite struct TextQueryTests {
    typealias Part = TextQuery.Part

    @Test(arguments: [
        ("error disk", [Part("error"), Part("disk")]),
        (
            "\"no such file\" -debug +disk",
            [
                Part("no such file", form: .phrase), Part("debug", role: .mustNot),
                Part("disk", role: .must),
            ]
        ),
        (
            "conf* -log*^3",
            [Part("conf", form: .prefix), Part("log", form: .prefix, role: .mustNot, boost: 3)]
        ),
        (
            "title:network^2 +title:\"a b\"^0.5",
            [
                Part("network", field: "title", boost: 2),
                Part("a b", form: .phrase, role: .must, field: "title", boost: 0.5),
            ]
        ),
        (
            "std::vector http://x wi-fi 5* 2*3 a^b",
            [
                Part("std::vector"), Part("http://x"), Part("wi-fi"), Part("5", form: .prefix),
                Part("2*3"), Part("a^b"),
            ]
        ),
        (
            "\\-5 \"say \\\"a\\\"\" c\\*",
            [Part("-5"), Part("say \"a\"", form: .phrase), Part("c*")]
        ),
        ("  ", []), ("", []), ("\"\"", []),
    ]) func `are read as they are written`(text: String, expected: [Part]) throws {
        #expect(try TextQuery(parsing: text, fields: ["title"]).parts == expected)
    }

    @Test(arguments: [
        ("a \"b c", 2), ("a + b", 2), ("x -", 2), ("title: b", 0), ("+\"\"", 0), ("\"", 0),
    ])
    func `that are not whole are refused where they break off`(text: String, offset: Int) {
        do {
            _ = try TextQuery(parsing: text, fields: ["title"])
            Issue.record("\(text) was read")
        } catch {
            guard case .invalidQuery(_, offset) = error else {
                Issue.record("\(text): \(error)")
                return
            }
        }
    }

    @Test func `become terms`() throws {
        var analyzer = Analyzer(Analysis(language: .english))
        func clauses(_ part: Part) -> [TextClause] { part.clauses(&analyzer) }
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        #expect(
            clauses(Part("Running wi-fi")) == [
                .term(bytes("run")), .term(bytes("wi")), .term(bytes("fi")),
            ]
        )
        #expect(clauses(Part("wi-fi", role: .must)) == [.phrase([bytes("wi"), bytes("fi")])])
        #expect(
            clauses(Part("Dogs bark", form: .phrase)) == [.phrase([bytes("dog"), bytes("bark")])]
        )
        #expect(clauses(Part("Ép", form: .prefix)) == [.prefix(bytes("ep"))])
        #expect(clauses(Part("…", form: .phrase)) == [])
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)]) func `of any characters are read or refused`(
        seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        let pieces: [Character] = [
            "a", " ", "\"", "+", "-", "*", "^", "\\", ":", "2", ".", "é", "\n", "t",
        ]
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                    pieces[Int.random(in: 0..<pieces.count, using: &random)]
                }
            )
            if let query = try? TextQuery(parsing: text, fields: ["t"]) {
                #expect(
                    query.parts.allSatisfy { !$0.text.isEmpty && $0.boost > 0 },
                    "\(text), seed \(seed)"
                )
            }
        }
    }
}
