import Foundation
import Quiver
import TestSupport
import Testing

/// Filters that were written at random, whole, broken, and of anything at all. `QUIVER_FUZZ_SECONDS` says how long (2), `QUIVER_FUZZ_SEED`
/// which ones.
@Suite struct `Filters that nobody would write` {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["QUIVER_FUZZ_SECONDS"].flatMap(Double.init) ?? 2
    private static let seed =
        environment["QUIVER_FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1_000_000)

    private let directory = TemporaryDirectory()

    private func collection() throws -> Collection {
        let collection = try Store.create(at: directory.file("store")).createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [],
                fields: [
                    Field(name: "n", type: .int64), Field(name: "s", type: .string),
                    Field(name: "l", type: .strings), Field(name: "d", type: .double),
                    Field(name: "b", type: .bool), Field(name: "t", type: .timestamp),
                ]
            )
        )
        func add(_ range: Range<Int64>) throws {
            var batch = WriteBatch()
            for number in range {
                var fields: [String: FieldValue] = [
                    "n": .int64(number), "s": .string("s\(number)"),
                ]
                if number % 2 == 0 { fields["l"] = .strings(["x", "y\(number % 3)"]) }
                if number % 3 == 0 { fields["b"] = .bool(number % 2 == 0) }
                if number % 5 == 0 { fields["d"] = .null }
                batch.upsert(Document(key: .integer(UInt64(number)), fields: fields, vectors: [:]))
            }
            try collection.write(batch)
        }
        try add(0..<40)
        try collection.seal()
        try add(40..<60)
        return collection
    }

    @Test func `are read or refused at a place in them, and count what can be counted`() throws {
        print("filters drawn with QUIVER_FUZZ_SEED=\(Self.seed)")
        let snapshot = try collection().snapshot()
        var draw = FilterDraw(random: SplitMix64(seed: Self.seed))
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var (readCount, refusedCount, countedCount) = (0, 0, 0)
        while ContinuousClock.now < end {
            let text = draw.text()
            let filter: Filter
            do throws(StoreError) {
                filter = try Filter(parsing: text)
            } catch {
                refusedCount += 1
                guard case .invalidFilter(let reason, let position) = error else {
                    Issue.record("\(text.debugDescription): \(error)")
                    continue
                }
                #expect(!reason.isEmpty)
                // Behind the last character at most, by whichever unit it is counted.
                #expect(
                    (0...text.utf8.count + 1).contains(position ?? 0),
                    "\(text.debugDescription)"
                )
                continue
            }
            readCount += 1
            // What it says of itself is the same filter; its parentheses nest deeper.
            do throws(StoreError) {
                #expect(
                    try Filter(parsing: filter.description) == filter,
                    "\(text.debugDescription)"
                )
            } catch {
                guard case .invalidFilter("nested more than 200 deep", _) = error else {
                    throw error
                }
            }
            do throws(StoreError) {
                let count = try snapshot.count(filter)
                let others = try snapshot.count(.not(filter))
                #expect(
                    (0...60).contains(count) && count + others == 60,
                    "\(text.debugDescription)"
                )
                countedCount += 1
            } catch {
                switch error {
                case .unknownField, .invalidFilter: break
                default: Issue.record("\(text.debugDescription): \(error)")
                }
            }
        }
        print(
            "filters: \(readCount) read, \(countedCount) of them counted, \(refusedCount) refused"
        )
        #expect(readCount > 0 && refusedCount > 0 && countedCount > 0)
    }
}

private struct FilterDraw {
    var random: SplitMix64

    private static let names = ["n", "s", "l", "d", "b", "t", "none", "`n`", "`a b`", "a.b", "_"]
    private static let values = [
        "1", "-1", "0", "39", "1e3", "-0.5", "1e400", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "\"\"", "\"s1\"", "\"x\"", "\"2026-01-01T00:00:00Z\"", "true",
        "false",
        "null", "\"\\\"\"", "\"\\u00e9\"", "'s1'", "\"é\u{301}\"",
    ]
    private static let operators = [
        "=", "==", "!=", "<", "<=", ">", ">=", "contains", "prefix", "<>", "=<", "!",
    ]
    private static let others = [
        "and", "or", "not", "(", ")", ",", "in", "is", "null", "exists", "AND", "NOT", "not in",
        "\"", "`",
        "\\", " ", "\n", "\u{0}", "é", "🏹", "\u{202E}", "e\u{301}",
    ]

    mutating func text() -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return expression(depth: Int.random(in: 0..<6, using: &random))
        case 1: return broken(expression(depth: Int.random(in: 0..<4, using: &random)))
        case 2:
            let pieces = Self.names + Self.values + Self.operators + Self.others
            return (0..<Int.random(in: 0..<12, using: &random))
                .map { _ in pick(pieces) }
                .joined(separator: Bool.random(using: &random) ? " " : "")
        default:
            // So deep that it must be refused and not end the stack.
            let depth = Int.random(in: 0..<2_000, using: &random)
            let opening = pick(["(", "not ", "not(", "((", "n = 1 or (", "b and not ("])
            return String(repeating: opening, count: depth) + "b"
                + String(repeating: ")", count: Bool.random(using: &random) ? depth : 1)
        }
    }

    private mutating func pick(_ from: [String]) -> String {
        from.randomElement(using: &random) ?? ""
    }

    private mutating func expression(depth: Int) -> String {
        guard depth > 0 else { return comparison() }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return "not \(expression(depth: depth - 1))"
        case 1: return "(\(expression(depth: depth - 1)))"
        case 2: return expression(depth: depth - 1) + " and " + expression(depth: depth - 1)
        default: return expression(depth: depth - 1) + " OR " + expression(depth: depth - 1)
        }
    }

    private mutating func comparison() -> String {
        let name = pick(Self.names)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return name
        case 1: return "\(name) is null"
        case 2: return "\(name) exists"
        case 3:
            let list = (0..<Int.random(in: 0..<4, using: &random)).map { _ in pick(Self.values) }
            let word = Bool.random(using: &random) ? "in" : "not in"
            return "\(name) \(word) (\(list.joined(separator: ", ")))"
        case 4: return "\(name) is not null"
        default: return "\(name) \(pick(Self.operators)) \(pick(Self.values))"
        }
    }

    /// With characters taken out, put in, or in another order.
    private mutating func broken(_ text: String) -> String {
        var characters = Array(text)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !characters.isEmpty {
            let place = Int.random(in: 0..<characters.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: characters.remove(at: place)
            case 1: characters.insert(contentsOf: Array(pick(Self.others)), at: place)
            default:
                characters.swapAt(place, Int.random(in: 0..<characters.count, using: &random))
            }
        }
        return String(characters)
    }
}
