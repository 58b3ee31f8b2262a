import JSON
public import Quiver

/// Pairs of rows, an object a line: `{"a":KEY,"b":KEY}`, with `"rowA"` and `"rowB"` where not the first row of the document is meant.
public final class RowPairReader {
    private let lines: JSONObjectReader

    /// Opens the file at `path`, or standard input where `path` is `-`.
    ///
    /// - Parameter isCancelled: asked when a signal interrupts a blocking read.
    public init(
        path: String,
        isCancelled: @escaping () -> Bool = { false }
    ) throws(InterchangeError) {
        lines = JSONObjectReader(try LineReader(path: path, isCancelled: isCancelled))
    }

    /// Where the pair read last is.
    public var position: SourcePosition { lines.position }

    /// The next pair; `nil` at the end.
    public func next() throws(InterchangeError) -> (RowOwner, RowOwner)? {
        guard let object = try lines.next() else { return nil }
        for member in object.members where !["a", "b", "rowA", "rowB"].contains(member.name) {
            throw lines.failure(.unknownMember(member.name))
        }
        let one = try row("a", "rowA", of: object)
        return (one, try row("b", "rowB", of: object))
    }

    private func row(
        _ keyName: String,
        _ rowName: String,
        of object: JSONObject
    ) throws(InterchangeError) -> RowOwner {
        guard let value = object[keyName] else {
            throw lines.failure(.missingKey(member: keyName))
        }
        let key: Key
        do {
            key = try Key(value)
        } catch {
            throw lines.failure(.invalidMember([keyName], reason: error.reason))
        }
        guard let row = object[rowName] else { return RowOwner(key: key, row: 0) }
        guard let number = row.int, number >= 0 else {
            throw lines.failure(
                .invalidMember([rowName], reason: "expected a number of a row, from 0 on")
            )
        }
        return RowOwner(key: key, row: number)
    }
}
