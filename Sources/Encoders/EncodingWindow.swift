import Synchronization

/// Some sequences, their division into batches, and the rows that threads have computed for them.
final class EncodingWindow: Sendable {
    let sequences: [[Int32]]
    /// Each the indices of some sequences, longest sequences first: the last batches are then the ones that
    /// differ least from each other, and threads finish together.
    let batches: [ArraySlice<Int>]
    /// Tokens of the largest batch.
    let tokenCapacity: Int
    /// Tokens of the longest sequence.
    let longestCount: Int

    private let dimension: Int
    private let state: Mutex<State>

    private struct State {
        var nextBatch = 0
        var doneCount = 0
        var rows: [Float]
        var error: (any Error)?
    }

    /// Tokens in a batch. Enough that weights, read once a batch, cost little beside the arithmetic, and so few
    /// that a batch's activations stay in the second-level cache.
    static let tokenBudget = 252

    init(sequences: [[Int32]], dimension: Int, threadCount: Int) {
        self.sequences = sequences
        self.dimension = dimension
        let order = sequences.indices.sorted {
            (sequences[$0].count, $1) > (sequences[$1].count, $0)
        }
        let longestCount = order.first.map { sequences[$0].count } ?? 0
        // Few texts are shared out too, in batches smaller than the budget.
        let tokenCount = sequences.reduce(0) { $0 + $1.count }
        let share = (tokenCount + max(1, threadCount) - 1) / max(1, threadCount)
        let budget = max(longestCount, min(Self.tokenBudget, share))

        var batches: [ArraySlice<Int>] = []
        var begin = 0
        var count = 0
        for (position, index) in order.enumerated() {
            if count + sequences[index].count > budget {
                batches.append(order[begin..<position])
                begin = position
                count = 0
            }
            count += sequences[index].count
        }
        if begin < order.count { batches.append(order[begin...]) }
        self.batches = batches
        self.longestCount = longestCount
        tokenCapacity = budget
        state = Mutex(State(rows: Array(repeating: 0, count: sequences.count * dimension)))
    }

    /// The sequences of a batch that nobody has taken; nil where none is left or something failed.
    func takeBatch() -> ArraySlice<Int>? {
        state.withLock { state in
            guard state.error == nil, state.nextBatch < batches.count else { return nil }
            state.nextBatch += 1
            return batches[state.nextBatch - 1]
        }
    }

    /// Takes in the rows of a batch and says how many are done in all.
    func put(_ vectors: [[Float]], for sequences: ArraySlice<Int>) -> Int {
        state.withLock { state in
            for (vector, index) in zip(vectors, sequences) {
                state.rows.replaceSubrange(
                    index * dimension..<(index + 1) * dimension,
                    with: vector
                )
            }
            state.doneCount += sequences.count
            return state.doneCount
        }
    }

    /// Stops all threads; the first error stays.
    func fail(_ error: any Error) {
        state.withLock { $0.error = $0.error ?? error }
    }

    /// The rows in the order of the sequences.
    func finish() throws -> [Float] {
        try state.withLock { state in
            if let error = state.error { throw error }
            return state.rows
        }
    }
}
