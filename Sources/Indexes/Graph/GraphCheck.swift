/// The pass that makes hostile bytes safe to walk: every number a search would follow is in range.
///
/// Sums of conditions instead of early exits keep the pass over level 0, nearly all of the bytes, at the
/// speed of memory; only when a list is bad is it read again to say where.
struct GraphCheck {
    let bytes: UnsafeRawBufferPointer
    let format: GraphFormat

    /// Checks all sections; the entry point's place among the upper rows, 0 where there is one level.
    func run() throws(IndexError) -> Int {
        try checkPadding()
        try checkLists(
            at: format.baseOffset,
            count: format.rowCount,
            width: format.baseWidth,
            limit: UInt32(format.rowCount),
            "a link on level 0"
        )
        let entry = try checkUpperRows()
        try checkUpperLinks()
        return entry
    }

    private func word(_ offset: Int, _ place: Int) -> UInt32 {
        bytes.load(fromByteOffset: offset + place * 4, as: UInt32.self)
    }

    private func checkPadding() throws(IndexError) {
        let gaps = [
            (format.baseOffset + format.rowCount * format.baseWidth * 4, format.upperRowsOffset),
            (format.upperRowsOffset + format.upperRowCount * 4, format.upperStartsOffset),
            (format.upperStartsOffset + (format.upperRowCount + 1) * 4, format.upperLinksOffset),
            (format.upperLinksOffset + format.upperListCount * format.M * 4, format.originOffset),
            (format.originOffset + format.sketchDimension * 4, format.scalesOffset),
            (
                format.scalesOffset + (format.sketchDimension == 0 ? 0 : format.rowCount * 4),
                format.sketchesOffset
            ),
            (format.sketchesOffset + format.rowCount * format.sketchDimension, format.byteCount),
        ]
        for (start, end) in gaps {
            for offset in start..<end where bytes[offset] != 0 {
                throw .corrupt(
                    .graph,
                    what: "padding",
                    offset: offset,
                    found: UInt64(bytes[offset])
                )
            }
        }
    }

    /// Lists of links below `limit`, each padded at its end alone.
    private func checkLists(
        at offset: Int,
        count: Int,
        width: Int,
        limit: UInt32,
        _ what: String
    ) throws(IndexError) {
        guard count > 0, let start = bytes.baseAddress else { return }
        let links = (start + offset).assumingMemoryBound(to: UInt32.self)
        for list in 0..<count {
            let first = list * width
            var bad: UInt32 = 0
            var previous: UInt32 = 0
            for place in first..<first + width {
                let link = links[place]
                let unused = link == GraphLinks.none
                bad |= unused || link < limit ? 0 : 1
                bad |= previous == GraphLinks.none && !unused ? 1 : 0
                previous = link
            }
            if bad == 0 { continue }
            var ended = false
            for place in first..<first + width {
                let link = links[place]
                if link == GraphLinks.none {
                    ended = true
                } else if ended || link >= limit {
                    throw .corrupt(
                        .graph,
                        what: what,
                        offset: offset + place * 4,
                        found: UInt64(link)
                    )
                }
            }
        }
    }

    private func checkUpperRows() throws(IndexError) -> Int {
        let rows = format.upperRowsOffset
        let starts = format.upperStartsOffset
        var entry: Int?
        var highest = 0
        for place in 0..<format.upperRowCount {
            let row = word(rows, place)
            guard row < format.rowCount, place == 0 || word(rows, place - 1) < row else {
                throw .corrupt(
                    .graph,
                    what: "an upper row",
                    offset: rows + place * 4,
                    found: UInt64(row)
                )
            }
            let first = word(starts, place)
            let end = word(starts, place + 1)
            guard place > 0 || first == 0, first < end,
                Int(end) <= format.upperListCount, Int(end - first) <= format.topLevel
            else {
                throw .corrupt(
                    .graph,
                    what: "the end of a row's upper lists",
                    offset: starts + place * 4 + 4,
                    found: UInt64(end)
                )
            }
            highest = max(highest, Int(end - first))
            if row == format.entryPoint { entry = place }
        }
        let last = word(starts, format.upperRowCount)
        guard Int(last) == format.upperListCount else {
            throw .corrupt(
                .graph,
                what: "the end of the upper lists",
                offset: starts + format.upperRowCount * 4,
                found: UInt64(last)
            )
        }
        guard highest == format.topLevel else {
            throw .corrupt(
                .graph,
                what: "the highest level",
                offset: 20,
                found: UInt64(format.topLevel)
            )
        }
        guard format.topLevel > 0 else { return 0 }
        guard let entry, level(of: entry) == format.topLevel else {
            throw .corrupt(
                .graph,
                what: "the entry point",
                offset: 32,
                found: UInt64(format.entryPoint)
            )
        }
        return entry
    }

    /// An upper link must lead to a row that is on the link's level, where the descent goes on from it.
    private func checkUpperLinks() throws(IndexError) {
        try checkLists(
            at: format.upperLinksOffset,
            count: format.upperListCount,
            width: format.M,
            limit: UInt32(format.upperRowCount),
            "an upper link"
        )
        for place in 0..<format.upperRowCount {
            let first = Int(word(format.upperStartsOffset, place))
            for level in 1...level(of: place) {
                let list = (first + level - 1) * format.M
                for link in list..<list + format.M {
                    let target = word(format.upperLinksOffset, link)
                    if target == GraphLinks.none { break }
                    if self.level(of: Int(target)) < level {
                        throw .corrupt(
                            .graph,
                            what: "an upper link to a row below its level",
                            offset: format.upperLinksOffset + link * 4,
                            found: UInt64(target)
                        )
                    }
                }
            }
        }
    }

    private func level(of place: Int) -> Int {
        Int(word(format.upperStartsOffset, place + 1)) - Int(word(format.upperStartsOffset, place))
    }
}
