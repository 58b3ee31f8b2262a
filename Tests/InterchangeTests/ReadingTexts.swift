import Interchange
import TestSupport
import Testing

@Suite struct `Reading texts` {
    private let folder = TemporaryDirectory()

    @Test func `a text file has one text a line`() throws {
        let path = try folder.write("\u{FEFF}first\r\n\nthird é\nlast", to: "a.txt")
        let reader = try TextReader(path: path)
        #expect(try reader.read(upTo: 3) == ["first", "", "third é"])
        #expect(try reader.read(upTo: 3) == ["last"])
        #expect(try reader.read(upTo: 3) == [])
    }

    @Test func `a JSONL file has the texts in its members`() throws {
        let path = try folder.write(
            "{\"text\":\"a\\nb\",\"ids\":[1]}\n{\"key\":1,\"text\":\"\"}\n",
            to: "a.jsonl"
        )
        #expect(try TextReader(path: path).read(upTo: 10) == ["a\nb", ""])
    }

    @Test func `a line without a text is named`() throws {
        let path = try folder.write("{\"text\":\"a\"}\n{\"key\":1}\n", to: "a.jsonl")
        #expect(
            throws: InterchangeError.line(file: path, line: 2, column: nil, problem: .missingText)
        ) { try TextReader(path: path).read(upTo: 10) }
    }

    @Test func `invalid UTF-8 is named with line and column`() throws {
        let path = try folder.write(Array("a\né".utf8) + [0xFF, 0x0A], to: "a.txt")
        #expect(
            throws: InterchangeError.line(file: path, line: 2, column: 2, problem: .invalidUTF8)
        ) { try TextReader(path: path).read(upTo: 10) }
    }

    @Test func `a folder is refused as one`() throws {
        #expect(throws: InterchangeError.self) {
            try TextReader(path: folder.path).read(upTo: 1)
        }
    }
}
