import Quiver
import TestSupport
import Testing

/// Searches of documents that a filter holds of, beside a look at every document.
@Suite struct FilteredSearchTests {
    private static let fields = [
        Field(name: "number", type: .int64), Field(name: "size", type: .double),
        Field(name: "name", type: .string), Field(name: "flag", type: .bool),
        Field(name: "when", type: .timestamp), Field(name: "tags", type: .strings),
        Field(name: "ids", type: .int32s), Field(name: "raw", type: .bytes),
        Field(name: "terms", type: .sparse),
    ]

    private static func value(_ type: FieldType, _ random: inout SplitMix64) -> FieldValue {
        let number = Int.random(in: -20...20, using: &random)
        switch type {
        case .int64: return .int64(Int64(number) << Int64.random(in: 0...50, using: &random))
        case .double: return .double(Double(number) / 4)
        case .string:
            return .string(String(repeating: "abcdefgh", count: abs(number) % 3) + "\(number)")
        case .bool: return .bool(number > 0)
        case .timestamp:
            return Timestamp(seconds: Int64(number / 4), nanoseconds: UInt32(abs(number)))
                .map(FieldValue.timestamp) ?? .null
        case .strings: return .strings((0..<(abs(number) % 4)).map { "tag\((number + $0) % 7)" })
        case .int32s: return .int32s((0..<(abs(number) % 4)).map { Int32(number + $0) })
        case .bytes: return .bytes([UInt8(abs(number))])
        case .sparse:
            return (try? SparseVector([UInt32(abs(number)): 1])).map(FieldValue.sparse) ?? .null
        }
    }

    private static func values(_ random: inout SplitMix64) -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        for field in fields {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: break
            case 1: values[field.name] = .null
            default: values[field.name] = value(field.type, &random)
            }
        }
        return values
    }

    private static func filter(_ random: inout SplitMix64, depth: Int = 2) -> Filter {
        if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
            let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                filter(&random, depth: depth - 1)
            }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return .all(parts)
            case 1: return .any(parts)
            default: return .not(filter(&random, depth: depth - 1))
            }
        }
        let field = fields[Int.random(in: 0..<fields.count, using: &random)]
        switch (Int.random(in: 0..<6, using: &random), field.type) {
        case (0, _): return .isNull(field: field.name)
        case (_, .sparse): return .exists(field: field.name)
        case (1, _): return .exists(field: field.name)
        case (2, .string):
            return .hasPrefix(
                field: field.name,
                ["", "a", "abcdefgha", "-1", "9"].randomElement(using: &random) ?? ""
            )
        case (_, .strings):
            return .contains(
                field: field.name,
                .string("tag\(Int.random(in: -6...6, using: &random))")
            )
        case (_, .int32s):
            return .contains(field: field.name, .int64(Int64.random(in: -20...20, using: &random)))
        case (3, _):
            return .isIn(
                field: field.name,
                (0..<Int.random(in: 0...4, using: &random)).map { _ in value(field.type, &random) }
            )
        case (_, .bytes): return .comparison(field: field.name, .equal, value(.bytes, &random))
        default:
            let comparison = Filter.Comparison.allCases.randomElement(using: &random) ?? .equal
            let other =
                field.type == .int64 && Bool.random(using: &random)
                ? value(.double, &random) : value(field.type, &random)
            return .comparison(field: field.name, comparison, other)
        }
    }

    /// Segments with and without graph, patches of both kinds, dead documents, documents of several rows, and a tail.
    private func makeCollection(_ path: String, seed: UInt64, count: Int) throws -> Collection {
        var random = SplitMix64(seed: seed)
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(name: "one", dimension: 8, metric: .l2, index: .graph),
                    VectorField(
                        name: "many",
                        dimension: 2,
                        metric: .l2,
                        index: .exact,
                        isOptional: true
                    ),
                ],
                fields: Self.fields
            )
        )
        func document(_ key: Int) -> Document {
            let rows = Int.random(in: 0...2, using: &random)
            var vectors: [String: [Float]] = [
                "one": (0..<8).map { _ in Float.random(in: -1...1, using: &random) }
            ]
            if rows > 0 {
                vectors["many"] = (0..<(2 * rows)).map { _ in
                    Float.random(in: -1...1, using: &random)
                }
            }
            return Document(
                key: .integer(UInt64(key)),
                fields: Self.values(&random),
                vectors: vectors
            )
        }
        func update(_ keys: [Int]) throws {
            var batch = WriteBatch()
            for key in Set(keys) {
                batch.update(
                    DocumentUpdate(key: .integer(UInt64(key)), fields: Self.values(&random))
                )
            }
            try collection.write(batch)
        }
        try collection.upsert((0..<count).map { document($0) })
        try collection.seal()
        try collection.maintain()
        try update((0..<(count / 10)).map { _ in Int.random(in: 0..<count, using: &random) })
        try collection.upsert((count..<(count + count / 4)).map { document($0) })
        try collection.seal()
        try update((0..<(count / 10)).map { _ in Int.random(in: 0..<count, using: &random) })
        try collection.upsert(
            (0..<(count / 8)).map { _ in document(Int.random(in: 0..<(2 * count), using: &random)) }
                .reduce(into: [:]) { $0[$1.key] = $1 }.map(\.value)
        )
        var batch = WriteBatch()
        let gone = Set((0..<(count / 20)).map { _ in Int.random(in: 0..<count, using: &random) })
        for key in gone { batch.delete(.integer(UInt64(key))) }
        try collection.write(batch)
        return collection
    }

    @Test(arguments: [300, 6_000], [UInt64.random(in: 0..<1 << 32)])
    func `finds the nearest of those that the filter holds of`(count: Int, seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let collection = try makeCollection(directory.file("store"), seed: seed, count: count)
        let snapshot = try collection.snapshot()
        var random = SplitMix64(seed: seed &+ 1)
        for _ in 0..<(count > 1_000 ? 40 : 150) {
            let filter = Self.filter(&random)
            var expected: Set<Key> = []
            try snapshot.scan(filter) { document in
                expected.insert(document.key)
                return true
            }
            #expect(try snapshot.count(filter) == expected.count, "\(filter), seed \(seed)")
            let query = (0..<8).map { _ in Float.random(in: -1...1, using: &random) }
            var request = SearchRequest(
                queries: [query],
                k: 2 * count,
                vectorField: "one",
                mode: .exact,
                filter: filter
            )
            let all = try snapshot.search(request)[0].hits
            #expect(Set(all.map(\.key)) == expected, "\(filter), seed \(seed)")
            request.k = 10
            #expect(
                try snapshot.search(request)[0].hits == Array(all.prefix(10)),
                "\(filter), seed \(seed)"
            )
            request.mode = .automatic
            let found = try snapshot.search(request)[0].hits
            #expect(
                found.count == min(10, expected.count)
                    && Set(found.map(\.key)).isSubset(of: expected),
                "\(filter), seed \(seed)"
            )
            request = SearchRequest(
                queries: [[0, 0]],
                k: 4 * count,
                vectorField: "many",
                filter: filter
            )
            let rows = try snapshot.search(request)[0].hits
            #expect(Set(rows.map(\.key)).isSubset(of: expected), "\(filter), seed \(seed)")
            request.scope.filter = nil
            #expect(
                try snapshot.search(request)[0].hits.filter { expected.contains($0.key) } == rows,
                "\(filter), seed \(seed)"
            )
        }
    }
}
