import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Wrong usage` {
    private let quiver = CommandLineRun()

    @Test(
        arguments: [
            "", "nonsense", "create", "create s", "create s c", "create s c --dimension x",
            "create s c --dimension 0", "create s c --dimension 65537",
            "create s c --dimension 4 --metric manhattan",
            "create s c --dimension 4 --storage float8", "create s c --dimension 4 --nonsense",
            "create s c --index ivf", "create s c --vector a:2 --metric l2",
            "create s c --vector a",
            "create s c --vector a:0", "create s c --vector a:2:near",
            "create s c --vector a:2:l2:bits",
            "create s c --dimension 2 --vector :3", "create s c --field year",
            "create s c --field year:date", "create s c --field :int64",
            "create s c --field a:bool --optional-vector a",
            "create s c --vector a:2 --row-column b:n:int8",
            "create s c --vector a:2 --row-column a:n:int128",
            "create s c --vector a:2 --row-column a",
            "create s c --field a:bool --row-column :n:int8",
            "update s c", "update s c - --batch 0", "scan s", "scan s c --limit 0",
            "scan s c --with key", "scan s c --after", "count s", "delete s c a --filter x",
            "alter s c", "alter s c --add-field x", "alter s c --rename-field a",
            "alter s c --rename-field a:b --rename-field b:a", "alter s c --set-index graph",
            "alter s c --row-column a:n:int8", "drop s c", "upgrade",
            "search s c --like a --with version",
            "import s c", "import s c - --batch 0", "import s c - --batch x",
            "search s c", "search s c --text a --like b", "search s c --like a -k 0",
            "search s c --like a -k -1", "search s c --like a -k x",
            "search s c --like a --with key",
            "search s c --like a --plain", "search s c --like a --bm25 1,0.5",
            "search s c --match a --bm25 1", "search s c --match a --bm25 -1,0.5",
            "search s c --match a --bm25 1,1.5", "search s c --match a --unlike b",
            "search s c --match a --unlike-vectors f.npy",
            "search s c --like a --vectors f.npy --together",
            "search s c --like a --vectors f.npy --combine mean",
            "search s c --like a --match b --rank-constant -1",
            "search s c --like a --match b --rank-constant 1 --fusion scores",
            "search s c --like a --encoder e", "get s c", "delete s c", "stats", "verify",
            "neighbours s c", "neighbours s c --to n -k 0", "neighbours s c --to n -k 16385",
            "neighbours s c --to n --shard 2", "neighbours s c --to n --shard 2/2",
            "neighbours s c --to n --shard -1/2", "neighbours s c --to n --memory 1KiB",
            "neighbours s c --to n --deadline 1s",
            "get s c 18446744073709551616", "encode f --output o.npy", "encode --encoder e f",
            "encode --encoder e f --output o.txt", "tokenize",
        ]
    )
    func `exits 64 with a message`(line: String) throws {
        let outcome = try quiver.run(line.split(separator: " ").map(String.init))
        // Without a verb the help is all there is to say.
        #expect(outcome.status == (line.isEmpty ? 0 : 64))
        #expect(line.isEmpty || outcome.error.hasPrefix("quiver: "))
        #expect(line.isEmpty || outcome.output.isEmpty)
    }

    @Test func `a negative number is named, not taken for an option`() throws {
        for (line, message) in [
            ("search s c --like a -k -1", "-k is -1, not at least 1"),
            ("import s c - --batch -1", "--batch is -1, not at least 1"),
            ("create s c --dimension -1", "--dimension is -1, not within 1"),
        ] {
            let outcome = try quiver.run(line.split(separator: " ").map(String.init))
            #expect(outcome.error.hasPrefix("quiver: \(message)"), "\(outcome.error)")
        }
    }

    @Test func `the help of create has choices and defaults as they are typed`() throws {
        let help = try quiver("create", "--help").output
        let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "\"near\" means (default: cosine). (values: l2, innerProduct, cosine, hamming)"
            ),
            "\(help)"
        )
        #expect(
            words.contains("(default: float32). (values: float32, float16, int8, binary)"),
            "\(help)"
        )
    }

    @Test func `an unknown metric is answered with those that there are`() throws {
        let outcome = try quiver("create", "s", "c", "--dimension", "2", "--metric", "manhattan")
        for metric in ["cosine", "l2", "innerProduct", "manhattan"] {
            #expect(outcome.error.contains("'\(metric)'"))
        }
    }

    @Test func `help, version and completions are no failures`() throws {
        #expect(try quiver("--help").output.contains("SUBCOMMANDS"))
        let version = try quiver("--version")
        #expect(version.status == 0 && version.output.contains("."))
        for shell in ["bash", "zsh", "fish"] {
            let script = try quiver("--generate-completion-script", shell)
            #expect(script.status == 0)
            #expect(script.output.contains("innerProduct"))
        }
    }
}
