extension Snapshot {
    /// What the collection holds and what it costs.
    public var statistics: CollectionStatistics {
        let fields = view.record.schema.vectorFields
        let tailCount = view.tail.reduce(0) { $0 + $1.commit.documentCount }
        let total = view.segments.reduce(tailCount) { $0 + $1.segment.documentCount }
        return CollectionStatistics(
            liveCount: liveCount,
            deadCount: total - liveCount,
            segmentCount: view.segments.count,
            unindexedSegmentCount: view.segments.count { view in
                fields.contains { field in
                    if case .build = field.indexWork(of: view.segment) { true } else { false }
                }
            },
            unindexableSegments: view.segments.flatMap { view in
                fields.compactMap { field in
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
            vectorFields: fields.map { field in
                VectorFieldStatistics(
                    name: field.field.name,
                    rowCount: view.rowCount(of: field.id),
                    indexByteCount: view.segments.reduce(0) {
                        $0 + $1.segment.indexByteCount(of: field.id)
                    },
                    recall: recall(of: field),
                    encoder: field.encoder
                )
            },
            tailCount: tailCount,
            byteCounts: byteCounts,
            commit: commit,
            cache: view.record.cache == nil ? nil : view.state.cache
        )
    }

    private func recall(of field: StoredField) -> [RecallEstimate] {
        guard let known = measured(field.id).currentCalibration else { return [] }
        return [RecallBasis.rows, .queries].compactMap { basis in
            known.curve(basis, k: 10)?.estimate(atEffort: 1)
        }
    }

    private var byteCounts: ByteCounts {
        var counts = ByteCounts()
        for view in view.segments {
            counts.manifests += Int(view.segment.record.manifest.byteCount)
            for file in view.segment.files {
                let byteCount = Int(file.summary.byteCount)
                switch file.kind {
                case .vectors: counts.vectors += byteCount
                case .rows, .column: counts.rowColumns += byteCount
                case .texts, .longText: counts.texts += byteCount
                case .fields, .patches: counts.fields += byteCount
                case .graph, .faiss: counts.indexes += byteCount
                case .order: counts.fieldIndexes += byteCount
                case .terms, .postings, .positions, .lengths: counts.textIndexes += byteCount
                case .keys, .documents: counts.keys += byteCount
                case .manifest, .record: counts.manifests += byteCount
                }
            }
        }
        counts.tail = Int(clamping: view.state.tailByteCount)
        return counts
    }
}

extension CollectionView {
    /// Rows of a vector field, those of dead documents included.
    func rowCount(of field: UInt32) -> Int {
        segments.reduce(0) { $0 + $1.segment.rows(of: field).count }
            + tail.reduce(0) { $0 + $1.commit.rows(of: field).map.rowCount }
    }
}
