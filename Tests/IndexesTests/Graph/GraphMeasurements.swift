import CKernels
import Glibc
import Indexes
import TestSupport
import Testing

/// Where the defaults come from. Takes minutes, so it runs on demand alone:
///
///     QUIVER_MEASURE=1 swift test -c release --disable-xctest --filter GraphMeasurements
///
/// QUIVER_MEASURE_ROWS and QUIVER_MEASURE_FILE (a raw float32 file of 384 numbers a row) say over what.
@Suite(.enabled(if: getenv("QUIVER_MEASURE") != nil), .serialized)
struct GraphMeasurements {
    static let dimension = 384
    static let count = setting("QUIVER_MEASURE_ROWS") ?? 40_000

    static func setting(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }

    static func vectors() -> (rows: [[Float]], queries: [[Float]]) {
        if let path = getenv("QUIVER_MEASURE_FILE"), let file = fopen(path, "r") {
            defer { fclose(file) }
            func read() -> [Float] {
                var row = [Float](repeating: 0, count: dimension)
                fread(&row, 4, dimension, file)
                return row
            }
            let rows = (0..<count).map { _ in read() }
            return (rows, (0..<1_000).map { _ in read() })
        }
        // Low-dimensional clusters, mixed up into all dimensions: as hard as embeddings are.
        let all = clusteredVectors(
            count: count + 1_000,
            dimension: 24,
            clusters: 200,
            spread: 1,
            seed: 91
        )
        var random = SplitMix64(seed: 92)
        let mixture = (0..<24 * dimension).map { _ in Float.random(in: -1...1, using: &random) }
        let mixed = all.map { vector in
            (0..<dimension).map { column in
                var sum = Float.random(in: -0.5...0.5, using: &random)
                for row in 0..<24 { sum += vector[row] * mixture[row * dimension + column] }
                return sum
            }
        }
        return (Array(mixed.prefix(count)), Array(mixed.suffix(1_000)))
    }

    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("recall and rate by parameters") func rateByParameters() throws {
        let (vectors, queryVectors) = Self.vectors()
        print("kernels: \(String(cString: qk_simd_name())), \(Self.count) x \(Self.dimension)")
        let settings: [(Storage, Int, Int)] =
            getenv("QUIVER_MEASURE_ALL") == nil
            ? [(.float32, 16, 100)]
            : [
                (.float32, 12, 100), (.float32, 16, 60), (.float32, 16, 100), (.float32, 16, 150),
                (.float32, 24, 100), (.float32, 32, 100), (.float16, 16, 100), (.int8, 16, 100),
            ]
        for (storage, M, efConstruction) in settings {
            let stored = StoredRows(
                vectors,
                storage: storage,
                metric: .cosine,
                dimension: Self.dimension
            )
            let queries = queryVectors.map { Query($0, metric: .cosine) }
            let start = Self.seconds()
            let graph = try StoredGraph(
                stored,
                GraphParameters(M: M, efConstruction: efConstruction)
            )
            let built = Self.seconds() - start
            var truth = queries.map { _ in Nearest(k: 10) }
            let scanStart = Self.seconds()
            try ExactIndex.search(stored.rows, queries: queries, into: &truth)
            let scanned = Self.seconds() - scanStart
            print(
                "\(storage) M \(M) efConstruction \(efConstruction): built in \(built) s,",
                "\(graph.bytes.count) bytes, exact \(Double(queries.count) / scanned) queries/s"
            )
            for efSearch in [16, 24, 32, 48, 64, 96, 128, 192] {
                var scratch = GraphSearchScratch()
                var found = 0
                var best = Double.infinity
                for _ in 0..<3 {
                    found = 0
                    let start = Self.seconds()
                    var answers: [Nearest] = []
                    for query in queries {
                        var nearest = Nearest(k: 10)
                        try graph.index.search(
                            stored.rows,
                            query: query,
                            efSearch: efSearch,
                            scratch: &scratch,
                            into: &nearest
                        )
                        answers.append(nearest)
                    }
                    best = min(best, Self.seconds() - start)
                    for (answer, exact) in zip(answers, truth) {
                        found += answer.sorted().count { $0.distance <= exact.bound }
                    }
                }
                print(
                    "  efSearch \(efSearch): recall@10 \(Double(found) / 10_000),",
                    "\(Int(Double(queries.count) / best)) queries/s"
                )
            }
        }
    }

    @Test("walk against scan by the share of live rows") func walkAgainstScan() throws {
        let (vectors, queryVectors) = Self.vectors()
        for storage in [Storage.float32, .int8] {
            let stored = StoredRows(
                vectors,
                storage: storage,
                metric: .cosine,
                dimension: Self.dimension
            )
            let graph = try StoredGraph(stored)
            let queries = queryVectors.prefix(200).map { Query($0, metric: .cosine) }
            for share in [1, 0.5, 0.3, 0.2, 0.15, 0.12] {
                var random = SplitMix64(seed: 93)
                var dead = RowSet(capacity: Self.count)
                for row in 0..<UInt32(Self.count)
                where Double.random(in: 0..<1, using: &random) >= share { dead.insert(row) }
                var scratch = GraphSearchScratch()
                var exact = queries.map { _ in Nearest(k: 10) }
                var start = Self.seconds()
                for (place, query) in queries.enumerated() {
                    try ExactIndex.search(
                        stored.rows,
                        query: query,
                        excluding: dead,
                        into: &exact[place]
                    )
                }
                let scan = (Self.seconds() - start) / Double(queries.count)
                for efSearch in [32, 64, 128] {
                    var found = 0
                    start = Self.seconds()
                    for (place, query) in queries.enumerated() {
                        var nearest = Nearest(k: 10)
                        try graph.index.search(
                            stored.rows,
                            query: query,
                            efSearch: efSearch,
                            excluding: dead,
                            scratch: &scratch,
                            into: &nearest
                        )
                        found += nearest.sorted().count { $0.distance <= exact[place].bound }
                    }
                    let walk = (Self.seconds() - start) / Double(queries.count)
                    print(
                        "\(storage) live \(share) efSearch \(efSearch): walk \(Int(walk * 1e6)) µs,",
                        "recall@10 \(Double(found) / Double(10 * queries.count)),",
                        "scan \(Int(scan * 1e6)) µs"
                    )
                }
            }
        }
    }
}
