import Quiver
import Synchronization

/// Filters as they were written, and what they mean: callers ask with the same ones again and again, and reading one takes as long as comparing a
/// hundred rows.
final class ParsedFilters: Sendable {
    static let shared = ParsedFilters()

    private static let capacity = 64
    /// Longer texts are as a rule lists of one query's own.
    private static let longestByteCount = 1_024

    /// By the bytes of the text: strings that Unicode holds for the same may mean other values.
    private let known = Mutex<[[UInt8]: Filter]>([:])

    /// - Throws: `invalidFilter`.
    func filter(_ text: String) throws(StoreError) -> Filter {
        guard text.utf8.count <= Self.longestByteCount else { return try Filter(parsing: text) }
        let bytes = Array(text.utf8)
        if let filter = known.withLock({ $0[bytes] }) { return filter }
        let filter = try Filter(parsing: text)
        known.withLock { known in
            if known.count == Self.capacity { known.removeAll(keepingCapacity: true) }
            known[bytes] = filter
        }
        return filter
    }
}
