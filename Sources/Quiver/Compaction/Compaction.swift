import Files
import Indexes
import LMDB

/// Moves the live documents of some segments into new ones, a part of the keys at a time.
///
/// Each new segment takes the documents up to some key from all of them, and what it took is dead in the old ones with the
/// same transaction that publishes it. So the work can end after any of them, by cancellation, error or the death of the
/// process, and the next compaction goes on from there. Documents are copied without the write lock; what was
/// deleted, replaced or updated meanwhile is carried over under it, just before the publication.
struct Compaction {
    let collection: Collection
    let core: StoreCore
    let options: CompactionOptions

    /// - Throws: `cancelled`; `file`, `catalog`, `damaged`, `index`. Segments that are published by then stay.
    func run(progress: @Sendable (Progress) -> Bool) throws(StoreError) -> CompactionSummary {
        var summary = CompactionSummary()
        while true {
            let view = try collection.snapshot(of: core).view
            guard let plan = CompactionPlan(view, options) else { return summary }
            var work = view
            work.tail = []
            work.segments = view.segments.filter { plan.segments.contains($0.segment.id) }
            guard try run(work, plan, &summary, progress: progress) else { continue }
            // Once through is enough: what dies meanwhile is for the next compaction.
            return summary
        }
    }

    /// Moves everything that `view` has.
    ///
    /// - Returns: `false` if the schema has changed meanwhile, so that a new plan is needed.
    private func run(
        _ view: CollectionView,
        _ plan: CompactionPlan,
        _ summary: inout CompactionSummary,
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) -> Bool {
        let partCount = max(1, (plan.documentCount + plan.documentLimit - 1) / plan.documentLimit)
        var parts = try DocumentParts(
            view,
            documentLimit: (plan.documentCount + partCount - 1) / partCount,
            rowLimit: core.options.rowLimits.segment
        )
        var moved = 0
        repeat {
            let documents = try parts.next()
            let step = SegmentMove(
                compaction: self,
                view: view,
                documents: documents,
                isLast: parts.isAtEnd
            )
            let before = moved
            let count = documents.count
            let total = plan.documentCount
            let outcome = try step.run { (now) in
                guard now.stage == .compacting else { return progress(now) }
                return progress(
                    Progress(
                        stage: .compacting,
                        completed: before + count * now.completed / max(1, now.total),
                        total: total
                    )
                )
            }
            guard let outcome else { return false }
            summary.removedSegmentCount += outcome.removedSegmentCount
            summary.addedSegmentCount += outcome.addedSegmentCount
            summary.writtenByteCount += outcome.writtenByteCount
            summary.documentCount += documents.count
            moved += documents.count
        } while !parts.isAtEnd
        return true
    }
}

/// Documents in the order of their keys, cut into what a segment may hold.
private struct DocumentParts {
    private let view: CollectionView
    /// Fields of which a document can have more rows than one.
    private let fields: [StoredField]
    private let documentLimit: Int
    private let rowLimit: Int
    private var order: KeyOrder
    private var pending: CollectionView.Location?

    init(_ view: CollectionView, documentLimit: Int, rowLimit: Int) throws(StoreError) {
        self.view = view
        fields = view.record.schema.vectorFields.filter { !view.hasOneRowEach(of: $0) }
        self.documentLimit = min(documentLimit, rowLimit)
        self.rowLimit = rowLimit
        order = try KeyOrder(view)
        pending = try order.next()
    }

    var isAtEnd: Bool { pending == nil }

    mutating func next() throws(StoreError) -> [CollectionView.Location] {
        // Read once: in the loop each use would count the references of the whole view.
        let (view, fields) = (view, fields)
        var rowCounts = [Int](repeating: 0, count: fields.count)
        var documents: [CollectionView.Location] = []
        documents.reserveCapacity(documentLimit)
        while let location = pending, documents.count < documentLimit {
            for (place, field) in fields.enumerated() {
                rowCounts[place] += try view.rowCount(at: location, of: field)
            }
            if !documents.isEmpty, rowCounts.contains(where: { $0 > rowLimit }) { break }
            documents.append(location)
            pending = try order.next()
        }
        return documents
    }
}
