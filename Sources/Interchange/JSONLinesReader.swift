import JSON
import Quiver

/// Documents from JSONL: one JSON object a line.
///
/// | member | value | |
/// | --- | --- | --- |
/// | `key` | a string of 1…480 UTF-8 bytes, or an integer 0…2⁶⁴−1 | required |
/// | `text` | a string; absent or `null` is "no text" | optional |
/// | `vector` | an array of numbers that fit into float32; absent or `null` is "no vector" | optional |
///
/// Any other member is an error. Empty lines are allowed at the end of the input only.
public final class JSONLinesReader: DocumentReader {
    private let lines: LineReader
    private var firstEmptyLine: Int?

    /// Reads documents from `lines`.
    public init(_ lines: LineReader) {
        self.lines = lines
    }

    /// The input's length, where that is known.
    public var byteCount: Int? { lines.byteCount }
    /// How much of `byteCount` has been read.
    public var consumedByteCount: Int { lines.consumedByteCount }

    /// The next documents, at most `count`; none at the end.
    public func read(upTo count: Int) throws(InterchangeError) -> [SourceDocument] {
        var documents: [SourceDocument] = []
        while documents.count < count, let object = try nextObject() {
            documents.append(try document(of: object))
        }
        return documents
    }

    /// The next line's object; `nil` at the end.
    func nextObject() throws(InterchangeError) -> JSONObject? {
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

    /// Where the last object was.
    var position: SourcePosition { lines.position }

    /// An error about the last object.
    func failure(_ problem: LineProblem) -> InterchangeError { lines.failure(problem) }

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

    private func document(of object: JSONObject) throws(InterchangeError) -> SourceDocument {
        var key: Key?
        var text: String?
        var vector: [Float]?
        for member in object.members {
            switch member.name {
            case "key": key = try self.key(member.value)
            case "text": text = try self.text(member.value)
            case "vector": vector = try self.vector(member.value)
            case "fields": throw lines.failure(.typedFields)
            default: throw lines.failure(.unknownMember(member.name))
            }
        }
        guard let key else { throw lines.failure(.missingKey) }
        return SourceDocument(key: key, text: text, vector: vector, position: lines.position)
    }

    private func key(_ value: JSONValue) throws(InterchangeError) -> Key {
        if let integer = value.uint64 { return .integer(integer) }
        guard let string = value.string else {
            let found: String
            switch value {
            case .integer(let integer): found = "\(integer)"
            case .number(let number): found = "\(number)"
            default: found = value.kind
            }
            throw lines.failure(
                .invalidKey(
                    reason: "expected a string or an integer 0…\(UInt64.max), found \(found)"
                )
            )
        }
        guard 1...Key.maximumByteCount ~= string.utf8.count else {
            throw lines.failure(
                .invalidKey(
                    reason: "\(string.utf8.count) bytes long, not 1…\(Key.maximumByteCount)"
                )
            )
        }
        return .string(string)
    }

    func text(_ value: JSONValue) throws(InterchangeError) -> String? {
        if value.isNull { return nil }
        guard let string = value.string else {
            throw lines.failure(.invalidText(found: value.kind))
        }
        return string
    }

    private func vector(_ value: JSONValue) throws(InterchangeError) -> [Float]? {
        if value.isNull { return nil }
        guard let elements = value.array else {
            throw lines.failure(
                .invalidVector(reason: "expected an array of numbers, found \(value.kind)")
            )
        }
        var vector: [Float] = []
        vector.reserveCapacity(elements.count)
        for element in elements {
            guard let number = element.double else {
                throw lines.failure(
                    .invalidVector(
                        reason: "position \(vector.count) holds \(element.kind), not a number"
                    )
                )
            }
            let float = Float(number)
            guard float.isFinite else {
                throw lines.failure(
                    .invalidVector(
                        reason: "position \(vector.count): \(number) does not fit into float32"
                    )
                )
            }
            vector.append(float)
        }
        return vector
    }
}
