import Indexes

/// Looks for the documents whose rows answer several vectors best, each with the row that is nearest to it.
struct LateInteractionSearch: Sendable {
    let vectors: VectorSearch
    let queries: [Query]
    /// Rows nearest to each vector whose documents are scored.
    let candidateCount: Int

    static let defaultCandidateCount = 256

    private var view: CollectionView { vectors.job.snapshot.view }

    /// The best documents, ties by key.
    func best(
        _ count: Int,
        in selections: SearchSelections,
        notes: SearchNotes?
    ) throws(StoreError) -> [Candidate] {
        let documents =
            vectors.job.request.mode == .exact
            ? try allDocuments(in: selections) : try candidates(in: selections, notes)
        let prepared = LateQueries(queries)
        var scored = CandidateLists(queryCount: 1, count: count)
        for (place, document) in documents.enumerated() {
            if place % 64 == 0 { try vectors.job.limits.check() }
            guard let distance = try distance(of: document, prepared) else { continue }
            scored.append(Candidate(distance: distance, location: document, row: Candidate.noRow))
        }
        return try scored.nearest(of: 0, in: view)
    }

    private func candidates(
        in selections: SearchSelections,
        _ notes: SearchNotes?
    ) throws(StoreError) -> [CollectionView.Location] {
        var known: Set<CollectionView.Location> = []
        var documents: [CollectionView.Location] = []
        let lists = try vectors.nearest(
            queries,
            count: candidateCount,
            in: selections,
            notes: notes
        )
        for row in lists.joined() where known.insert(row.location).inserted {
            documents.append(row.location)
        }
        return documents
    }

    private func allDocuments(
        in selections: SearchSelections
    ) throws(StoreError) -> [CollectionView.Location] {
        var documents: [CollectionView.Location] = []
        for part in view.parts {
            let map = view.rowMap(of: part, vectors.field.id)
            let allowed = try selections.rows(of: part, vectors.field)
            for ordinal in 0..<map.documentCount {
                let rows = try map.rows(of: ordinal)
                let mayBeFound = rows.contains { row in
                    allowed.excluded.map { !$0.contains(UInt32(row)) } ?? true
                }
                if mayBeFound { documents.append(.init(part, ordinal: ordinal)) }
            }
        }
        return documents
    }

    /// The sum over the vectors of the distance of the document's nearest row; `nil` if it has none.
    private func distance(
        of document: CollectionView.Location,
        _ prepared: LateQueries
    ) throws(StoreError) -> Float? {
        let range = try view.rows(at: document, of: vectors.field)
        guard !range.isEmpty else { return nil }
        var least = [Float](repeating: .infinity, count: queries.count)
        try view.withRows(range, at: document, of: vectors.field) {
            (rows, range) throws(IndexError) in
            try LateInteraction.least(rows, range: range, of: prepared, into: &least)
        }
        return Float(least.reduce(0.0) { $0 + Double($1) })
    }
}

extension CollectionView {
    /// Calls `body` with the rows of a document, in each block that has some of them.
    ///
    /// - Parameter range: as the document's segment or commit numbers rows.
    fileprivate func withRows(
        _ range: Range<Int>,
        at location: Location,
        of field: StoredField,
        _ body: (_ rows: Rows, _ range: Range<Int>) throws(IndexError) -> Void
    ) throws(StoreError) {
        func calling(
            _ rows: Rows,
            _ range: Range<Int>
        ) throws(StoreError) {
            do throws(IndexError) { try body(rows, range) } catch { throw .index(error) }
        }
        switch location {
        case .segment(let place, _):
            let segment = segments[place].segment
            defer { withExtendedLifetime(segment) {} }
            guard let rows = try segment.rows(of: field.id).rows() else { return }
            try calling(rows, range)
        case .tail(let place, _):
            let tailRows = tail[place].commit.rows(of: field.id)
            var row = range.lowerBound
            while row < range.upperBound, let (block, first) = tailRows.block(of: row) {
                let count = min(block.count - first, range.upperBound - row)
                try block.withRows(of: field.field) { (rows) throws(StoreError) in
                    try calling(rows, first..<(first + count))
                }
                row += count
            }
        }
    }
}
