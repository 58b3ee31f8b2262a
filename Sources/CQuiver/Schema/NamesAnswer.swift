import CQuiverABI

/// Names as C reads them.
///
/// `@unchecked Sendable`: the pointers lead into `arena`, and nothing is written after `init`.
final class NamesAnswer: @unchecked Sendable {
    let array: UnsafePointer<qv_string>
    let count: Int
    private let arena: Arena

    init(_ names: [String]) {
        var arena = Arena()
        let strings = names.map { name in
            let (bytes, count) = arena.copy(name)
            return qv_string(bytes: bytes, length: UInt64(count))
        }
        array = arena.copy(strings)
        count = strings.count
        self.arena = arena
    }
}
