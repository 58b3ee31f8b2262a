extension Snapshot {
    /// What the collection holds and what it costs.
    public var statistics: CollectionStatistics {
        let tailCount = tail.reduce(0) { $0 + $1.commit.documentCount }
        let total = segments.reduce(tailCount) { $0 + $1.segment.documentCount }
        let segmentBytes = segments.reduce(0) { sum, view in
            view.segment.files.reduce(sum + Int(view.segment.record.manifest.byteCount)) {
                $0 + Int($1.summary.byteCount)
            }
        }
        return CollectionStatistics(
            liveCount: liveCount,
            deadCount: total - liveCount,
            segmentCount: segments.count,
            unindexedSegmentCount: segments.count { view in
                record.fields.contains {
                    $0.wantsGraph(over: view.segment.documentCount)
                        && !view.segment.hasGraph(of: $0.id)
                }
            },
            tailCount: tailCount,
            tailByteCount: Int(clamping: state.tailByteCount),
            byteCount: segmentBytes + Int(clamping: state.tailByteCount),
            commit: commit,
            encoder: record.encoder
        )
    }
}

extension StoredField {
    /// Below this many rows, comparing them all costs less than it takes to be worth a graph.
    static let automaticGraphRowCount = 5_000

    /// Whether a segment of that many documents is to have a graph of this field.
    func wantsGraph(over documentCount: Int) -> Bool {
        switch field.index {
        case .exact: false
        case .graph: documentCount > 1
        case .automatic: documentCount >= Self.automaticGraphRowCount
        }
    }
}
