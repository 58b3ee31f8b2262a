import Files
import Synchronization

/// What an open store knows of the recall of its searches, and of the queries that it was asked.
final class RecallKnowledge: Sendable {
    struct FieldID: Hashable, Sendable {
        let collection: UInt32
        let field: UInt32
    }

    private struct Asked {
        var monitor = RecallMonitor()
        var count = 0
        /// Queries that are to be kept and are not in the file yet.
        var kept: [[Float]] = []
    }

    let directory: String
    let fileSystem: FileSystem
    private let asked = Mutex<[FieldID: Asked]>([:])

    /// So many queries of a process are all kept, of those after them each of so many.
    private static let (keptCount, keptShare) = (1_024, 32)

    init(directory: String, fileSystem: FileSystem) {
        self.directory = directory
        self.fileSystem = fileSystem
    }

    func path(_ id: FieldID) -> String {
        "\(directory)/\(RecallFile.name(collection: id.collection, field: id.field))"
    }

    func sample(_ id: FieldID, dimension: Int) -> QuerySample {
        QuerySample(path: "\(path(id))-queries", dimension: dimension)
    }

    /// How thoroughly to look for `recall` of the `k` nearest.
    ///
    /// Queries that users asked before tell best, if the last ones were like them; else the rows, if the last queries were like
    /// these. Where neither is so, or is not known yet, whatever is hardest.
    func choice(
        for recall: Double,
        k: Int,
        _ calibration: RecallCalibration,
        _ id: FieldID
    ) -> RecallChoice {
        let monitor = asked.withLock { $0[id]?.monitor } ?? RecallMonitor()
        func choice(_ basis: RecallBasis) -> RecallChoice {
            RecallChoice(
                recall: recall,
                basis: basis,
                effort: calibration.effort(for: recall, k: k, basis)
            )
        }
        func isLike(_ basis: RecallBasis) -> Bool? {
            monitor.meanRank(basis, of: calibration).map { abs($0 - 0.5) < RecallMonitor.tolerance }
        }
        let hasQueries = calibration.curve(.queries, k: k) != nil
        if hasQueries, isLike(.queries) ?? true { return choice(.queries) }
        if isLike(.rows) ?? false { return choice(.rows) }
        // Queries of one kind, where users asked of several: those of either half have a mean rank of 1/4 or 3/4.
        if let rank = monitor.meanRank(.queries, of: calibration), abs(rank - 0.5) < 0.4 {
            let half = rank < 0.5 ? RecallBasis.nearQueries : .farQueries
            if calibration.curve(half, k: k) != nil { return choice(half) }
        }
        let samples = hasQueries ? [choice(.queries), choice(.rows)] : [choice(.rows)]
        if let unreached = samples.first(where: { $0.effort == nil }) { return unreached }
        // Mixtures may be harder than anything real: no search is exact for their sake.
        let hardest =
            choice(.mixtures).effort
            ?? calibration.curve(.mixtures, k: k)?.points.last?.effort ?? 1
        return RecallChoice(
            recall: recall,
            basis: .mixtures,
            effort: samples.reduce(hardest) { max($0, $1.effort ?? 0) }
        )
    }

    /// Remembers what a query was like, and sometimes the query.
    func observe(
        _ vector: [Float],
        nearest distance: Float?,
        _ calibration: RecallCalibration,
        _ id: FieldID,
        isKept: Bool
    ) {
        asked.withLock { asked in
            if let distance { asked[id, default: Asked()].monitor.observe(distance, calibration) }
            guard isKept else { return }
            let count = asked[id, default: Asked()].count
            asked[id]?.count += 1
            if count < Self.keptCount || count % Self.keptShare == 0 {
                asked[id]?.kept.append(vector)
            }
        }
    }

    /// Writes the queries that are to be kept. Done at the end of a search, so that a process that ends then has left its own.
    func keepQueries() {
        let kept = asked.withLock { asked in
            var kept: [FieldID: [[Float]]] = [:]
            for (id, field) in asked where !field.kept.isEmpty {
                kept[id] = field.kept
                asked[id]?.kept = []
            }
            return kept
        }
        for (id, vectors) in kept { keep(vectors, of: id) }
    }

    /// Writes queries to random places of the sample.
    func keep(_ vectors: [[Float]], of id: FieldID) {
        guard let dimension = vectors.first?.count else { return }
        sample(id, dimension: dimension).write(
            vectors.map { (vector: $0, place: Int.random(in: 0..<QuerySample.capacity)) },
            time: nanosecondsSince1970(),
            in: fileSystem
        )
    }
}

/// How thoroughly a query with a recall target was searched, and what that was based on.
public struct RecallChoice: Sendable, Hashable {
    /// The recall that was asked for.
    public let recall: Double
    /// The sample that told; `nil` where nothing has been measured of the rows as they are, so that all are compared. `mixtures`: not
    /// enough was known of the queries, so that the greatest effort of all samples was taken.
    public let basis: RecallBasis?
    /// What the settings of indexes were multiplied with; `nil` where every row was compared, because no effort was enough or nothing has
    /// been measured.
    public let effort: Double?
}
