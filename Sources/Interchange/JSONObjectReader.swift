import JSON

/// JSON objects, one a line. Empty lines are allowed at the end of the input only.
final class JSONObjectReader {
    private let lines: LineReader
    private var firstEmptyLine: Int?

    init(_ lines: LineReader) {
        self.lines = lines
    }

    /// The input's length, where that is known.
    var byteCount: Int? { lines.byteCount }
    /// How much of `byteCount` has been read.
    var consumedByteCount: Int { lines.consumedByteCount }
    /// Where the last object was.
    var position: SourcePosition { lines.position }

    /// An error about the last object.
    func failure(_ problem: LineProblem) -> InterchangeError { lines.failure(problem) }

    /// The next line's object; `nil` at the end.
    func next() throws(InterchangeError) -> JSONObject? {
        while true {
            let object = try lines.withNextLine { line throws(InterchangeError) -> JSONObject? in
                if isBlank(line) {
                    firstEmptyLine = firstEmptyLine ?? lines.lineNumber
                    return nil
                }
                if let firstEmptyLine {
                    throw .line(
                        file: lines.name,
                        line: firstEmptyLine,
                        column: nil,
                        problem: .empty
                    )
                }
                return try parse(line)
            }
            switch object {
            case .none: return nil
            case .some(.none): continue
            case .some(.some(let object)): return object
            }
        }
    }

    private func isBlank(_ line: Span<UInt8>) -> Bool {
        line.indices.allSatisfy { line[$0] == UInt8(ascii: " ") || line[$0] == UInt8(ascii: "\t") }
    }

    private func parse(_ line: Span<UInt8>) throws(InterchangeError) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line)
        } catch {
            guard case .malformed(let problem, let position) = error else {
                throw lines.failure(.brokenJSON(.unexpectedEnd))
            }
            throw lines.failure(
                problem == .invalidUTF8 ? .invalidUTF8 : .brokenJSON(problem),
                column: position.column
            )
        }
        guard let object = value.object else {
            throw lines.failure(.notAnObject(found: value.kind))
        }
        return object
    }
}
