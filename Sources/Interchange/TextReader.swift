import JSON

/// Texts from a file, in order: one a line, or the member `text` of each line of a `.jsonl` file.
///
/// In a JSONL file other members are passed over, since nothing but the text is asked for. In a text
/// file an empty line is the empty text; the end of the last line begins no further one.
public final class TextReader {
    private enum Form {
        case lines(LineReader)
        case objects(JSONObjectReader)
    }

    private let lines: LineReader
    private let form: Form

    /// Opens the file at `path`, or standard input, as plain lines, where `path` is `-`.
    ///
    /// - Parameter isCancelled: asked when a signal interrupts a blocking read.
    public init(
        path: String,
        isCancelled: @escaping () -> Bool = { false }
    ) throws(InterchangeError) {
        lines = try LineReader(path: path, isCancelled: isCancelled)
        form = path.hasSuffix(".jsonl") ? .objects(JSONObjectReader(lines)) : .lines(lines)
    }

    /// The input's length, where that is known.
    public var byteCount: Int? { lines.byteCount }
    /// How much of `byteCount` has been read.
    public var consumedByteCount: Int { lines.consumedByteCount }

    /// The next texts, at most `count` and, past the first, not many more than `byteCount` bytes; none
    /// at the end.
    public func read(
        upTo count: Int,
        byteCount: Int = 16 << 20
    ) throws(InterchangeError) -> [String] {
        var texts: [String] = []
        var textByteCount = 0
        while texts.count < count, textByteCount < byteCount, let text = try next() {
            texts.append(text)
            textByteCount += text.utf8.count
        }
        return texts
    }

    /// The next text; `nil` at the end.
    public func next() throws(InterchangeError) -> String? {
        switch form {
        case .lines(let lines):
            return try lines.withNextLine { line throws(InterchangeError) in
                do throws(UTF8.ValidationError) {
                    return String(copying: try UTF8Span(validating: line))
                } catch {
                    throw lines.failure(
                        .invalidUTF8,
                        column: column(of: error.byteOffsets.lowerBound, in: line)
                    )
                }
            }
        case .objects(let objects):
            guard let object = try objects.next() else { return nil }
            do throws(Misfit) {
                if let text = try object["text"]?.text() { return text }
            } catch {
                throw objects.failure(error.problem(in: "text"))
            }
            throw objects.failure(.missingText)
        }
    }
}

/// The column, from 1, in Unicode scalars, of the byte at `offset`, before which all is valid.
private func column(of offset: Int, in line: Span<UInt8>) -> Int {
    (0..<offset).count { line[$0] & 0xC0 != 0x80 } + 1
}
