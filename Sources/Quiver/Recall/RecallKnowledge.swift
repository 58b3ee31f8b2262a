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
        var queries = LastQueries()
        /// Those that were to be kept.
        var count = 0
        /// Queries that are to be kept and are not in the file yet.
        var kept: [[Float]] = []

        /// The least chance of a query to be kept.
        private static let leastChance = 1.0 / 32
        // The system's takes a call of its own a number.
        private var random = SplitMix64(seed: .random(in: 0...(.max)))

        mutating func basis(ofQuery mark: UInt64, _ calibration: RecallCalibration) -> RecallBasis {
            if let known = queries[mark]?.basis { return known }
            let basis = monitor.basis(of: calibration)
            var query = queries[mark] ?? .init()
            query.basis = basis
            queries[mark] = query
            return basis
        }

        mutating func observe(
            _ vector: [Float],
            _ mark: UInt64,
            nearest distance: Float?,
            _ calibration: RecallCalibration,
            isKept: Bool
        ) {
            let known = queries[mark] ?? .init()
            queries[mark] = .init(
                basis: known.basis,
                isObserved: true,
                isOffered: known.isOffered || isKept
            )
            if !known.isObserved, let distance { monitor.observe(distance, calibration) }
            guard isKept, !known.isOffered else { return }
            count += 1
            // As likely as the ones before it to be in the sample (Vitter, "Random Sampling with a Reservoir", 1985, algorithm R), until
            // what was asked long ago is to give way.
            let chance = max(Self.leastChance, Double(QuerySample.capacity) / Double(count))
            let isChosen = chance >= 1 || Double.random(in: 0..<1, using: &random) < chance
            if isChosen, kept.count < QuerySample.capacity { kept.append(vector) }
        }
    }

    let directory: String
    let fileSystem: FileSystem
    private let asked = Mutex<[FieldID: Asked]>([:])

    init(directory: String, fileSystem: FileSystem) {
        self.directory = directory
        self.fileSystem = fileSystem
    }

    func path(_ id: FieldID) -> String {
        "\(directory)/\(RecallFile.name(collection: id.collection, field: id.field))"
    }

    func sample(_ id: FieldID, dimension: Int) -> QuerySample {
        QuerySample(path: QuerySample.path(beside: path(id)), dimension: dimension)
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
            asked[id, default: Asked()].basis(ofQuery: mark, calibration)
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
            asked[id, default: Asked()]
                .observe(vector, mark, nearest: distance, calibration, isKept: isKept)
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
