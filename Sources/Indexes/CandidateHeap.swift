/// A binary heap with the least candidate at its top. Keeps its memory when emptied.
struct CandidateHeap: Sendable {
    private(set) var items: [Candidate] = []

    @inline(__always)
    var count: Int { items.count }

    @inline(__always)
    var top: Candidate? { items.first }

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
    }

    mutating func reserve(_ count: Int) {
        items.reserveCapacity(count)
    }

    mutating func push(_ candidate: Candidate) {
        items.append(candidate)
        items.withUnsafeMutableBufferPointer { items in
            var place = items.count - 1
            while place > 0 {
                let parent = (place - 1) / 2
                if items[parent] < candidate { break }
                items[place] = items[parent]
                place = parent
            }
            items[place] = candidate
        }
    }

    mutating func pop() -> Candidate? {
        guard let last = items.popLast() else { return nil }
        guard let top = items.first else { return last }
        replaceTop(with: last)
        return top
    }

    /// Puts `candidate` in the place of the top: one descent where a pop and a push would be two.
    mutating func replaceTop(with candidate: Candidate) {
        items.withUnsafeMutableBufferPointer { items in
            var place = 0
            while true {
                var child = 2 * place + 1
                if child >= items.count { break }
                if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
                if candidate < items[child] { break }
                items[place] = items[child]
                place = child
            }
            items[place] = candidate
        }
    }
}
