import JSON
import TestSupport
import Testing

extension CommandLineRun {
    /// Makes a store with the collection `c` that has a metadata field of every type, named by it, and the vector fields
    /// without a name (2 numbers, column `place`: int8), `tokens` (3, optional, columns `id`: int64, `weight`: float32).
    func createWithAllTypes(_ name: String = "c", location: SourceLocation = #_sourceLocation)
        throws
    {
        let types = [
            "string", "int64", "double", "bool", "timestamp", "strings", "bytes", "int32s",
            "sparse",
        ]
        let outcome = try run(
            ["create", store, name, "--dimension", "2", "--metric", "l2"]
                + [
                    "--vector", "tokens:3:innerProduct:float16:exact", "--optional-vector",
                    "tokens",
                ]
                + ["--row-column", ":place:int8", "--row-column", "tokens:id:int64"]
                + ["--row-column", "tokens:weight:float32"]
                + types.flatMap { ["--field", "\($0):\($0)"] }
        )
        #expect(outcome.status == 0, "\(outcome.error)", sourceLocation: location)
    }

    /// The lines of `scan` with everything.
    func scanned(_ name: String = "c", _ more: String...) throws -> [String] {
        try run(
            ["scan", store, name, "--json", "--with", "text,fields,vectors,columns"] + more
        ).lines
    }

    /// Makes a store with the collection `c` of metadata alone, and imports `documents`.
    func createWithFields(
        _ fields: String...,
        documents: [String],
        location: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try run(["create", store, "c"] + fields.flatMap { ["--field", $0] })
        #expect(outcome.status == 0, "\(outcome.error)", sourceLocation: location)
        try importLines(documents, location: location)
    }

    /// The keys that a filter finds.
    func keys(_ filter: String) throws -> [String] {
        try self("scan", store, "c", "--filter", filter).lines
            .map { String($0.prefix { $0 != " " }) }
    }
}
