import Interchange
import JSON
import Quiver
import TestSupport
import Testing

@Suite struct `Reading typed members` {
    private let folder = TemporaryDirectory()

    private static let schema = CollectionConfiguration(
        vectorFields: [
            VectorField(dimension: 2),
            VectorField(
                name: "tokens",
                dimension: 2,
                rowColumns: [
                    RowColumn(name: "id", type: .int64), RowColumn(name: "place", type: .int8),
                    RowColumn(name: "weight", type: .float32),
                ]
            ),
        ],
        fields: FieldType.allCases.map { Field(name: "\($0)", type: $0) }
    )

    private func read(
        _ line: String,
        _ names: MemberNames = MemberNames()
    ) throws -> SourceDocument {
        let documents = try openDocuments(
            at: try folder.write("{\"key\":1,\(line)}", to: "a.jsonl"),
            schema: Self.schema,
            names: names
        ).read(upTo: 10)
        return try #require(documents.first)
    }

    private func problem(_ line: String) -> String {
        let error = #expect(throws: InterchangeError.self) { try read(line) }
        return error?.description ?? ""
    }

    @Test(
        arguments: [
            (#""string":"é""#, FieldType.string, FieldValue.string("é")),
            (#""int64":9223372036854775807"#, .int64, .int64(.max)),
            (#""int64":-9223372036854775808"#, .int64, .int64(.min)),
            (#""int64":9007199254740993"#, .int64, .int64(9_007_199_254_740_993)),
            (#""double":3"#, .double, .double(3)),
            (#""double":-1.5e300"#, .double, .double(-1.5e300)),
            (#""double":18446744073709551615"#, .double, .double(0x1p64)),
            (#""bool":true"#, .bool, .bool(true)), (#""strings":[]"#, .strings, .strings([])),
            (#""strings":["a",""]"#, .strings, .strings(["a", ""])),
            (#""bytes":"""#, .bytes, .bytes([])), (#""bytes":"/w==""#, .bytes, .bytes([255])),
            (#""bytes":"AAE=""#, .bytes, .bytes([0, 1])),
            (#""bytes":"AAEC""#, .bytes, .bytes([0, 1, 2])),
            (#""int32s":[-2147483648,2147483647]"#, .int32s, .int32s([.min, .max])),
            (
                #""sparse":{"indices":[4294967295,0],"values":[1,0.5]}"#, .sparse,
                .sparse(try SparseVector([0: 0.5, .max: 1]))
            ),
            (#""sparse":{"indices":[],"values":[]}"#, .sparse, .sparse(try SparseVector([:]))),
            (#""timestamp":"1970-01-01T00:00:01.5Z""#, .timestamp, .timestamp(at(1, 500_000_000))),
            (#""int64":null"#, .int64, .null), (#""strings":null"#, .strings, .null),
        ]
    )
    func `a value is typed by the schema`(member: String, type: FieldType, value: FieldValue) throws
    {
        for line in [member, "\"fields\":{\(member)}"] {
            #expect(try read(line).fields == ["\(type)": value])
        }
    }

    @Test(
        arguments: [
            (#""string":1"#, #""string": expected a string, found an integer"#),
            (#""int64":1.0"#, #""int64": expected an integer -9223372036854775808…"#),
            (#""int64":1e3"#, "found 1000.0"),
            (#""int64":9223372036854775808"#, "found 9223372036854775808"),
            (#""int64":99999999999999999999999"#, "found 1e+23"),
            (#""int64":"7""#, "found a string"),
            (#""int64":[1]"#, "found an array"),
            (#""double":"1""#, "expected a number, found a string"),
            (#""double":true"#, "found a boolean"), (#""bool":1"#, "expected true or false"),
            (
                #""timestamp":1764325549"#,
                "expected an RFC 3339 timestamp as a string, found an integer"
            ),
            (#""timestamp":"2026-11-28""#, "\"2026-11-28\" is not an RFC 3339 timestamp"),
            (#""timestamp":"2026-02-29T00:00:00Z""#, "is not an RFC 3339 timestamp"),
            (#""strings":"a""#, "expected an array of strings"),
            (#""strings":["a",null]"#, "position 1 holds null, not a string"),
            (#""bytes":[1]"#, "expected bytes in base64"), (#""bytes":"AA""#, "is not base64"),
            (#""bytes":"AB==""#, "is not base64"), (#""bytes":"A=A=""#, "is not base64"),
            (#""bytes":"====""#, "is not base64"), (#""bytes":"AA-_""#, "is not base64"),
            (#""bytes":"AAA\n""#, "is not base64"),
            (
                #""int32s":[1,2147483648]"#,
                "position 1: expected an integer -2147483648…2147483647, found"
            ),
            (#""int32s":7"#, "expected an array of 32-bit integers"),
            (#""fields":{"int64":1.5}"#, #""fields": "int64": expected an integer"#),
            (#""fields":[1]"#, #""fields": expected an object of metadata fields"#),
            (#""fields":{"x":1}"#, "unknown member \"x\""), (#""x":1"#, "unknown member \"x\""),
            (#""int64":1,"fields":{"int64":1}"#, #""fields": "int64": given twice"#),
            (#""vectors":{"tokens":[[1,2],[3]]}"#, #""vectors": "tokens": row 1 has 1 numbers"#),
            (#""vectors":{"tokens":[[1,2],3]}"#, "row 1 is an integer"),
            (#""vectors":{"tokens":[1,[2]]}"#, "position 1 holds an array"),
            (#""vectors":{"tokens":[[1,2],[3,null]]}"#, "row 1, position 1 holds null"),
            (#""vectors":{"tokens":[[1,1e39]]}"#, "row 0, position 1: 1e+39 does not fit"),
            (
                #""vectors":{"x":[1,2]}"#,
                #""vectors": "x": the collection has no such vector field"#
            ),
            (#""vectors":[1,2]"#, "expected an object of vector fields"),
            (
                #""vector":[1,2],"vectors":{"":[1,2]}"#,
                #"given twice, in "vector" and in "vectors""#
            ),
            (
                #""columns":{"tokens":{"x":[1]}}"#,
                #""columns": "tokens": "x": the vector field has no such"#
            ),
            (#""columns":{"x":{}}"#, #""columns": "x": the collection has no such vector field"#),
            (
                #""columns":{"tokens":{"place":[128]}}"#,
                "position 0: expected an integer -128…127, found 128"
            ),
            (#""columns":{"tokens":{"id":[1.5]}}"#, "found 1.5"),
            (#""columns":{"tokens":{"id":7}}"#, "one a row"),
            (#""columns":{"tokens":{"weight":[[1]]}}"#, #""weight": expected one number a row"#),
            (#""columns":{"tokens":{"weight":[1e39]}}"#, "does not fit into float32"),
            (#""columns":{"tokens":[1]}"#, "expected an object of row columns"),
            (#""double":NaN"#, "JSON has no NaN"), (#""double":1e999"#, "too large for a double"),
            (#""int64":1,"int64":1"#, "more than one member named \"int64\""),
            (#""fields":{"string":"a","string":"b"}"#, "more than one member named \"string\""),
            (
                #""vectors":{"tokens":\#(String(repeating: "[", count: 5_000))"#,
                "nested deeper than"
            ),
        ]
    )
    func `what is none of the type is named by line and member`(member: String, cause: String) {
        let problem = problem(member)
        #expect(problem.contains("a.jsonl:1:"), "\(problem)")
        #expect(problem.contains(cause), "\(problem)")
    }

    @Test func `rows and columns are read of every field`() throws {
        let document = try read(
            #""vector":[1,2],"vectors":{"tokens":[[1,2],[3,4],[5,6]]},"#
                + #""columns":{"tokens":{"id":[1,-1,9223372036854775807],"place":[0,1,-128],"weight":[0,-0.5,3]}}"#
        )
        #expect(document.vectors[""] == SourceRows(numbers: [1, 2]))
        #expect(document.vectors["tokens"] == SourceRows(numbers: [1, 2, 3, 4, 5, 6], rowCount: 3))
        #expect(
            document.columns == [
                "tokens": [
                    "id": .int64([1, -1, .max]), "place": .int8([0, 1, -128]),
                    "weight": .float32([0, -0.5, 3]),
                ]
            ]
        )
        let empty = try read(#""vector":null,"vectors":null,"columns":null,"fields":null"#)
        #expect(empty.vectors.isEmpty && empty.columns.isEmpty && empty.fields.isEmpty)
        #expect(try read(#""vectors":{"tokens":null}"#).vectors.isEmpty)
    }

    @Test func `members that are passed over may be anything`() throws {
        var names = MemberNames()
        names.ignored = ["x", "int64", "vector"]
        #expect(
            try read(
                #""x":[1],"int64":"seven","vector":"none","fields":{"int64":1.5,"bool":true}"#,
                names
            )
            .fields == ["bool": .bool(true)]
        )
        names.ignoresUnknown = true
        #expect(
            try read(#""y":{},"fields":{"z":1,"bool":true}"#, names).fields == ["bool": .bool(true)]
        )
    }

    private static func at(_ seconds: Int64, _ nanoseconds: UInt32) -> Timestamp {
        guard let timestamp = Timestamp(seconds: seconds, nanoseconds: nanoseconds) else {
            preconditionFailure("out of range")
        }
        return timestamp
    }
}
