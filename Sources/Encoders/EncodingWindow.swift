import Synchronization

/// Some texts, their division into batches, and the rows that threads have computed for them.
final class EncodingWindow: Sendable {
    let texts: [TokenizedText]
    /// Each the indices of some texts, longest texts first: the last batches are then the ones that
    /// differ least from each other, and threads finish together.
    let batches: [ArraySlice<Int>]
    /// Tokens of the largest batch.
    let tokenCapacity: Int
    /// Tokens of the longest text.
    let longestCount: Int
    /// Where each text's rows begin, and at the end how many there are.
    let offsets: [Int]

    private let dimension: Int
    private let state: Mutex<State>

    private struct State {
        var nextBatch = 0
        var doneCount: Int
        var rows: [Float]
        var error: (any Error)?
    }

    /// Tokens in a batch. Enough that weights, read once a batch, cost little beside the arithmetic, and so few
    /// that a batch's activations stay in the second-level cache.
    static let tokenBudget = 252

    /// - Parameters:
    ///   - dimension: numbers in a row.
    ///   - tokenBudget: tokens in a batch; `nil` for the usual number.
    init(
        texts: [TokenizedText],
        kind: RowKind,
        dimension: Int,
        tokenBudget: Int?,
        threadCount: Int
    ) {
        self.texts = texts
        self.dimension = dimension
        var offsets = [0]
        offsets.reserveCapacity(texts.count + 1)
        for text in texts { offsets.append((offsets.last ?? 0) + kind.rowCount(of: text)) }
        self.offsets = offsets

        // What has no rows needs no work.
        let order = texts.indices.filter { !texts[$0].kept.isEmpty }
            .sorted { (texts[$0].ids.count, $1) > (texts[$1].ids.count, $0) }
        let longestCount = order.first.map { texts[$0].ids.count } ?? 0
        // Few texts are shared out too, in batches smaller than the budget.
        let tokenCount = order.reduce(0) { $0 + texts[$1].ids.count }
        let share = (tokenCount + max(1, threadCount) - 1) / max(1, threadCount)
        let budget = max(longestCount, min(tokenBudget ?? Self.tokenBudget, share))

        var batches: [ArraySlice<Int>] = []
        var begin = 0
        var count = 0
        for (position, index) in order.enumerated() {
            if count + texts[index].ids.count > budget {
                batches.append(order[begin..<position])
                begin = position
                count = 0
            }
            count += texts[index].ids.count
        }
        if begin < order.count { batches.append(order[begin...]) }
        self.batches = batches
        self.longestCount = longestCount
        tokenCapacity = budget
        state = Mutex(
            State(
                doneCount: texts.count - order.count,
                rows: Array(repeating: 0, count: (offsets.last ?? 0) * dimension)
            )
        )
    }

    /// The texts of a batch that nobody has taken; nil where none is left or something failed.
    func takeBatch() -> ArraySlice<Int>? {
        state.withLock { state in
            guard state.error == nil, state.nextBatch < batches.count else { return nil }
            state.nextBatch += 1
            return batches[state.nextBatch - 1]
        }
    }

    /// Takes in the rows of a batch, those of its texts one after the other, and says how many texts are done in all.
    func put(_ rows: [Float], for texts: ArraySlice<Int>) -> Int {
        state.withLock { state in
            var place = 0
            for index in texts {
                let range = offsets[index] * dimension..<offsets[index + 1] * dimension
                state.rows.replaceSubrange(range, with: rows[place..<place + range.count])
                place += range.count
            }
            state.doneCount += texts.count
            return state.doneCount
        }
    }

    /// Stops all threads; the first error stays.
    func fail(_ error: any Error) {
        state.withLock { $0.error = $0.error ?? error }
    }

    /// The rows in the order of the texts.
    func finish() throws -> [Float] {
        try state.withLock { state in
            if let error = state.error { throw error }
            return state.rows
        }
    }
}
