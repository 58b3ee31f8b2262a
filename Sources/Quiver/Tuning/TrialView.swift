import Files
import Indexes

/// A collection's rows under another index than theirs, which nobody else sees.
struct TrialView {
    private(set) var view: CollectionView
    private(set) var field: StoredField
    private(set) var indexedSegmentCount = 0
    private(set) var indexByteCount = 0
    private(set) var refusal: String?

    /// Builds the indexes of all segments, each in a file that is gone from its folder as soon as it is mapped.
    ///
    /// - Parameter progress: is told how many rows are done; `false` cancels.
    init(
        _ specification: IndexSpecification,
        of field: StoredField,
        in view: CollectionView,
        core: StoreCore,
        threadCount: Int,
        progress: (_ rowCount: Int) -> Bool
    ) throws(StoreError) {
        self.view = view
        self.field = field
        self.field.field.index = specification
        let place = view.record.schema.vectorFields.firstIndex { $0.id == field.id }
        if let place { self.view.record.schema.vectorFields[place] = self.field }
        var doneCount = 0
        for place in view.segments.indices {
            let segment = view.segments[place].segment
            let rowCount = segment.rows(of: field.id).count
            let file = try indexFile(of: segment, core, threadCount) { progress(doneCount + $0) }
            doneCount += rowCount
            self.view.segments[place] = .init(
                segment: try Segment(segment, withIndex: file, of: field.id),
                dead: view.segments[place].dead,
                patches: view.segments[place].patches
            )
            guard let file else { continue }
            indexedSegmentCount += 1
            indexByteCount += Int(file.summary.byteCount)
        }
    }

    /// `nil` if the segment's rows are to have no such index.
    private mutating func indexFile(
        of segment: Segment,
        _ core: StoreCore,
        _ threadCount: Int,
        progress: (_ rowCount: Int) -> Bool
    ) throws(StoreError) -> SegmentFile? {
        let rowCount = segment.rows(of: field.id).count
        guard let plan = field.field.index.plan(over: rowCount, dimension: field.field.dimension)
        else {
            return nil
        }
        let number = core.indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let staged = "\(core.stagingPath)/trial-\(SegmentName.directory(segment.id))-\(number)"
        // What cannot be removed now is swept when a writer opens the store.
        defer { try? core.fileSystem.remove(staged) }
        do throws(StoreError) {
            let writer = IndexWriter(
                fileSystem: core.fileSystem,
                segment: segment,
                field: field,
                trained: try core.trainedIndex(of: field.id, in: view.collectionID)
            )
            let summary = try writer.write(
                plan,
                to: staged,
                threadCount: threadCount,
                progress: progress
            )
            return try SegmentFile(
                path: staged,
                kind: field.field.index.fileKind,
                expected: summary
            )
        } catch .index(.unbuildable(let reason)) {
            refusal = reason
            return nil
        }
    }
}
