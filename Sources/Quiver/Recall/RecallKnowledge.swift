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
        /// What the last queries were searched by.
        var bases = LastOnes<RecallBasis>()
        /// Those that the monitor has heard of.
        var observed = LastOnes<Bool>()
        /// Those that were to be kept.
        var offered = LastOnes<Bool>()
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

    /// How thoroughly to look for `recall` of the `k` nearest to a query.
    ///
    /// A query that was asked before is searched as it was then: the pages of its hits are pages of one list.
    func choice(
        for recall: Double,
        k: Int,
        of vector: [Float],
        _ calibration: RecallCalibration,
        _ id: FieldID
    ) -> RecallChoice {
        let mark = Self.mark(vector, calibration)
        let basis = asked.withLock { asked in
            if let known = asked[id]?.bases[mark] { return known }
            let monitor = asked[id]?.monitor ?? RecallMonitor()
            let basis = monitor.basis(of: calibration)
            asked[id, default: Asked()].bases.add(basis, mark)
            return basis
        }
        return calibration.choice(for: recall, k: k, basis)
    }

    private static func mark(_ vector: [Float], _ calibration: RecallCalibration) -> UInt64 {
        vector.withUnsafeBytes { checksum($0, seed: calibration.time) }
    }

    /// Remembers what a query was like, and sometimes the query: once, however often it is searched for.
    func observe(
        _ vector: [Float],
        nearest distance: Float?,
        _ calibration: RecallCalibration,
        _ id: FieldID,
        isKept: Bool
    ) {
        let mark = Self.mark(vector, calibration)
        asked.withLock { asked in
            let isNew = asked[id, default: Asked()].observed.add(true, mark)
            if isNew, let distance { asked[id]?.monitor.observe(distance, calibration) }
            guard isKept, asked[id, default: Asked()].offered.add(true, mark) else { return }
            let count = asked[id, default: Asked()].count
            asked[id]?.count += 1
            guard let kept = asked[id]?.kept.count, kept < QuerySample.capacity else { return }
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

/// What is remembered of the last few thousand queries.
private struct LastOnes<Value> {
    private static var capacity: Int { 4_096 }

    private var values: [UInt64: Value] = [:]
    private var marks: [UInt64] = []
    private var next = 0

    subscript(mark: UInt64) -> Value? { values[mark] }

    /// - Returns: false, and nothing has changed, if there is something of this mark.
    @discardableResult
    mutating func add(_ value: Value, _ mark: UInt64) -> Bool {
        guard values[mark] == nil else { return false }
        if marks.count < Self.capacity {
            marks.append(mark)
        } else {
            values[marks[next]] = nil
            marks[next] = mark
        }
        next = (next + 1) % Self.capacity
        values[mark] = value
        return true
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
