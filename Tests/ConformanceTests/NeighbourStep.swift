import Foundation
import JSON
import Quiver

/// A file of neighbours that the table asks for.
struct NeighbourStep {
    private let snapshot: Snapshot
    private let request: NeighbourRequest
    private let hasOwnRows: Bool
    private let folder: String

    init(_ snapshot: Snapshot, _ told: Arguments, folder: String) throws {
        self.snapshot = snapshot
        self.folder = folder
        hasOwnRows = told["vectors"] == nil
        let vectors = told.vectors("vectors")
        request = NeighbourRequest(
            k: try told.int("k"),
            of: hasOwnRows
                ? .ownRows
                : .vectors(name: "the table's", count: vectors.count) { rows in
                    vectors[rows].flatMap(\.self)
                },
            vectorField: told["vector_field"]?.string,
            filter: try told.filter("filter"),
            mode: told.mode,
            shardCount: told["shards"]?.int ?? 1
        )
    }

    func answer() throws -> JSONValue {
        var answered: [(owner: RowOwner?, neighbours: JSONValue)] = []
        for shard in 0..<request.shardCount {
            let path = "\(folder)/\(UUID().uuidString).npy"
            var share = request
            share.shard = shard
            try snapshot.writeNeighbours(share, to: path)
            for (rows, scores) in try records(path) {
                let owners = try snapshot.owners(ofRows: rows, vectorField: request.vectorField)
                let neighbours = zip(owners, scores).compactMap { owner, score -> JSONValue? in
                    guard let owner else { return nil }
                    return .object([
                        "key": owner.key.json, "row": .integer(Int64(owner.row)),
                        "score": .number(Double(score)),
                    ])
                }
                let own =
                    hasOwnRows
                    ? try snapshot.owners(
                        ofRows: [answered.count],
                        vectorField: request.vectorField
                    )[0] : nil
                answered.append((own, .array(neighbours)))
            }
        }
        guard hasOwnRows else {
            return .array(
                answered.enumerated().map { number, one in
                    .object(["query": .integer(Int64(number)), "neighbours": one.neighbours])
                }
            )
        }
        let live = answered.compactMap { one in one.owner.map { ($0, one.neighbours) } }
        return .array(
            live.sorted { ($0.0.key, $0.0.row) < ($1.0.key, $1.0.row) }.map { owner, neighbours in
                .object([
                    "key": owner.key.json, "row": .integer(Int64(owner.row)),
                    "neighbours": neighbours,
                ])
            }
        )
    }

    /// The records of a file: `k` rows as `int64` and as many scores as `float32`, behind NumPy's header.
    private func records(_ path: String) throws -> [(rows: [Int], scores: [Float])] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let start = 10 + Int(data[8]) + Int(data[9]) << 8
        let byteCount = request.k * 12
        return data.withUnsafeBytes { bytes in
            stride(from: start, to: data.count, by: byteCount).map { first in
                (
                    (0..<request.k).map {
                        Int(bytes.loadUnaligned(fromByteOffset: first + $0 * 8, as: Int64.self))
                    },
                    (0..<request.k).map {
                        bytes.loadUnaligned(
                            fromByteOffset: first + request.k * 8 + $0 * 4,
                            as: Float.self
                        )
                    }
                )
            }
        }
    }
}
