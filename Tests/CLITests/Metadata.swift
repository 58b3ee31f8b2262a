import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Metadata on the command line` {
    private let quiver = CommandLineRun()

    private static let everything =
        #"{"key":"all","text":"zwölf\n\"","fields":{"string":"é\u0000","int64":-9223372036854775808,"#
        + #""double":0.1,"bool":false,"timestamp":"2026-11-28T09:25:49.123456789Z","#
        + #""strings":["a","",null],"bytes":"AP8=","int32s":[2147483647,-2147483648],"#
        + #""sparse":{"indices":[3,4294967295],"values":[0.5,2.0]}},"#
        + #""vector":[[1.5,-2.0],[3.0,1e-30]],"vectors":{"tokens":[[1.0,2.0,3.0],[4.0,5.0,6.5]]},"#
        + #""columns":{"":{"place":[-128,127]},"#
        + #""tokens":{"id":[9223372036854775807,-1],"weight":[0.1,-0.0]}}}"#

    @Test func `what scan prints imports into an equal collection`() throws {
        try quiver.createWithAllTypes()
        try quiver.importLines([
            Self.everything.replacing(",null]", with: "]"),
            #"{"key":7,"vector":[0,0],"columns":{"":{"place":[1]}},"int64":null,"bytes":"","strings":[]}"#,
            #"{"key":"7","vector":[[1,2]],"columns":{"":{"place":[1]}},"int64":9223372036854775807}"#,
            #"{"key":"t","vector":[1,2],"columns":{"":{"place":[1]}},"timestamp":"0000-01-01t00:00:00+00:00","double":3}"#,
        ])
        let scanned = try quiver.scanned()
        #expect(scanned.count == 4)
        #expect(
            scanned.first
                == #"{"key":7,"fields":{"int64":null,"strings":[],"bytes":""},"#
                + #""vector":[0.0,0.0],"columns":{"":{"place":[1]}}}"#
        )
        #expect(scanned[2] == Self.everything.replacing(",null]", with: "]"))
        #expect(scanned[1].contains(#""int64":9223372036854775807"#))
        #expect(scanned[3].contains(#""double":3.0,"timestamp":"0000-01-01T00:00:00Z""#))
        try quiver.createWithAllTypes("d")
        let imported = try quiver(
            "import",
            quiver.store,
            "d",
            "-",
            input: scanned.joined(separator: "\n")
        )
        #expect(imported.status == 0, "\(imported.error)")
        #expect(try quiver.scanned("d") == scanned)
        let got = try quiver("get", quiver.store, "d", "all", "--json").object()
        #expect(got.members.map(\.name).last == "version")
        #expect(got["columns"]?.object?["tokens"]?.object?["id"]?.array?.first == .integer(.max))
        #expect(
            try quiver("get", quiver.store, "d", "all").output.contains("field    bytes=\"AP8=\"")
        )
    }

    @Test func `scan goes in the order of keys, from a key on, as far as it is told`() throws {
        try quiver.createWithFields(
            "year:int64",
            documents: [
                #"{"key":"b","year":2}"#, #"{"key":"a","text":"A","year":1}"#,
                #"{"key":9,"year":3}"#,
            ]
        )
        let scan = { try quiver.run(["scan", quiver.store, "c", "--json"] + $0).lines }
        #expect(
            try scan([]) == [
                #"{"key":9,"fields":{"year":3}}"#,
                #"{"key":"a","text":"A","fields":{"year":1}}"#, #"{"key":"b","fields":{"year":2}}"#,
            ]
        )
        #expect(try scan(["--limit", "1", "--with", "version"]) == [#"{"key":9,"version":1}"#])
        #expect(
            try scan(["--after", "9", "--limit", "1", "--with", "text"])
                == [#"{"key":"a","text":"A"}"#]
        )
        #expect(try scan(["--after", "aa"]) == [#"{"key":"b","fields":{"year":2}}"#])
        #expect(
            try scan(["--filter", "year > 1", "--with", "fields"])
                == [#"{"key":9,"fields":{"year":3}}"#, #"{"key":"b","fields":{"year":2}}"#]
        )
        #expect(try quiver("count", quiver.store, "c").output == "3\n")
        #expect(
            try quiver("count", quiver.store, "c", "--filter", "year > 1", "--json").output
                == "{\"count\":2}\n"
        )
        #expect(
            try quiver("scan", quiver.store, "c").lines == [
                "9  year=3", "a  year=1  A", "b  year=2",
            ]
        )
    }

    @Test func `update changes fields alone and acknowledges as import does`() throws {
        try quiver.createCollection("--field", "year:int64", "--field", "tag:string")
        try quiver.importLines([
            #"{"key":"a","text":"A","vector":[1,2],"year":1,"tag":"x"}"#,
            #"{"key":"b","vector":[1,3],"year":2}"#,
        ])
        let updated = try quiver(
            "update",
            quiver.store,
            "c",
            "-",
            "--batch",
            "2",
            "--json",
            input: """
                {"key":"a","fields":{"year":5},"remove":["tag"]}
                {"key":"a","tag":"y"}
                {"key":"b","tag":null}
                """
        )
        #expect(updated.status == 0, "\(updated.error)")
        #expect(updated.output == "{\"acknowledged\":2}\n{\"acknowledged\":3}\n")
        #expect(
            try quiver.scanned() == [
                #"{"key":"a","text":"A","fields":{"year":5,"tag":"y"},"vector":[1.0,2.0]}"#,
                #"{"key":"b","fields":{"year":2,"tag":null},"vector":[1.0,3.0]}"#,
            ]
        )
    }

    @Test(
        arguments: [
            (#"{"key":"nowhere","year":1}"#, "no document under key \"nowhere\""),
            (#"{"key":"a","text":"x"}"#, "\"text\": an update changes metadata alone"),
            (#"{"key":"a","remove":["yeer"]}"#, "\"remove\": the collection has no field \"yeer\""),
            (#"{"key":"a","remove":"year"}"#, "\"remove\": expected an array of field names"),
            (#"{"key":"a","year":1,"remove":["year"]}"#, "is given a value as well"),
            (#"{"key":"a","year":1,"fields":{"year":2}}"#, "\"fields\": \"year\": given twice"),
            (#"{"key":"a","yeer":1}"#, "\"yeer\": the collection has no such field"),
            (#"{"year":1}"#, "has no \"key\""),
        ]
    )
    func `a bad update names its line, and nothing of its batch is kept`(
        line: String,
        cause: String
    ) throws {
        try quiver.createWithFields("year:int64", documents: [#"{"key":"a","year":1}"#])
        let file = try quiver.write(
            "{\"key\":\"a\",\"year\":2}\n{\"key\":\"a\",\"year\":3}\n\(line)\n",
            to: "updates.jsonl"
        )
        let outcome = try quiver("update", quiver.store, "c", file, "--batch", "1", "--json")
        #expect(outcome.status == 1)
        #expect(outcome.output == "{\"acknowledged\":1}\n{\"acknowledged\":2}\n")
        #expect(outcome.error.hasPrefix("quiver: \(file):3: "), "\(outcome.error)")
        #expect(outcome.error.contains(cause), "\(outcome.error)")
        #expect(try quiver.keys("year = 3") == ["a"])
    }

    @Test func `delete takes a filter instead of keys`() throws {
        try quiver.createWithFields(
            "year:int64",
            documents: (0..<5).map { "{\"key\":\($0),\"year\":\($0)}" }
        )
        let deleted = try quiver("delete", quiver.store, "c", "--filter", "year >= 3", "--json")
        #expect(deleted.output == "{\"deleted\":2,\"missing\":0}\n")
        #expect(try quiver.keys("year exists") == ["0", "1", "2"])
    }

    @Test(arguments: ["scan", "count", "delete"])
    func `a filter that cannot be is shown with the place of the fault`(verb: String) throws {
        try quiver.createWithFields("year:int64", documents: [#"{"key":"a","year":1}"#])
        let outcome = try quiver(verb, quiver.store, "c", "--filter", "year = 1 und year = 2")
        #expect(outcome.status == 64)
        #expect(
            outcome.error.hasSuffix(
                "found \"und\"\n  year = 1 und year = 2\n           ^\n"
            ),
            "\(outcome.error)"
        )
        for (filter, cause) in [
            ("yeer = 1", "no field named \"yeer\""), ("year = \"x\"", "cannot be compared"),
            ("year prefix \"x\"", "has no prefix"), ("", "found the end"),
            (String(repeating: "(", count: 100_000), "nested more than"),
        ] {
            let outcome = try quiver(verb, quiver.store, "c", "--filter", filter)
            #expect(outcome.status == 64)
            #expect(outcome.error.contains(cause), "\(outcome.error.prefix(500))")
        }
        #expect(try quiver.liveCount() == 1)
    }
}
