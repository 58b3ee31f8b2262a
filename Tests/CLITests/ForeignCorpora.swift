import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `A corpus with names of its own` {
    private let quiver = CommandLineRun()

    private func importCorpus(_ options: String..., lines: [String]) throws
        -> CommandLineRun.Outcome
    {
        try quiver.run(
            ["import", quiver.store, "c", "-", "--key-field", "_id"]
                + ["--text-field", "title", "--text-field", "text"] + options,
            input: Array(lines.joined(separator: "\n").utf8)
        )
    }

    private let corpus = [
        #"{"_id":"31","title":"Cats","text":"purr.","metadata":{"url":"x"}}"#,
        #"{"_id":5,"title":"","text":"No title."}"#, #"{"_id":"n","title":null,"text":"","key":3}"#,
        #"{"_id":"e"}"#,
    ]

    @Test func `is imported under the names that are told`() throws {
        try quiver.createWithFields("title:string", documents: [])
        let refused = try importCorpus(lines: corpus)
        #expect(refused.status == 1)
        #expect(
            refused.error.contains(":1: unknown member \"metadata\", which is no field")
                && refused.error.contains("--ignore-field metadata")
                && refused.error.contains("--ignore-unknown"),
            "\(refused.error)"
        )
        #expect(try importCorpus("--ignore-field", "metadata", lines: corpus).status == 1)
        let imported = try importCorpus("--ignore-unknown", lines: corpus)
        #expect(imported.status == 0, "\(imported.error)")
        #expect(
            try quiver("scan", quiver.store, "c", "--json").lines == [
                // The title was named as a text, and is a field of the collection as well.
                #"{"key":5,"text":"No title.","fields":{"title":""}}"#,
                #"{"key":"31","text":"Cats\npurr.","fields":{"title":"Cats"}}"#, #"{"key":"e"}"#,
                #"{"key":"n","text":"","fields":{"title":null}}"#,
            ]
        )
        #expect(
            try importCorpus("--ignore-unknown", lines: [#"{"key":1}"#]).error.contains(
                "no \"_id\""
            )
        )
    }

    @Test func `can be refused where its keys are there already`() throws {
        try quiver.createWithFields("year:int64", documents: [#"{"key":"a"}"#])
        for lines in ["{\"key\":\"b\"}\n{\"key\":\"a\"}", "{\"key\":\"c\"}\n{\"key\":\"c\"}"] {
            let file = try quiver.write(lines, to: "again.jsonl")
            let outcome = try quiver("import", quiver.store, "c", file, "--insert")
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("again.jsonl:2: key \""), "\(outcome.error)")
            #expect(outcome.error.contains("there is a document already"))
        }
        #expect(try quiver.liveCount() == 1)
        #expect(
            try quiver("import", quiver.store, "c", "-", "--insert", input: "{\"key\":\"b\"}")
                .status == 0
        )
    }
}
