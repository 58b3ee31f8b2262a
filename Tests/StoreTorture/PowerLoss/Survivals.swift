import TestSupport

/// What may have survived when power is lost right after a call: all of it if little is pending, and a choice if not.
struct Survivals {
    /// So many pending changes are tried in every combination.
    let exhaustiveLimit: Int
    /// Beyond it, combinations drawn at the end of each epoch, before a sync; and of a torn write at most so many places.
    let sampleCount: Int
    let seed: UInt64

    private static let sectorByteCount = 512

    /// Gives `body` each, with what was pending before the last call in every combination that is tried.
    ///
    /// - Parameters:
    ///   - isNewest: whether the last call added the last pending change, so that what is without it has been tried before.
    ///   - endsEpoch: whether the next call makes something sure.
    func forEach(
        of disk: Disk,
        isNewest: Bool,
        endsEpoch: Bool,
        position: Int,
        _ body: (Survival) -> Void
    ) {
        let count = disk.pending.count
        func give(_ kept: [Bool]) {
            for hasGrown in [false, true] { body(Survival(kept: kept, hasGrown: hasGrown)) }
        }
        if count <= exhaustiveLimit {
            let free = isNewest ? count - 1 : count
            for bits in 0..<(1 << free) {
                give((0..<count).map { $0 >= free || bits >> $0 & 1 == 1 })
            }
        } else {
            for length in 0...count { give((0..<count).map { $0 < length }) }
            for omitted in 0..<count { give((0..<count).map { $0 != omitted }) }
            if endsEpoch { drawSamples(count, position, give) }
        }
        if isNewest, case .bytes(_, let offset, let bytes)? = disk.pending.last {
            tear(bytes.count, at: offset, count, body)
        }
    }

    private func drawSamples(_ count: Int, _ position: Int, _ give: ([Bool]) -> Void) {
        var random = SplitMix64(seed: seed &+ UInt64(position))
        for sample in 0..<sampleCount {
            // Most of it kept, half of it, or little.
            let odds = [14, 8, 2][sample % 3]
            give((0..<count).map { _ in random.next() >> 60 < odds })
        }
    }

    /// The last write in part: its first sectors, or its last.
    private func tear(
        _ byteCount: Int,
        at offset: Int,
        _ count: Int,
        _ body: (Survival) -> Void
    ) {
        let first = Self.sectorByteCount - offset % Self.sectorByteCount
        let cutCount = max(0, byteCount - first) / Self.sectorByteCount + 1
        let step = Self.sectorByteCount * max(1, cutCount / max(1, sampleCount))
        for cut in stride(from: first, to: byteCount, by: step) {
            for part in [0..<cut, cut..<byteCount] {
                body(Survival(kept: Array(repeating: true, count: count), tear: part))
            }
        }
    }
}
