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
                record.fields.contains { $0.missingIndex(of: view.segment) != nil }
            },
            unindexableSegments: segments.flatMap { view in
                record.fields.compactMap { field in
                    view.segment.refusal(of: field.id).map {
                        UnindexableSegment(
                            name: SegmentName.directory(view.segment.id),
                            documentCount: view.segment.documentCount,
                            vectorField: field.field.name,
                            reason: $0
                        )
                    }
                }
            },
            indexByteCounts: record.fields.map { field in
                segments.reduce(0) { $0 + $1.segment.indexByteCount(of: field.id) }
            },
            tailCount: tailCount,
            tailByteCount: Int(clamping: state.tailByteCount),
            byteCount: segmentBytes + Int(clamping: state.tailByteCount),
            commit: commit,
            encoder: record.encoder
        )
    }
}
