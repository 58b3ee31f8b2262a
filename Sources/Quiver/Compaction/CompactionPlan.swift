import Indexes

/// Which segments of a collection are merged, and how large the new ones may become.
struct CompactionPlan {
    /// The segments, by their number.
    let segments: [UInt64]
    /// Their live documents.
    let documentCount: Int
    /// Of a new segment.
    let documentLimit: Int

    /// - Returns: `nil` if nothing is worth doing.
    init?(_ view: CollectionView, _ options: CompactionOptions) {
        let cost = MemoryCost(view.record.schema, view)
        let limit = max(
            1,
            min(
                options.maximumSegmentDocumentCount,
                cost.documentLimit(memoryByteCount: options.memoryByteCount)
            )
        )
        let parts = view.segments.map { Part($0, schema: view.record.schema, limit: limit) }
        let chosen: [Part]
        switch options.extent {
        case .everything:
            let small = parts.filter { !$0.isStale && $0.liveCount < limit / 2 }
            let stale = parts.filter(\.isStale)
            // One small segment alone is as small afterwards.
            chosen = stale + (small.count + stale.count > 1 ? small : [])
        case .worthwhile:
            let dead = parts.filter { $0.deadShare >= 1.0 / 3 }
            chosen = dead + Self.tier(of: parts.filter { $0.deadShare < 1.0 / 3 }, limit: limit)
        }
        guard !chosen.isEmpty else { return nil }
        segments = chosen.map(\.id)
        documentCount = chosen.reduce(0) { $0 + $1.liveCount }
        documentLimit = limit
    }

    /// The segments of the fullest tier, if they are enough to be merged: a tier is of segments within a factor of four, so
    /// that each document is written anew about as often as the number of segments has digits to the base four.
    private static func tier(of parts: [Part], limit: Int) -> [Part] {
        var tiers: [Int: [Part]] = [:]
        for part in parts where part.liveCount < limit / 2 {
            tiers[part.liveCount.bitWidth - part.liveCount.leadingZeroBitCount >> 1, default: []]
                .append(part)
        }
        let fullest = tiers.values.max { $0.count < $1.count } ?? []
        return fullest.count >= 4 ? fullest : []
    }

    private struct Part {
        let id: UInt64
        let liveCount: Int
        let deadShare: Double
        /// Something in it takes up space for nothing, or is looked up in a second place, or it lacks an index and is too large for
        /// one to be built in memory.
        let isStale: Bool

        init(_ view: CollectionView.SegmentView, schema: StoredSchema, limit: Int) {
            let segment = view.segment
            id = segment.id
            liveCount = segment.documentCount - view.dead.count
            deadShare = Double(view.dead.count) / Double(max(1, segment.documentCount))
            let known = Set(
                schema.vectorFields.map(\.id) + schema.vectorFields.flatMap(\.columnIDs)
            )
            let holdsDropped = segment.manifest.files.contains { file in
                (file.kind == .vectors || file.kind == .rows || file.kind == .column)
                    && !known.contains(file.fieldID)
            }
            let lacksIndex = schema.vectorFields.contains { field in
                if case .build = field.indexWork(of: segment) { true } else { false }
            }
            isStale =
                view.dead.count > 0 || segment.patches != nil || holdsDropped
                || (lacksIndex && liveCount > limit)
        }
    }
}

/// The anonymous memory that writing a segment takes.
struct MemoryCost {
    private let byteCountPerDocument: Double
    private var fixedByteCount = Self.fixedByteCount

    /// What does not depend on the number of documents: buffers, and what the process has anyway.
    private static let fixedByteCount = 8 << 20
    /// What the sketches of a graph are tried with.
    private static let sketchTrialByteCount = 2 << 20

    init(_ schema: StoredSchema, _ view: CollectionView) {
        let documentCount = view.segments.reduce(0) { $0 + $1.segment.documentCount }
        func perDocument(_ count: (Segment) -> Int) -> Double {
            let total = view.segments.reduce(0) { $0 + count($1.segment) }
            return Double(total) / Double(max(1, documentCount))
        }
        var indexing = 0.0
        var rows = 0.0
        for field in schema.vectorFields {
            let own = perDocument { $0.rows(of: field.id).count }
            rows = max(rows, own)
            indexing = max(indexing, own * Double(field.byteCountPerRow))
            if field.field.storage == .float32 {
                fixedByteCount = Self.fixedByteCount + Self.sketchTrialByteCount
            }
        }
        var entries = 0.0
        for field in schema.fields where field.field.type.hasOrder {
            entries = max(entries, perDocument { $0.orderEntryCount(of: field.id) })
        }
        // Two files are written at a time: norms and scales of rows, or the entries of a field's order.
        let writing = 2 * max(8 * rows, Double(FieldOrderWriter.byteCountPerEntry) * entries)
        // An index of words has the length of each document, and the new numbers of the old ones.
        let texts = schema.invertedFields.isEmpty ? 0.0 : 12
        // Beside the list of documents one after the other.
        byteCountPerDocument =
            Double(MemoryLayout<CollectionView.Location>.stride) + max(writing, texts, indexing)
    }

    func documentLimit(memoryByteCount: Int) -> Int {
        let room = Double(memoryByteCount - fixedByteCount)
        return max(1_000, min(Rows.countLimit, Int(room / byteCountPerDocument)))
    }
}

extension StoredField {
    /// The anonymous memory of a row while its segment is written or its index is built.
    fileprivate var byteCountPerRow: Int {
        switch field.index.plan(over: 1 << 20, dimension: field.dimension) {
        // Links as FAISS has them, as they are connected, and as they are laid out: 443 bytes a row were measured at
        // M = 16 (Benchmarks/storage), the list of documents included. Sketches are laid out behind them.
        case .graph(let parameters):
            3 * (8 * parameters.M + 16) + 16 + (field.storage == .float32 ? field.dimension + 4 : 0)
        // Codes are no longer than the rows are as float32.
        case .faiss: 4 * field.dimension + 64
        case nil: 0
        }
    }
}
