import Foundation
import Quiver
import TestSupport
import Testing

/// A file of neighbours, taken apart.
struct NeighbourRecords {
    var rows: [[Int64]] = []
    var scores: [[Float]] = []

    init(_ path: String, k: Int, _ location: SourceLocation = #_sourceLocation) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try #require(bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]))
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        #expect(start.isMultiple(of: 64), sourceLocation: location)
        let header = String(decoding: bytes[10..<start], as: UTF8.self)
        let recordByteCount = 12 * k
        #expect((bytes.count - start).isMultiple(of: recordByteCount), sourceLocation: location)
        let count = (bytes.count - start) / recordByteCount
        #expect(
            header.hasPrefix(
                "{'descr': [('rows', '<i8', (\(k),)), ('scores', '<f4', (\(k),))], "
                    + "'fortran_order': False, 'shape': (\(count),), }"
            ) && header.hasSuffix("\n"),
            "\(header)",
            sourceLocation: location
        )
        bytes.withUnsafeBytes { bytes in
            for record in 0..<count {
                let first = start + record * recordByteCount
                rows.append(
                    (0..<k).map {
                        bytes.loadUnaligned(fromByteOffset: first + 8 * $0, as: Int64.self)
                    }
                )
                scores.append(
                    (0..<k).map {
                        bytes.loadUnaligned(fromByteOffset: first + 8 * k + 4 * $0, as: Float.self)
                    }
                )
            }
        }
    }
}

/// Documents of none, one and several rows in two segments and several commits of the tail, some of them dead, and what rows there are.
struct NeighbourCollection {
    let directory = TemporaryDirectory()
    let collection: Quiver.Collection
    /// The live rows by their numbers: document, which of its rows, vector.
    private(set) var rows: [Int: (key: Key, row: Int, vector: [Float])] = [:]
    let rowCount: Int
    let snapshot: Snapshot
    let dimension = 6

    init(
        seed: UInt64,
        metric: Metric = .l2,
        index: IndexSpecification = .exact,
        documentCount: Int = 120,
        largeDocumentRowCount: Int = 50
    ) throws {
        var random = SplitMix64(seed: seed)
        let dimension = dimension
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(
                        name: "v",
                        dimension: dimension,
                        metric: metric,
                        index: index,
                        isOptional: true
                    )
                ],
                fields: [Field(name: "parity", type: .int64)]
            )
        )
        // Small whole numbers, so that many rows are as near as others.
        var vectors: [Key: [Float]] = [:]
        func document(_ number: Int) -> Document {
            let key: Key =
                number.isMultiple(of: 3) ? .string("s\(number)") : .integer(UInt64(number))
            let rowCount =
                number == 7 ? largeDocumentRowCount : Int.random(in: 0...3, using: &random)
            let numbers = (0..<rowCount * dimension).map { _ in
                Float(Int.random(in: -3...3, using: &random)) + 0.5
            }
            vectors[key] = numbers
            return Document(
                key: key,
                fields: ["parity": .int64(Int64(number % 2))],
                vectors: numbers.isEmpty ? [:] : ["v": numbers]
            )
        }
        try collection.upsert((0..<documentCount).map { document($0) })
        try collection.seal()
        if index != .exact { try collection.maintain() }
        try collection.upsert((documentCount..<2 * documentCount).map { document($0) })
        try collection.seal()
        for number in 0..<min(15, documentCount / 4) {
            try collection.upsert([document(2 * documentCount + number % 20)])
            try collection.upsert([document(Int.random(in: 8..<documentCount, using: &random))])
        }
        var batch = WriteBatch()
        for number in stride(from: 11, to: 2 * documentCount, by: 9) {
            let key: Key =
                number.isMultiple(of: 3) ? .string("s\(number)") : .integer(UInt64(number))
            batch.delete(key)
            vectors[key] = nil
        }
        try collection.write(batch)
        let snapshot = try collection.snapshot()
        for (key, numbers) in vectors {
            guard let range = try snapshot.rowNumbers(of: key) else { continue }
            for (ordinal, row) in range.enumerated() {
                let vector = Array(numbers[ordinal * dimension..<(ordinal + 1) * dimension])
                rows[row] = (key, ordinal, vector)
            }
        }
        self.collection = collection
        self.snapshot = snapshot
        rowCount = try snapshot.rowCount()
    }

    func file(_ name: String) -> String { directory.file(name) }

    /// Asks for neighbours, to a file that is read then.
    func written(
        _ request: NeighbourRequest,
        _ name: String = "n.npy",
        _ location: SourceLocation = #_sourceLocation
    ) throws -> NeighbourRecords {
        try snapshot.writeNeighbours(request, to: file(name))
        #expect(!fileExists(file("\(name).part")), sourceLocation: location)
        #expect(!fileExists(file("\(name).part.log")), sourceLocation: location)
        return try NeighbourRecords(file(name), k: request.k, location)
    }

    /// The rows nearest to a vector by a search of its own, as a file has them.
    func neighbours(
        of vector: [Float],
        k: Int,
        without key: Key?,
        filter: Filter? = nil,
        mode: SearchRequest.Mode = .exact
    ) throws -> (rows: [Int64], scores: [Float]) {
        let hits = try snapshot.search(
            SearchRequest(
                queries: [vector],
                k: k,
                mode: mode,
                filter: filter,
                excludedKeys: key.map { [$0] } ?? []
            )
        )[0].hits
        let rows = try hits.map { hit in
            Int64(try #require(try snapshot.rowNumbers(of: hit.key)).lowerBound + (hit.row ?? 0))
        }
        let missing = k - hits.count
        return (
            rows + Array(repeating: -1, count: missing),
            hits.map(\.score) + Array(repeating: .nan, count: missing)
        )
    }
}

/// Compares scores, for which NaN is as good as NaN.
func areSame(_ one: [Float], _ other: [Float]) -> Bool {
    one.map(\.bitPattern) == other.map(\.bitPattern)
}

func fileBytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func writeFile(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func fileExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

func removeFile(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
