import Foundation
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Schemas on the command line` {
    private let quiver = CommandLineRun()

    @Test func `stats tell a schema as create made it`() throws {
        try quiver.createWithAllTypes()
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(
            try #require(statistics["fields"]?.array).compactMap { $0.object?["type"]?.string }
                == [
                    "string", "int64", "double", "bool", "timestamp", "strings", "bytes", "int32s",
                    "sparse",
                ]
        )
        let fields = try #require(statistics["vectorFields"]?.array).compactMap(\.object)
        #expect(fields.map { $0["name"] } == [.string(""), .string("tokens")])
        #expect(fields.map { $0["optional"] } == [.bool(false), .bool(true)])
        #expect(fields.map { $0["storage"] } == [.string("float32"), .string("float16")])
        #expect(
            fields[1]["rowColumns"]
                == .array([
                    .object(["name": .string("id"), "type": .string("int64")]),
                    .object(["name": .string("weight"), "type": .string("float32")]),
                ])
        )
        #expect(
            try quiver("stats", quiver.store, "c").output.contains("  field     int32s: int32s\n")
        )
    }

    @Test func `bytes are told by what they hold, and add up`() throws {
        try quiver.createWithFields(
            "year:int64",
            documents: (0..<50).map { "{\"key\":\($0),\"year\":1}" }
        )
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        let counts = try #require(statistics["byteCounts"]?.object)
        #expect(
            counts.members.map(\.name) == [
                "vectors", "rowColumns", "texts", "fields", "indexes", "fieldIndexes",
                "textIndexes", "keys", "manifests", "tail",
            ]
        )
        #expect(counts.members.compactMap(\.value.int).reduce(0, +) == statistics["bytes"]?.int)
    }

    @Test func `a factory string may hold colons and commas`() throws {
        let outcome = try quiver("create", quiver.store, "c", "--vector", "v:8:l2:int8:IVF8,SQ8:x")
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("index \"IVF8,SQ8:x\" cannot be a collection's: "))
        #expect(!FileManager.default.fileExists(atPath: quiver.store))
        #expect(
            try quiver("create", quiver.store, "c", "--vector", "v:8:l2:int8:IVF8,SQ8").status == 0
        )
    }

    @Test func `alter changes everything at once, or nothing`() throws {
        try quiver.createWithAllTypes()
        try quiver.importLines([
            #"{"key":"a","vector":[1,2],"columns":{"":{"place":[1]}},"string":"s","int64":4,"bool":true}"#
        ])
        let refused = try quiver(
            "alter",
            quiver.store,
            "c",
            "--drop-field",
            "string",
            "--drop-field",
            "nowhere"
        )
        #expect(refused.status == 1)
        #expect(refused.error.contains("no field named \"nowhere\""))
        let altered = try quiver(
            "alter",
            quiver.store,
            "c",
            "--rename",
            "d",
            "--set-index",
            ":graph",
            "--add-field",
            "string:int64",
            "--drop-field",
            "string",
            "--rename-field",
            "int64:count",
            "--drop-vector",
            "tokens",
            "--add-vector",
            "tokens:2:l2",
            "--row-column",
            "tokens:n:int16"
        )
        #expect(altered.status == 0, "\(altered.error)")
        #expect(
            try quiver.scanned("d") == [
                #"{"key":"a","fields":{"count":4,"bool":true},"vector":[1.0,2.0],"columns":{"":{"place":[1]}}}"#
            ]
        )
        let imported = try quiver(
            "import",
            quiver.store,
            "d",
            "-",
            input:
                #"{"key":"b","vector":[1,2],"columns":{"":{"place":[1]},"tokens":{"n":[-7]}},"vectors":{"tokens":[3,4]},"string":9}"#
        )
        #expect(imported.status == 0, "\(imported.error)")
        let statistics = try quiver("stats", quiver.store, "d", "--json").object()
        let fields = try #require(statistics["vectorFields"]?.array).compactMap(\.object)
        #expect(fields.map { $0["index"] } == [.string("graph"), .string("automatic")])
        #expect(try quiver("stats", quiver.store, "c").status == 1)
    }

    @Test func `drop needs a yes where nobody can be asked`() throws {
        try quiver.createWithFields("year:int64", documents: [#"{"key":"a"}"#])
        let unasked = try quiver("drop", quiver.store, "c")
        #expect(unasked.status == 64)
        #expect(unasked.error.contains("--yes"))
        #expect(try quiver.liveCount() == 1)
        #expect(
            try quiver("drop", quiver.store, "c", "--yes").output
                == "dropped collection c: 1 document\n"
        )
        #expect(try quiver("stats", quiver.store, "--json").object()["collections"] == .object([:]))
        #expect(try quiver("drop", quiver.store, "c", "--yes").status == 1)
    }

    @Test func `upgrade tells the format's version`() throws {
        try quiver.createCollection()
        let upgraded = try quiver("upgrade", quiver.store, "--json").object()
        let version = try quiver("stats", quiver.store, "--json").object()["formatVersion"]
        #expect(upgraded["formatVersion"] == version)
        #expect(upgraded["before"] == version)
        #expect(try quiver("upgrade", quiver.store).output.hasSuffix(", as before\n"))
        #expect(try quiver("upgrade", quiver.folder.file("nowhere")).status == 1)
    }
}
