import LMDB
import TestSupport
import Testing

@Suite struct `Ranges` {
    let directory = TemporaryDirectory()
    let environment: Environment
    let database: Database
    let integers: Database

    init() throws {
        environment = try Environment.open(path: directory.file("data.mdb"))
        database = try environment.database("values", create: true)
        integers = try environment.database("integers", create: true, integerKeys: true)
    }

    /// Short keys of few letters, 0xFF among them, so that prefixes and bounds meet.
    static func keys(_ random: inout SplitMix64, count: Int) -> [[UInt8]] {
        let letters: [UInt8] = [0, 1, 0x61, 0xFE, 0xFF]
        return (0..<count).map { _ in
            (0..<Int.random(in: 1...4, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
        }
    }

    static func isBelow(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        first.lexicographicallyPrecedes(second)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `every range holds what a sorted array says, in both directions`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let keys = Set(Self.keys(&random, count: 80))
        try environment.write { transaction throws(LMDBError) in
            for key in keys { try transaction.put(key, key + [42], in: database) }
        }
        for _ in 0..<60 {
            let from = Bool.random(using: &random) ? Self.keys(&random, count: 1)[0] : nil
            let below = Bool.random(using: &random) ? Self.keys(&random, count: 1)[0] : nil
            let prefix =
                Bool.random(using: &random)
                ? [UInt8](Self.keys(&random, count: 1)[0].prefix(2)) : []
            let expected = keys.sorted(by: Self.isBelow).filter { key in
                key.starts(with: prefix) && from.map { !Self.isBelow(key, $0) } ?? true
                    && below.map { Self.isBelow(key, $0) } ?? true
            }
            for order in [Order.ascending, .descending] {
                var found: [[UInt8]] = []
                try environment.read { transaction throws(LMDBError) in
                    try transaction.forEach(
                        in: database,
                        from: from,
                        below: below,
                        prefix: prefix,
                        order: order
                    ) {
                        key,
                        value in
                        let key = key.withUnsafeBytes { [UInt8]($0) }
                        #expect(value.withUnsafeBytes { [UInt8]($0) } == key + [42])
                        found.append(key)
                        return .continue
                    }
                }
                #expect(
                    found == (order == .ascending ? expected : expected.reversed()),
                    "seed \(seed), from \(from ?? []), below \(below ?? []), prefix \(prefix)"
                )
            }
            try environment.read { transaction throws(LMDBError) in
                let withPrefix = keys.sorted(by: Self.isBelow).filter { $0.starts(with: prefix) }
                #expect(
                    try transaction.first(in: database, prefix: prefix)?.key == withPrefix.first
                )
                #expect(try transaction.last(in: database, prefix: prefix)?.key == withPrefix.last)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `deleting a range removes that range alone`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var keys = Set(Self.keys(&random, count: 300))
        try environment.write { transaction throws(LMDBError) in
            for key in keys {
                try transaction.put(key, [UInt8](repeating: 1, count: 700), in: database)
            }
        }
        for round in 0..<12 {
            let prefix = [UInt8](Self.keys(&random, count: 1)[0].prefix(1))
            let going = keys.filter {
                $0.starts(with: prefix) && (round % 2 == 0 || $0.count % 2 == 0)
            }
            let count = try environment.write { transaction throws(LMDBError) in
                try transaction.delete(in: database, prefix: prefix) { key, _ in
                    round % 2 == 0 || key.byteCount % 2 == 0
                }
            }
            #expect(count == going.count, "seed \(seed)")
            keys.subtract(going)
            var left: [[UInt8]] = []
            try environment.read { transaction throws(LMDBError) in
                try transaction.forEach(in: database) { key, _ in
                    left.append(key.withUnsafeBytes { [UInt8]($0) })
                    return .continue
                }
            }
            #expect(left == keys.sorted(by: Self.isBelow), "seed \(seed)")
        }
    }

    @Test func `integer keys are ordered as numbers`() throws {
        let numbers: [UInt64] = [0, 1, 255, 256, 65_536, 1 << 40, .max - 1, .max]
        try environment.write { transaction throws(LMDBError) in
            for number in numbers.shuffled() { try transaction.put(number, [1], in: integers) }
        }
        func found(_ range: ClosedRange<UInt64>, _ order: Order) throws -> [UInt64] {
            var found: [UInt64] = []
            try environment.read { transaction throws(LMDBError) in
                try transaction.forEach(in: integers, integers: range, order: order) { key, _ in
                    found.append(key)
                    return .continue
                }
            }
            return found
        }
        #expect(try found(0...UInt64.max, .ascending) == numbers)
        #expect(try found(0...UInt64.max, .descending) == numbers.reversed())
        #expect(try found(1...256, .ascending) == [1, 255, 256])
        #expect(try found(2...65_535, .descending) == [256, 255])
        #expect(
            try found(1...UInt64.max - 1, .descending) == [.max - 1, 1 << 40, 65_536, 256, 255, 1]
        )
        try environment.write { transaction throws(LMDBError) in
            #expect(try transaction.firstInteger(in: integers) == 0)
            #expect(try transaction.lastInteger(in: integers) == .max)
            #expect(try transaction.delete(in: integers, integers: 200...UInt64.max) == 6)
            #expect(try transaction.lastInteger(in: integers) == 1)
        }
    }

    @Test func `a walk stops where its body says`() throws {
        try environment.write { transaction throws(LMDBError) in
            for key in 0..<10 as Range<UInt64> { try transaction.put(key, [], in: integers) }
        }
        var count = 0
        try environment.read { transaction throws(LMDBError) in
            try transaction.forEach(in: integers, integers: 0...UInt64.max) { key, _ in
                count += 1
                return key == 3 ? .stop : .continue
            }
        }
        #expect(count == 4)
    }

    @Test func `an empty database has no first and no last key`() throws {
        try environment.read { transaction throws(LMDBError) in
            #expect(try transaction.first(in: database) == nil)
            #expect(try transaction.last(in: database, prefix: [1]) == nil)
            #expect(try transaction.firstInteger(in: integers) == nil)
        }
    }
}
