import FAISS
import Synchronization
import Testing
import Threads

/// FAISS keeps the times of its local search in one table of the process.
@Suite struct `Local search` {
    @Test func `runs in several threads, each on an index of its own`() {
        let rows = ClusteredRows(count: 300, dimension: 8, seed: 71)
        let found = Mutex<[[Int64]]>([])
        concurrently(4) { _ in
            for _ in 0..<10 {
                let labels = try? filled("LSQ2x4", rows, .l2).search(rows.values, k: 1).labels
                found.withLock { $0.append(labels ?? []) }
            }
        }
        let answers = found.withLock { $0 }
        #expect(answers.count == 40)
        #expect(answers.allSatisfy { $0.count == 300 && $0 == answers[0] })
    }
}
