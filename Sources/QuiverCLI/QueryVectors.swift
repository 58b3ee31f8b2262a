import Files
import Interchange
import Quiver
import Synchronization

/// The vectors of a file as `NeighbourRequest` asks for them: some at a time, from a file that is opened for these.
final class QueryVectors: Sendable {
    private let path: String
    private let count: Int
    private let refusal = Mutex<(any Error)?>(nil)

    init(path: String) throws {
        self.path = path
        count = try VectorFile(path: path).count
    }

    /// The same file under another name, or written again with the same numbers, is the same list.
    func queries() throws -> NeighbourRequest.Queries {
        try reporting {
            try .checksummed(count: count) { range throws(StoreError) in
                do {
                    return try self.rows(range)
                } catch {
                    self.refusal.withLock { $0 = error }
                    throw .cancelled
                }
            }
        }
    }

    private func rows(_ range: Range<Int>) throws -> [Float] {
        try Signals.check()
        let file = try VectorFile(path: path)
        // Written anew meanwhile.
        guard file.count == count else {
            throw FileError.wrongLength(
                path: path,
                expected: UInt64(count),
                found: UInt64(file.count)
            )
        }
        return try file.rows(range)
    }

    /// Does `body`, and throws what reading met in the place of what that led to.
    func reporting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw refusal.withLock { $0 } ?? error
        }
    }
}

/// The vectors of a file of queries with which something is measured: these fit into memory.
func allVectors(ofFile path: String) throws -> [[Float]] {
    let file = try VectorFile(path: path)
    let numbers = try file.rows(0..<file.count)
    return (0..<file.count).map { row in
        Array(numbers[(row * file.dimension)..<((row + 1) * file.dimension)])
    }
}
