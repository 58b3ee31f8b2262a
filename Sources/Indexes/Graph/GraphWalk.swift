internal import CKernels

/// One query's way through a graph. All pointers are lent for the walk.
struct GraphWalk {
    let graph: GraphIndex
    let rows: UnsafePointer<qk_rows>
    let query: UnsafeBufferPointer<Float>
    let norm: Float
    /// Where level 0 is entered.
    private var entry = Candidate(distance: .infinity, row: 0)

    init(
        graph: GraphIndex,
        rows: UnsafePointer<qk_rows>,
        query: UnsafeBufferPointer<Float>,
        norm: Float
    ) {
        self.graph = graph
        self.rows = rows
        self.query = query
        self.norm = norm
    }

    /// Goes to the nearest link, level by level, until no link is nearer.
    mutating func descend() {
        let format = graph.format
        entry = candidate(format.entryPoint)
        guard format.topLevel > 0 else { return }
        var place = graph.upperEntry
        var level = format.topLevel
        while level > 0 {
            let links = graph.upperLinks + (Int(graph.upperStarts[place]) + level - 1) * format.M
            var nextPlace = place
            for number in 0..<format.M {
                let link = links[number]
                if link == GraphLinks.none { break }
                let found = candidate(graph.upperRows[Int(link)])
                if found < entry {
                    entry = found
                    nextPlace = Int(link)
                }
            }
            if nextPlace == place { level -= 1 } else { place = nextPlace }
        }
    }

    private func candidate(_ row: UInt32) -> Candidate {
        Candidate(
            distance: qk_distance(rows, query.baseAddress, norm, UInt64(row)),
            row: row
        )
    }

    /// Walks level 0 best-first; `scratch.results` holds the nearest live rows then. False if cancelled.
    func collect(
        _ efSearch: Int,
        excluding dead: RowSet?,
        scratch: inout GraphSearchScratch,
        cancelled: () -> Bool
    ) -> Bool {
        collect(
            efSearch,
            excluding: dead,
            cancelled: cancelled,
            visited: &scratch.visited,
            fresh: &scratch.rows,
            distances: &scratch.distances,
            candidates: &scratch.candidates,
            results: &scratch.results
        )
    }

    private func collect(
        _ efSearch: Int,
        excluding dead: RowSet?,
        cancelled: () -> Bool,
        visited: inout [UInt64],
        fresh: inout [UInt32],
        distances: inout [Float],
        candidates: inout CandidateHeap,
        results: inout CandidateHeap
    ) -> Bool {
        visited.withUnsafeMutableBufferPointer { visited in
            fresh.withUnsafeMutableBufferPointer { fresh in
                distances.withUnsafeMutableBufferPointer { distances in
                    let width = graph.format.baseWidth
                    visited[Int(entry.row >> 6)] |= 1 << UInt64(entry.row & 63)
                    candidates.push(entry)
                    if !(dead?.contains(entry.row) ?? false) { results.push(entry.reversed) }
                    var expanded = 0
                    while let next = candidates.pop() {
                        if results.count >= efSearch, let farthest = results.top,
                            farthest.reversed < next
                        {
                            break
                        }
                        expanded += 1
                        if expanded % 64 == 0, cancelled() { return false }
                        let links = graph.base + Int(next.row) * width
                        var count = 0
                        for number in 0..<width {
                            let link = links[number]
                            if link == GraphLinks.none { break }
                            let bit = UInt64(1) << UInt64(link & 63)
                            let word = visited[Int(link >> 6)]
                            if word & bit != 0 { continue }
                            visited[Int(link >> 6)] = word | bit
                            fresh[count] = link
                            count += 1
                        }
                        qk_distances(
                            rows,
                            query.baseAddress,
                            norm,
                            fresh.baseAddress,
                            count,
                            distances.baseAddress
                        )
                        for number in 0..<count {
                            let found = Candidate(distance: distances[number], row: fresh[number])
                            let isFull = results.count >= efSearch
                            if isFull, let farthest = results.top, farthest.reversed < found {
                                continue
                            }
                            candidates.push(found)
                            if let dead, dead.contains(found.row) { continue }
                            if isFull {
                                results.replaceTop(with: found.reversed)
                            } else {
                                results.push(found.reversed)
                            }
                        }
                    }
                    return true
                }
            }
        }
    }
}
