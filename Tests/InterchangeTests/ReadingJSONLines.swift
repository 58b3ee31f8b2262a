import Interchange
import JSON
import Quiver
import TestSupport
import Testing

@Suite struct `Reading JSONL documents` {
    private let folder = TemporaryDirectory()

    private func read(_ text: String) throws -> [SourceDocument] {
        try read(Array(text.utf8))
    }

    private func read(_ bytes: [UInt8]) throws -> [SourceDocument] {
        try openDocuments(
            at: try folder.write(bytes, to: "a.jsonl"),
            schema: CollectionConfiguration(dimension: 2)
        ).read(upTo: 1000)
    }

    private func refused(
        _ bytes: [UInt8],
        line: Int,
        column: Int? = nil,
        _ problem: LineProblem,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let file = folder.file("a.jsonl")
        let expected = InterchangeError.line(
            file: file,
            line: line,
            column: column,
            problem: problem
        )
        #expect(throws: expected, sourceLocation: location) { try read(bytes) }
        let place = "\(file):\(line):" + (column.map { "\($0):" } ?? "")
        #expect(expected.description.hasPrefix(place), sourceLocation: location)
    }

    private func refused(
        _ text: String,
        line: Int,
        column: Int? = nil,
        _ problem: LineProblem,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        try refused(Array(text.utf8), line: line, column: column, problem, location)
    }

    @Test func `key, text and vector are read in any order`() throws {
        let documents = try read(
            """
            {"key":"a","text":"A","vector":[1,-0.5,1e2]}
            {"vector":[0.1],"key":7}
            {"text":"","key":18446744073709551615}
            {"key":"n","text":null,"vector":null}

            """
        )
        #expect(documents.map(\.key) == ["a", 7, .integer(.max), "n"])
        #expect(documents.map(\.text) == ["A", nil, "", nil])
        #expect(documents.map { $0.vectors[""]?.numbers } == [[1, -0.5, 100], [0.1], nil, nil])
        #expect(documents.map(\.position.number) == [1, 2, 3, 4])
    }

    @Test func `a byte order mark, CRLF, a missing last line end and empty last lines are allowed`()
        throws
    {
        #expect(try read("\u{FEFF}{\"key\":1}\r\n{\"key\":2}").map(\.key) == [1, 2])
        #expect(try read("{\"key\":1}\n\n\r\n\n").map(\.key) == [1])
        #expect(try read("").isEmpty)
        #expect(try read("\u{FEFF}").isEmpty)
    }

    @Test func `an empty line in the middle is named`() throws {
        try refused("{\"key\":1}\n\n\n{\"key\":2}\n", line: 2, .empty)
    }

    @Test func `batches follow each other`() throws {
        let path = try folder.write(
            (0..<5).map { "{\"key\":\($0)}\n" }.joined(),
            to: "b.jsonl"
        )
        let reader = try openDocuments(at: path, schema: CollectionConfiguration(vectorFields: []))
        #expect(try reader.read(upTo: 2).map(\.key) == [0, 1])
        #expect(try reader.read(upTo: 2).map(\.key) == [2, 3])
        #expect(try reader.read(upTo: 2).map(\.key) == [4])
        #expect(try reader.read(upTo: 2).isEmpty)
        #expect(reader.consumedByteCount == reader.byteCount)
    }

    @Test func `an unknown member is named`() throws {
        try refused("{\"key\":1}\n{\"key\":2,\"titel\":\"x\"}", line: 2, .unknownMember("titel"))
    }

    @Test func `a missing key is named`() throws {
        try refused("{\"text\":\"x\"}", line: 1, .missingKey(member: "key"))
        try refused("{}", line: 1, .missingKey(member: "key"))
    }

    @Test(arguments: ["-1", "1.5", "true", "null", "[1]", "\"\"", "18446744073709551616"])
    func `a key that is none is named`(key: String) throws {
        let error = #expect(throws: InterchangeError.self) { try read("{\"key\":\(key)}") }
        guard case .line(_, 1, nil, .invalidMember(["key"], _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `keys of 1 to 480 bytes are read, longer ones named`() throws {
        let longest = String(repeating: "é", count: 240)
        #expect(try read("{\"key\":\"\(longest)\"}").map(\.key) == [.string(longest)])
        try refused(
            "{\"key\":\"\(longest)x\"}",
            line: 1,
            .invalidMember(["key"], reason: "481 bytes long, not 1…480")
        )
    }

    @Test func `invalid UTF-8 is named with its column`() throws {
        let good = Array("{\"key\":1,\"text\":\"aé".utf8)
        try refused(
            Array("{\"key\":0}\n".utf8) + good + [0xC3, 0x28] + Array("\"}".utf8),
            line: 2,
            column: 20,
            .invalidUTF8
        )
    }

    @Test func `broken JSON is named with line and column`() throws {
        try refused(
            "{\"key\":1}\n{\"key\":2,}",
            line: 2,
            column: 10,
            .brokenJSON(.unexpectedByte(UInt8(ascii: "}"), expected: "a member name"))
        )
        try refused("{\"key\":1", line: 1, column: 9, .brokenJSON(.unexpectedEnd))
        try refused("{\"key\":1} {", line: 1, column: 11, .brokenJSON(.trailingBytes))
        try refused(
            "{\"key\":1,\"key\":2}",
            line: 1,
            column: 10,
            .brokenJSON(.duplicateName("key"))
        )
        try refused("[1]", line: 1, .notAnObject(found: "an array"))
    }

    @Test func `texts and vectors of another kind are named`() throws {
        try refused(
            "{\"key\":1,\"text\":5}",
            line: 1,
            .invalidMember(["text"], reason: "expected a string, found an integer")
        )
        try refused(
            "{\"key\":1,\"vector\":\"x\"}",
            line: 1,
            .invalidMember(["vector"], reason: "expected an array of numbers, found a string")
        )
        try refused(
            "{\"key\":1,\"vector\":[1,null]}",
            line: 1,
            .invalidMember(["vector"], reason: "position 1 holds null, not a number")
        )
        try refused(
            "{\"key\":1,\"vector\":[1e39]}",
            line: 1,
            .invalidMember(["vector"], reason: "position 0: 1e+39 does not fit into float32")
        )
        let nan = #expect(throws: InterchangeError.self) {
            try read("{\"key\":1,\"vector\":[NaN]}")
        }
        #expect(nan?.description.contains("a.jsonl:1:20: broken JSON") == true)
    }

    @Test func `a line beyond the limit is an error, not memory`() throws {
        let path = try folder.write(
            "short\n" + String(repeating: "x", count: 600_000) + "\n",
            to: "long.txt"
        )
        let lines = try LineReader(path: path, maximumLineByteCount: 300_000)
        #expect(try lines.withNextLine { line throws(InterchangeError) in line.count } == 5)
        #expect(
            throws: InterchangeError.line(
                file: path,
                line: 2,
                column: nil,
                problem: .tooLong(limit: 300_000)
            )
        ) { try lines.withNextLine { line throws(InterchangeError) in line.count } }
    }

    @Test func `lines longer than the buffer are whole`() throws {
        let counts = [0, 1, 262_143, 262_144, 262_145, 5, 1_000_000, 0, 7]
        let path = try folder.write(
            counts.map { String(repeating: "x", count: $0) }.joined(separator: "\n"),
            to: "lines.txt"
        )
        let lines = try LineReader(path: path)
        var found: [Int] = []
        while let count = try lines.withNextLine({ line throws(InterchangeError) in line.count }) {
            found.append(count)
        }
        #expect(found == counts)
        #expect(lines.lineNumber == counts.count)
        #expect(lines.consumedByteCount == lines.byteCount)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `changed bytes are read or refused, and never crash`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let whole = Array(
            "{\"key\":\"a\",\"text\":\"é\\n\",\"vector\":[1,-2.5e3]}\n{\"key\":7}\n".utf8
        )
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let position = bytes.indices.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: position)
                default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
                }
            }
            do {
                for document in try read(bytes) {
                    #expect(
                        document.vectors.values.allSatisfy { $0.numbers.allSatisfy(\.isFinite) },
                        "seed \(seed)"
                    )
                }
            } catch is InterchangeError {}
        }
    }
}
