import ArgumentParser
import Quiver

/// How `--match` is read and scored.
struct WordOptions: ParsableArguments {
    @Flag(help: "--match is words and nothing else, whatever characters are in it.")
    var plain = false

    @Option(
        help: ArgumentHelp(
            "How words are scored: k1 and b of BM25, 1.2,0.75 unless said otherwise.",
            valueName: "k1,b"
        ),
        transform: WordOptions.bm25
    )
    var bm25: BM25?

    var isSaid: Bool { plain || bm25 != nil }

    @Sendable private static func bm25(_ argument: String) throws -> BM25 {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0)
        }
        guard numbers.count == 2, let k1 = numbers[0], let b = numbers[1], k1 >= 0, k1.isFinite,
            (0...1).contains(b)
        else { throw ValidationError("expected k1, 0 or more, and b, 0 to 1, as in 1.2,0.75") }
        return BM25(k1: k1, b: b)
    }
}
