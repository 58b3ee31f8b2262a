import Quiver
import TestSupport
import Testing

/// Ranges of strings and times that begin alike, beside a comparison of each.
@Suite struct `An order of a field` {
    private static let field = Field(name: "name", type: .string)

    /// Values that differ late, in zeros, in their length or not at all.
    private static func values(_ random: inout SplitMix64) -> [String] {
        let stems = [
            "", "a", "https://example.org/", "https://example.org/documents/", "\0", "\0\0\0",
            String(repeating: "long", count: 3_000), "é", "éé",
        ]
        let ends = ["", "\0", "\0\0", "a", "b", "12345678", "123456789", "\u{10FFFF}"]
        return (0..<3_000).map { _ in
            let stem = stems.randomElement(using: &random) ?? ""
            let ends = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                ends.randomElement(using: &random) ?? ""
            }
            return stem + ends.joined()
        }
    }

    private func check(
        _ snapshot: Snapshot,
        _ values: [(value: FieldValue, precedes: (Int) -> Bool, equals: (Int) -> Bool)],
        count: Int
    ) throws {
        for (value, precedes, equals) in values {
            for (comparison, holds) in [
                (.less, precedes), (.equal, equals), (.lessOrEqual, { precedes($0) || equals($0) }),
                (.greater, { !precedes($0) && !equals($0) }),
            ] as [(Filter.Comparison, (Int) -> Bool)] {
                let filter = Filter.comparison(field: "name", comparison, value)
                #expect(try snapshot.count(filter) == (0..<count).count(where: holds))
            }
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32), 1])
    func `is that of the bytes, however much they have in common`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let values = Self.values(&random)
        let directory = TemporaryDirectory()
        let collection = try Store.create(at: directory.file("store")).createCollection(
            "c",
            CollectionConfiguration(vectorFields: [], fields: [Self.field])
        )
        try collection.upsert(
            values.enumerated().map { number, value in
                Document(
                    key: .integer(UInt64(number)),
                    fields: ["name": .string(value)],
                    vectors: [:]
                )
            }
        )
        try collection.seal()
        let asked = Array(values.shuffled(using: &random).prefix(60)) + ["https", "zz"]
        try check(
            collection.snapshot(),
            asked.map { value in
                (
                    .string(value), { values[$0].utf8.lexicographicallyPrecedes(value.utf8) },
                    { values[$0].utf8.elementsEqual(value.utf8) }
                )
            },
            count: values.count
        )
        for prefix in ["https://example.org/documents/1", "\0", "longlong", "é", ""] {
            #expect(
                try collection.snapshot().count(.hasPrefix(field: "name", prefix))
                    == values.count { $0.utf8.starts(with: prefix.utf8) },
                "\(prefix), seed \(seed)"
            )
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `is that of times within a second`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let times = (0..<2_000).map { _ in
            Timestamp(
                seconds: Int64.random(in: -2...2, using: &random),
                nanoseconds: UInt32.random(in: 0..<1_000_000_000, using: &random)
            )
        }.compactMap { $0 }
        func number(_ time: Timestamp) -> Double {
            Double(time.seconds) + Double(time.nanoseconds) / 1e9
        }
        let directory = TemporaryDirectory()
        let collection = try Store.create(at: directory.file("store")).createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [],
                fields: [Field(name: "name", type: .timestamp)]
            )
        )
        try collection.upsert(
            times.enumerated().map { number, time in
                Document(
                    key: .integer(UInt64(number)),
                    fields: ["name": .timestamp(time)],
                    vectors: [:]
                )
            }
        )
        try collection.seal()
        try check(
            collection.snapshot(),
            times.prefix(50).map { time in
                (.timestamp(time), { number(times[$0]) < number(time) }, { times[$0] == time })
            },
            count: times.count
        )
    }
}
