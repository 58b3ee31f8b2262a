import Quiver
import TestSupport
import Testing

@Suite struct FilterTests {
    private let directory = TemporaryDirectory()

    private func collection() throws -> Collection {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [],
                fields: [
                    Field(name: "year", type: .int64), Field(name: "lang", type: .string),
                    Field(name: "archived", type: .bool), Field(name: "tags", type: .strings),
                    Field(name: "price", type: .double), Field(name: "at", type: .timestamp),
                    Field(name: "odd name", type: .string), Field(name: "ids", type: .int32s),
                ]
            )
        )
        func document(_ key: UInt64, _ fields: [String: FieldValue]) -> Document {
            Document(key: .integer(key), fields: fields, vectors: [:])
        }
        try collection.upsert([
            document(
                1,
                [
                    "year": .int64(2_019), "lang": .string("de"), "archived": .bool(true),
                    "tags": .strings(["x", "y"]), "price": .double(2.5),
                ]
            ),
            document(
                2,
                [
                    "year": .int64(2_021), "lang": .string("fr"), "archived": .bool(false),
                    "at": timestamp("2026-01-01T00:00:00Z"),
                    "ids": .int32s([4, 5]),
                ]
            ),
            document(3, ["year": .null, "odd name": .string("a\"b")]),
            document(4, [:]),
        ])
        return collection
    }

    @Test(arguments: [
        ("year >= 2020", [2]), ("year == 2019", [1]), ("year = 2019.0", [1]),
        ("year > 2018.5 and year < 2019.5", [1]), ("year != 2019", [2, 3, 4]),
        ("not year = 2019", [2, 3, 4]), ("year < 9223372036854775807", [1, 2]),
        ("lang in (\"de\",'fr')", [1, 2]), ("lang not in (\"de\")", [2, 3, 4]),
        ("archived", [1]), ("not archived", [2, 3, 4]), ("archived = false", [2]),
        ("tags contains \"x\"", [1]), ("ids contains 5", [2]), ("lang prefix \"d\"", [1]),
        ("year is null", [3]), ("year is not null", [1, 2, 4]), ("year exists", [1, 2, 3]),
        ("price <= 2.5", [1]), ("price > 2", [1]), ("at >= \"2025-12-31T23:59:59.5-01:00\"", []),
        ("at > '2025-12-31T23:59:59.5Z'", [2]), ("`odd name` = 'a\"b'", [3]),
        ("year >= 2020 and lang in (\"de\",\"fr\") and not archived", [2]),
        ("year = 2019 or lang = 'fr' AND NOT archived", [1, 2]),
        ("(year = 2019 or lang = 'fr') and archived", [1]), ("true", [1, 2, 3, 4]), ("false", []),
        ("lang > 'de'", [2]),
    ])
    func `finds what it says`(text: String, expected: [UInt64]) throws {
        let collection = try collection()
        let filter = try Filter(parsing: text)
        for sealed in [false, true] {
            if sealed { try collection.seal() }
            let snapshot = try collection.snapshot()
            var found: [Key] = []
            try snapshot.scan(filter) { document in
                found.append(document.key)
                return true
            }
            #expect(found == expected.map { Key.integer($0) })
            #expect(try snapshot.count(filter) == expected.count)
            // What it prints means the same.
            #expect(try snapshot.count(Filter(parsing: "\(filter)")) == expected.count)
        }
        let receipt = try collection.delete(where: filter)
        #expect(receipt.deletedCount == expected.count)
        #expect(try collection.snapshot().count() == 4 - expected.count)
        #expect(try collection.snapshot().count(filter) == 0)
    }

    @Test(
        arguments: [
            ("", 1), ("year", nil), ("year >", 7), ("year ! 3", 6), ("year = \"x", 8),
            ("yeer = 1", nil),
            ("year = 'x'", nil), ("(year = 1", 10), ("year = 1)", 9), ("year = 1 and", 13),
            ("tags < 'x'", nil), ("year = null", 8), ("year in ()", 10), ("at = 'yesterday'", nil),
            ("year = 1..2", 8), ("§", 1), ("year = '\\q'", 9), ("not", 4), ("lang prefix 3", 13),
        ] as [(String, Int?)]
    )
    func `says what is wrong with it and where`(text: String, position: Int?) throws {
        let collection = try collection()
        var failure: StoreError?
        do throws(StoreError) {
            _ = try collection.snapshot().count(Filter(parsing: text))
        } catch {
            failure = error
        }
        switch failure {
        case .invalidFilter(_, let found): #expect(found == position, "\(text)")
        case .unknownField("yeer", "c"): #expect(position == nil)
        default: Issue.record("\(text): \(String(describing: failure))")
        }
    }

    @Test func `nesting is bounded`() {
        let deep = String(repeating: "(", count: 100_000)
        #expect(throws: StoreError.self) { _ = try Filter(parsing: deep) }
        #expect(throws: StoreError.self) {
            _ = try Filter(parsing: String(repeating: "not ", count: 100_000) + "a")
        }
    }

    @Test func `a scan goes on behind a key`() throws {
        let collection = try collection()
        try collection.seal()
        try collection.upsert([Document(key: "s", vectors: [:]), Document(key: 0, vectors: [:])])
        var found: [Key] = []
        var last: Key?
        while true {
            let before = found.count
            try collection.snapshot().scan(after: last) { document in
                found.append(document.key)
                return found.count - before < 2
            }
            if found.count == before { break }
            last = found.last
        }
        #expect(found == [0, 1, 2, 3, 4, "s"])
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
        ("2026-11-28 10:25:49.250+01:00", 1_795_857_949, 250_000_000, "2026-11-28T09:25:49.250Z"),
        ("0000-01-01t00:00:00z", -62_167_219_200, 0, "0000-01-01T00:00:00Z"),
        (
            "9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999,
            "9999-12-31T23:59:59.999999999Z"
        ),
        ("2000-02-29T12:00:00-00:00", 951_825_600, 0, "2000-02-29T12:00:00Z"),
        ("1969-12-31T23:59:59.1Z", -1, 100_000_000, "1969-12-31T23:59:59.100Z"),
    ])
    func `reads and writes RFC 3339`(
        text: String,
        seconds: Int64,
        nanoseconds: UInt32,
        printed: String
    ) throws {
        let timestamp = try #require(Timestamp(rfc3339: text))
        #expect(timestamp.seconds == seconds && timestamp.nanoseconds == nanoseconds)
        #expect(timestamp.rfc3339 == printed)
        #expect(Timestamp(rfc3339: printed) == timestamp)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.0000000001Z", "2026-01-01T00:00:00Zx",
        "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01", "+026-01-01T00:00:00Z",
    ])
    func `refuses what is none`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `days and dates are inverse`() throws {
        for day in stride(from: Int64(-719_528), to: 2_932_896, by: 97) {
            let timestamp = try #require(Timestamp(seconds: day * 86_400))
            #expect(Timestamp(rfc3339: timestamp.rfc3339) == timestamp)
        }
    }
}
