extension GraphLinks {
    /// Makes every row reachable from the entry point over links of level 0.
    ///
    /// A row that is not gets a link from the nearest row that is. Where that one's list is full, the new link
    /// takes the place of its last one, and the row passes that one on: so what was reachable stays so.
    /// Each such row costs one scan of all rows; on real data there are few or none.
    package mutating func connect(
        _ rows: Rows,
        progress: (Int) -> Bool = { _ in true }
    ) throws(IndexError) {
        guard let entryPoint else { return }
        var reached = RowSet(capacity: rowCount)
        reach(from: entryPoint, &reached)
        guard reached.count < rowCount else { return }
        for row in 0..<UInt32(rowCount) where !reached.contains(row) {
            guard progress(rowCount) else { throw .cancelled }
            let query = Query(rows.decoded(Int(row)), metric: rows.metric)
            var nearest = Nearest(k: 1)
            try ExactIndex.search(
                rows,
                query: query,
                excluding: reached.complement(below: rowCount),
                into: &nearest
            )
            guard let host = nearest.sorted().first else { continue }
            link(host.row, to: row)
            reach(from: row, &reached)
        }
    }

    private func list(_ row: UInt32) -> Range<Int> {
        Int(row) * 2 * M..<(Int(row) + 1) * 2 * M
    }

    private mutating func link(_ host: UInt32, to row: UInt32) {
        if let free = list(host).first(where: { base[$0] == Self.none }) {
            base[free] = row
            return
        }
        let last = list(host).upperBound - 1
        let passedOn = base[last]
        base[last] = row
        let place = list(row).first { base[$0] == Self.none } ?? list(row).upperBound - 1
        base[place] = passedOn
    }

    /// Adds `start` and all rows that links lead to from it and that are not in `reached` yet.
    private func reach(from start: UInt32, _ reached: inout RowSet) {
        var waiting = [start]
        reached.insert(start)
        while let row = waiting.popLast() {
            for place in list(row) {
                let link = base[place]
                if link == Self.none { break }
                if reached.contains(link) { continue }
                reached.insert(link)
                waiting.append(link)
            }
        }
    }
}
