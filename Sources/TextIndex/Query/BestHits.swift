/// The best hits so far, the worst of them on top of a heap.
struct BestHits {
    private let k: Int
    private var heap: [TextHit] = []

    init(k: Int) {
        self.k = k
        heap.reserveCapacity(min(k, 1_024))
    }

    /// What a document that comes later must pass to be among them.
    var threshold: Float { heap.count < k ? -1 : heap[0].score }

    mutating func insert(_ hit: TextHit) {
        if heap.count < k {
            heap.append(hit)
            var child = heap.count - 1
            while child > 0, Self.isWorse(heap[child], heap[(child - 1) / 2]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
            return
        }
        guard Self.isWorse(heap[0], hit) else { return }
        heap[0] = hit
        var parent = 0
        while true {
            var worst = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count {
                if Self.isWorse(heap[child], heap[worst]) { worst = child }
            }
            guard worst != parent else { return }
            heap.swapAt(worst, parent)
            parent = worst
        }
    }

    consuming func sorted() -> [TextHit] {
        heap.sorted { Self.isWorse($1, $0) }
    }

    private static func isWorse(_ left: TextHit, _ right: TextHit) -> Bool {
        left.score != right.score ? left.score < right.score : left.document > right.document
    }
}
