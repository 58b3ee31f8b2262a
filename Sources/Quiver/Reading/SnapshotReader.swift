/// Documents of a snapshot, block after block. Holds the snapshot.
public struct SnapshotReader: Sendable {
    private let snapshot: Snapshot
    private let plan: ReadingPlan
    private let places: Places
    private let fingerprint: String
    /// The places of the sample in the order, ascending; `nil` for all.
    private let sample: [Int]?
    private let range: Range<Int>
    private var position = 0

    private enum Places: Sendable {
        case numbered(DocumentNumbering)
        case stored(StorageOrder)

        func location(of place: Int) throws(StoreError) -> CollectionView.Location {
            switch self {
            case .numbered(let numbering): try numbering.location(of: place)
            case .stored(let order): try order.location(of: place)
            }
        }
    }

    /// Documents of the part in all.
    public var count: Int { range.count }

    /// Where the reading stands now.
    public var cursor: ReadingCursor {
        ReadingCursor(plan: plan, position: position, fingerprint: fingerprint)
    }

    init(_ snapshot: Snapshot, _ plan: ReadingPlan) throws(StoreError) {
        guard plan.partCount >= 1, (0..<plan.partCount).contains(plan.part) else {
            throw .invalidReading(
                reason: "part \(plan.part) of \(plan.partCount) is none"
            )
        }
        self.snapshot = snapshot
        self.plan = plan
        let total = snapshot.view.liveCount
        switch plan.order {
        case .key:
            let numbering = try snapshot.numbering()
            places = .numbered(numbering)
            fingerprint = numbering.fingerprint
        case .storage:
            places = .stored(snapshot.storageOrder)
            fingerprint = snapshot.view.storageFingerprint
        }
        var count = total
        if let wanted = plan.sample {
            guard wanted.count >= 0 else {
                throw .invalidReading(reason: "a sample of \(wanted.count) documents is none")
            }
            let chosen = Self.places(wanted, of: total)
            sample = chosen
            count = chosen.count
        } else {
            sample = nil
        }
        let part = count.multipliedFullWidth(by: plan.part)
        let next = count.multipliedFullWidth(by: plan.part + 1)
        range =
            plan.partCount.dividingFullWidth(part)
            .quotient..<plan.partCount.dividingFullWidth(next).quotient
    }

    /// The next documents, at most `count`; `nil` at the end.
    ///
    /// - Throws: `damaged`, `usedAfterFork`, `file`.
    public mutating func next(_ count: Int = 1_024) throws(StoreError) -> DocumentBlock? {
        try snapshot.process.require()
        let first = range.lowerBound + position
        let end = min(first + max(1, count), range.upperBound)
        guard first < end else { return nil }
        var locations: [CollectionView.Location] = []
        locations.reserveCapacity(end - first)
        for index in first..<end {
            let place = sample?[index] ?? index
            locations.append(try places.location(of: place))
        }
        position += locations.count
        return DocumentBlock(
            view: snapshot.view,
            firstPosition: first - range.lowerBound,
            locations: locations
        )
    }

    mutating func move(to position: Int) throws(StoreError) {
        guard (0...range.count).contains(position) else {
            throw .invalidReading(
                reason: "position \(position) is behind the end of \(range.count) documents"
            )
        }
        self.position = position
    }

    /// Some of 0..<total, ascending: each place is taken with the share that the rest of the sample is of the rest of the places,
    /// so that exactly as many come as were asked for and each set is as likely as any other (Fan, Muller and Rezucha, 1962).
    private static func places(_ sample: ReadingPlan.Sample, of total: Int) -> [Int] {
        var random = SplitMix64(seed: sample.seed)
        var left = min(sample.count, total)
        var places: [Int] = []
        places.reserveCapacity(left)
        for place in 0..<total where left > 0 {
            if Int.random(in: 0..<(total - place), using: &random) < left {
                places.append(place)
                left -= 1
            }
        }
        return places
    }
}
