/// The live documents of a view by their place in the order in which they are stored.
final class StorageOrder: Sendable {
    /// The first place of each segment, of each commit behind them, and at last the number of documents.
    private let firsts: [Int]
    private let segmentCount: Int
    /// For each part with dead documents: how many live ones come before each 4,096 ordinals.
    private let liveBefore: [[Int]?]
    private let view: CollectionView

    private static let stride = 4_096

    init(_ view: CollectionView) {
        self.view = view
        segmentCount = view.segments.count
        var firsts = [0]
        var liveBefore: [[Int]?] = []
        for place in 0..<(view.segments.count + view.tail.count) {
            let (count, dead) = view.part(place)
            firsts.append(firsts[firsts.count - 1] + count - dead.count)
            guard dead.count > 0 else {
                liveBefore.append(nil)
                continue
            }
            var counts = [0]
            for first in Swift.stride(from: 0, to: count, by: Self.stride) {
                let end = min(count, first + Self.stride)
                let live = (first..<end).count { !dead.contains(UInt32($0)) }
                counts.append(counts[counts.count - 1] + live)
            }
            liveBefore.append(counts)
        }
        self.firsts = firsts
        self.liveBefore = liveBefore
    }

    func location(of place: Int) throws(StoreError) -> CollectionView.Location {
        guard place >= 0, place < firsts[firsts.count - 1] else {
            throw .noSuchDocument(number: place, count: firsts[firsts.count - 1])
        }
        let part = Self.last(firsts, notAbove: place)
        let ordinal = ordinal(of: place - firsts[part], in: part)
        return part < segmentCount
            ? .segment(part, ordinal: ordinal) : .tail(part - segmentCount, ordinal: ordinal)
    }

    /// The ordinal of a part's live document.
    private func ordinal(of live: Int, in part: Int) -> Int {
        guard let counts = liveBefore[part] else { return live }
        let block = Self.last(counts, notAbove: live)
        let dead = view.part(part).dead
        var ordinal = block * Self.stride
        var left = live - counts[block]
        while true {
            if !dead.contains(UInt32(ordinal)) {
                if left == 0 { return ordinal }
                left -= 1
            }
            ordinal += 1
        }
    }

    /// The last place whose number is `value` or less, among ascending numbers of which the first is.
    private static func last(_ numbers: [Int], notAbove value: Int) -> Int {
        var low = 0
        var high = numbers.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if numbers[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }
}
