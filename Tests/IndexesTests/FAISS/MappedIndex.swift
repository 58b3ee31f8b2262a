import Indexes
import Testing

/// An index of FAISS's in memory as a mapped file has it.
final class MappedIndex {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ rows: Rows, _ kind: FAISSKind, _ settings: FAISSBuildSettings = FAISSBuildSettings())
        throws
    {
        var written: [UInt8] = []
        let built = try FAISSIndex.build(rows: rows, kind: kind, settings: settings)
        try built.write { (piece: UnsafeRawBufferPointer) in
            written.append(contentsOf: piece)
            return true
        }
        bytes = .allocate(byteCount: written.count, alignment: 64)
        bytes.copyBytes(from: written)
    }

    func index(of rows: Rows) throws -> FAISSIndex {
        try FAISSIndex(mapping: UnsafeRawBufferPointer(bytes), rows: rows)
    }

    deinit {
        bytes.deallocate()
    }
}

/// What a search for the ten nearest of each query gave.
struct TenNearest {
    /// recall@10 against all live rows.
    var recall = 0.0
    /// Where the answers came from.
    var answers: Set<FAISSIndex.Answer.Source> = []
}

/// Searches, and checks that no hit is dead, that there are as many as can be, and that their distances are exact.
func tenNearest(
    of queries: [[Float]],
    in index: FAISSIndex,
    _ rows: Rows,
    dead: RowSet? = nil,
    settings: FAISSSearchSettings = FAISSSearchSettings()
) throws -> TenNearest {
    var result = TenNearest()
    var common = 0
    var wanted = 0
    let deadRows = try dead.map { try index.deadRows($0) }
    for vector in queries {
        let query = Query(vector, metric: rows.metric)
        var found = Nearest(k: 10)
        result.answers.insert(
            try index.search(
                rows,
                query: query,
                settings: settings,
                excluding: deadRows,
                into: &found
            ).source
        )
        var truth = Nearest(k: 10)
        try ExactIndex.search(rows, query: query, excluding: dead, into: &truth)
        let hits = found.sorted()
        for hit in hits {
            #expect(dead?.contains(hit.row) != true)
            let distance = try rows.distance(from: query, to: Int(hit.row))
            #expect(hit.distance == distance)
        }
        let trueRows = Set(truth.sorted().map(\.row))
        common += hits.count { trueRows.contains($0.row) }
        wanted += trueRows.count
        #expect(hits.count == trueRows.count)
    }
    result.recall = Double(common) / Double(wanted)
    return result
}
