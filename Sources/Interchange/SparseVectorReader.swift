import JSON
public import Quiver

/// Sparse vectors, an object a line: `{"indices":[3,17],"values":[0.5,2]}`.
public final class SparseVectorReader {
    private let lines: JSONObjectReader

    /// Opens the file at `path`, or standard input where `path` is `-`.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - isCancelled: asked when a signal interrupts a blocking read.
    public init(
        path: String,
        isCancelled: @escaping () -> Bool = { false }
    ) throws(InterchangeError) {
        lines = JSONObjectReader(try LineReader(path: path, isCancelled: isCancelled))
    }

    /// The next vector; `nil` at the end.
    public func next() throws(InterchangeError) -> SparseVector? {
        guard let object = try lines.next() else { return nil }
        do throws(Misfit) {
            return try SparseVector(.object(object))
        } catch {
            throw lines.failure(.invalidMember(error.path, reason: error.reason))
        }
    }
}
