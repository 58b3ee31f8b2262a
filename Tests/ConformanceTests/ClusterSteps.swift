import JSON
import Quiver

extension Snapshot {
    /// The scores of the pairs that the table names by keys and rows.
    func scores(_ told: Arguments) throws -> JSONValue {
        let field = told["vector_field"]?.string
        let pairs = try told.array("pairs").map { pair in
            (
                try number(of: pair.array?.first, vectorField: field),
                try number(of: pair.array?.last, vectorField: field)
            )
        }
        return .array(
            try scores(ofRowPairs: pairs, vectorField: field, threadCount: 2).map {
                .number(Double($0))
            }
        )
    }

    private func number(of row: JSONValue?, vectorField: String?) throws -> Int {
        guard let row = row?.array, row.count == 2, let place = row[1].int,
            let rows = try rowNumbers(of: try Key(told: row[0]), vectorField: vectorField)
        else { throw Arguments.NotTold(name: "a row of a pair") }
        return rows.lowerBound + place
    }

    /// The rows of each cluster.
    func cluster(_ told: Arguments) throws -> JSONValue {
        let field = told["vector_field"]?.string
        var options = ClusteringOptions()
        if let seed = told["seed"]?.uint64 { options.seed = seed }
        if let count = told["iteration_count"]?.int { options.iterationCount = count }
        let clustering = try cluster(
            vectorField: field,
            count: try told.int("count"),
            options: options
        )
        let owners = try owners(ofRows: clustering.clusters.indices, vectorField: field)
        var clusters: [Int32: [RowOwner]] = [:]
        for (owner, cluster) in zip(owners, clustering.clusters) {
            if let owner { clusters[cluster, default: []].append(owner) }
        }
        let sorted = clusters.values.map { $0.sorted { ($0.key, $0.row) < ($1.key, $1.row) } }
            .sorted { $0[0].key < $1[0].key }
        return .array(
            sorted.map { rows in
                .array(rows.map { .array([$0.key.json, .integer(Int64($0.row))]) })
            }
        )
    }
}

extension Quiver.Collection {
    /// What does not depend on times.
    func tune(_ told: Arguments) throws -> JSONValue {
        var options = TuningOptions()
        if let recall = told["recall"]?.double { options.recall = recall }
        if let k = told["k"]?.int { options.k = k }
        if let seed = told["seed"]?.uint64 { options.seed = seed }
        let tuning = try tune(
            vectorField: told["vector_field"]?.string,
            try told.array("indexes").compactMap(\.string).map {
                try IndexSpecification(parsing: $0)
            },
            queries: told.vectors("asked"),
            options: options
        )
        return .object([
            "indexes": .array(tuning.trials.map { .string($0.specification.description) }),
            "basis": .string(tuning.basis.rawValue),
            "queries": .integer(Int64(tuning.queryCount)),
            "rows": .integer(Int64(tuning.rowCount)),
            "exact": .number(tuning.trials[0].curve.points[0].recall),
        ])
    }
}
