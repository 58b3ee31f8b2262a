import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `Salvage from a damaged file` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    struct Entry: Hashable {
        let database: [UInt8]
        let key: [UInt8]
        let value: [UInt8]
    }

    /// A few thousand values, small and large, in a file whose last transaction has changed some of them.
    func makePatient(seed: UInt64) throws -> Patient {
        var random = SplitMix64(seed: seed)
        do {
            let environment = try Environment.open(path: path)
            for round in 0..<6 {
                for (name, hasIntegerKeys) in [("one", false), ("three", false), ("two", true)] {
                    let database = try environment.database(
                        name,
                        create: true,
                        integerKeys: hasIntegerKeys
                    )
                    try environment.write { transaction throws(LMDBError) in
                        for number in 0..<1000 as Range<UInt64> {
                            guard round == 0 || Int.random(in: 0..<20, using: &random) == 0 else {
                                continue
                            }
                            let value = value(name, number, &random)
                            if hasIntegerKeys {
                                try transaction.put(number, value, in: database)
                            } else if round > 0, number % 7 == 0 {
                                try transaction.delete([UInt8]("key \(number)".utf8), in: database)
                            } else {
                                let key = [UInt8]("key \(number)".utf8)
                                try transaction.put(key, value, in: database)
                            }
                        }
                    }
                }
            }
        }
        return try Patient(path: path)
    }

    private func value(_ name: String, _ number: UInt64, _ random: inout SplitMix64) -> [UInt8] {
        let largest = [40, 40, 40, 40, 40, 300, 300, 1500, 1500, 30_000]
        let byteCount = Int.random(
            in: 0..<largest[Int.random(in: 0..<10, using: &random)],
            using: &random
        )
        var bytes = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: byteCount)
        for index in stride(from: 0, to: byteCount, by: 17) {
            bytes[index] = UInt8.random(in: 0...255, using: &random)
        }
        return bytes + checksum([UInt8](name.utf8), [UInt8]("\(number)".utf8), bytes[...])
    }

    /// How often each entry is handed out.
    func salvage(alsoOlder: Bool = false) throws -> (entries: [Entry: Int], report: DataFileReport)
    {
        var entries: [Entry: Int] = [:]
        let report = try DataFileCheck.salvage(path: path, alsoOlder: alsoOlder) {
            database,
            key,
            value,
            _ in
            let entry = Entry(
                database: database,
                key: key.withUnsafeBytes { [UInt8]($0) },
                value: value.withUnsafeBytes { [UInt8]($0) }
            )
            entries[entry, default: 0] += 1
        }
        return (entries, report)
    }

    @Test func `an intact file gives what it holds, each entry once`() throws {
        let patient = try makePatient(seed: 1)
        let (entries, report) = try salvage()
        #expect(report.isIntact)
        #expect(entries.values.allSatisfy { $0 == 1 })
        let walked = try walk(path).entries
        #expect(entries.count == walked.values.reduce(0) { $0 + $1.count })
        let isSame = entries.keys.allSatisfy { walked[$0.database]?[$0.key] == $0.value }
        #expect(isSame)
        // And the tests' own reader finds the same.
        let read = PlainReader(bytes: patient.bytes).entries(ofNewest: true)
        let isReadAlike = Set(read.map(\.entry)) == Set(entries.keys)
        #expect(isReadAlike)
        let older = PlainReader(bytes: patient.bytes).entries(ofNewest: false)
        let both = try salvage(alsoOlder: true).entries
        #expect(both.values.allSatisfy { $0 == 1 })
        let isBoth = Set(read.map(\.entry)).union(older.map(\.entry)) == Set(both.keys)
        #expect(isBoth)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `everything on undamaged pages is handed out once, whatever happened to others`(
        seed: UInt64
    ) throws {
        let patient = try makePatient(seed: seed)
        let reader = PlainReader(bytes: patient.bytes)
        let (newest, older) = (reader.entries(ofNewest: true), reader.entries(ofNewest: false))
        #expect(newest.count > 2000 && older.count > 2000)
        let isChanged = Set(newest.map(\.entry)) != Set(older.map(\.entry))
        #expect(isChanged)
        let pageCount = patient.bytes.count / 4096
        var random = SplitMix64(seed: seed)
        var lostCount = 0
        for round in 0..<25 * fuzzFactor {
            var bytes = patient.bytes
            var damaged: Set<Int> = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                // Half of it where it hurts: meta pages, and what the trees' roots lie on.
                let page =
                    Bool.random(using: &random)
                    ? Int.random(in: 0..<pageCount, using: &random)
                    : reader.importantPages.randomElement(using: &random) ?? 0
                let start = page * 4096
                damaged.insert(page)
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    for index in start..<start + 4096 { bytes[index] = 0 }
                case 1:
                    for index in start..<start + 4096 {
                        bytes[index] = UInt8.random(in: 0...255, using: &random)
                    }
                case 2:
                    let other = Int.random(in: 0..<pageCount, using: &random) * 4096
                    bytes.replaceSubrange(
                        start..<start + 4096,
                        with: patient.bytes[other..<other + 4096]
                    )
                default:
                    let isNearStart = Bool.random(using: &random)
                    let index = Int.random(in: 0..<(isNearStart ? 160 : 4096), using: &random)
                    bytes[start + index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            try Patient.write(bytes, to: path)
            let (entries, _) = try salvage(alsoOlder: true)
            for found in newest + older where found.pages.isDisjoint(with: damaged) {
                if entries[found.entry] != 1 {
                    Issue.record(
                        """
                        seed \(seed), round \(round): key \(found.entry.key) \
                        \(entries[found.entry] ?? 0) times, pages \(found.pages.sorted()), \
                        damaged \(damaged.sorted())
                        """
                    )
                    return
                }
            }
            lostCount += newest.count { entries[$0.entry] == nil }
        }
        // Otherwise this tests nothing.
        #expect(lostCount > 0, "seed \(seed)")
    }

    @Test func `what the last transaction has lost is found in the one before`() throws {
        let patient = try makePatient(seed: 5)
        let reader = PlainReader(bytes: patient.bytes)
        // Its meta page is gone.
        try patient.write([UInt8](repeating: 0, count: 4096)[...], at: reader.newestMeta * 4096)
        let (entries, report) = try salvage()
        #expect(!report.isIntact)
        let isSame = Set(entries.keys) == Set(reader.entries(ofNewest: false).map(\.entry))
        #expect(isSame)
    }

    @Test func `pages that lead to each other come to an end`() throws {
        let patient = try makePatient(seed: 6)
        let reader = PlainReader(bytes: patient.bytes)
        var bytes = patient.bytes
        // Every branch page leads to branch pages only, itself among them.
        let branches = (2..<bytes.count / 4096).filter { reader.flags(of: $0) == 1 }
        try #require(branches.count > 3)
        for (place, page) in branches.enumerated() {
            for (index, node) in reader.nodes(of: page).enumerated() {
                let target = UInt32(branches[(place + index) % branches.count])
                withUnsafeBytes(of: target) {
                    bytes.replaceSubrange(node..<node + 4, with: $0)
                }
            }
        }
        // And every long value is the same one.
        for page in 2..<bytes.count / 4096 where reader.flags(of: page) == 2 {
            for node in reader.nodes(of: page) where bytes[node + 4] & 1 != 0 {
                withUnsafeBytes(of: UInt32(bytes.count / 2)) {
                    bytes.replaceSubrange(node..<node + 4, with: $0)
                }
            }
        }
        try Patient.write(bytes, to: path)
        let clock = ContinuousClock()
        let duration = try clock.measure { _ = try salvage() }
        #expect(duration < .seconds(60))
    }
}

/// A reader of intact files that knows which pages each entry depends on. Pages of 4096 bytes.
struct PlainReader {
    typealias Entry = `Salvage from a damaged file`.Entry

    struct Found {
        let entry: Entry
        /// From the meta page to the value's last page.
        let pages: Set<Int>
    }

    let bytes: [UInt8]

    var newestMeta: Int { number64(144) > number64(4096 + 144) ? 0 : 1 }

    /// Meta pages, the main tree's pages, and branch pages.
    var importantPages: [Int] {
        let main = Int(number64(newestMeta * 4096 + 128))
        return [0, 1, main] + (2..<bytes.count / 4096).filter { flags(of: $0) == 1 }
    }

    func entries(ofNewest isNewest: Bool) -> [Found] {
        let meta = isNewest ? newestMeta : 1 - newestMeta
        var found: [Found] = []
        walk(Int(number64(meta * 4096 + 128)), [], [meta], &found)
        return found
    }

    private func walk(_ page: Int, _ database: [UInt8], _ above: Set<Int>, _ found: inout [Found]) {
        let pages = above.union([page])
        for node in nodes(of: page) {
            if flags(of: page) == 1 {
                let child = number32(node) | number16(node + 4) << 32
                walk(child, database, pages, &found)
                continue
            }
            let keyEnd = node + 8 + number16(node + 6)
            let key = [UInt8](bytes[(node + 8)..<keyEnd])
            let byteCount = number32(node)
            switch number16(node + 4) {
            case 2:
                let root = number64(keyEnd + 40)
                if root != .max { walk(Int(root), key, pages, &found) }
            case 1:
                let first = Int(number64(keyEnd))
                let value = [UInt8](bytes[(first * 4096 + 16)..<(first * 4096 + 16 + byteCount)])
                let run = first...(first * 4096 + 15 + byteCount) / 4096
                found.append(
                    Found(
                        entry: Entry(database: database, key: key, value: value),
                        pages: pages.union(run)
                    )
                )
            default:
                let value = [UInt8](bytes[keyEnd..<(keyEnd + byteCount)])
                let entry = Entry(database: database, key: key, value: value)
                found.append(Found(entry: entry, pages: pages))
            }
        }
    }

    func flags(of page: Int) -> Int { number16(page * 4096 + 10) }

    /// Where the nodes of a tree page begin.
    func nodes(of page: Int) -> [Int] {
        (0..<(number16(page * 4096 + 12) - 16) / 2).map {
            page * 4096 + number16(page * 4096 + 16 + 2 * $0)
        }
    }

    private func number16(_ offset: Int) -> Int {
        Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
    }

    private func number32(_ offset: Int) -> Int { number16(offset) | number16(offset + 2) << 16 }

    private func number64(_ offset: Int) -> UInt64 {
        UInt64(number32(offset)) | UInt64(number32(offset + 4)) << 32
    }
}
