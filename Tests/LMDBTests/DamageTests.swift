import Glibc
import LMDB
import TestSupport
import Testing

/// A data file that is damaged in places and mended again.
struct Patient {
    let path: String
    let bytes: [UInt8]

    /// The file that a seeded workload leaves, closed.
    init(seed: UInt64, path: String, largestValue: Int = 6000, transactionCount: Int = 25) throws {
        self.path = path
        var workload = try Workload(seed: seed, path: path)
        workload.largestValue = largestValue
        for _ in 0..<transactionCount { try workload.transaction() }
        bytes = try Self.contents(of: path)
    }

    /// The file at `path`, closed.
    init(path: String) throws {
        self.path = path
        bytes = try Self.contents(of: path)
    }

    static func contents(of path: String) throws -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        try #require(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
        return bytes
    }

    func write(_ new: ArraySlice<UInt8>, at offset: Int) throws {
        let descriptor = Glibc.open(path, O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let count = new.withUnsafeBytes {
            pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset))
        }
        try #require(count == new.count)
    }

    /// Runs `body` with `new` in place of what is at `offset`.
    func damaged(_ new: [UInt8], at offset: Int, _ body: () throws -> Void) throws {
        try write(new[...], at: offset)
        try body()
        try write(bytes[offset..<offset + new.count], at: offset)
    }

    func copy(to path: String) throws {
        try Self.write(Self.contents(of: self.path), to: path)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }
}

@Suite struct `Damage` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    /// Whether every value ends with the checksum of its entry.
    static func isCredible(_ contents: Contents) -> Bool {
        contents.allSatisfy { database, entries in
            entries.allSatisfy { key, value in
                value.count >= 8
                    && checksum(database, key, value.dropLast(8)) == [UInt8](value.suffix(8))
            }
        }
    }

    /// One number for everything in a file.
    static func fingerprint(_ contents: Contents) -> UInt64 {
        var sum: UInt64 = 0
        for (database, entries) in contents {
            for (key, value) in entries {
                sum &+= checksum(database, key, value[...]).withUnsafeBytes {
                    $0.loadUnaligned(as: UInt64.self)
                }
            }
        }
        return sum
    }

    /// Reads everything through LMDB.
    static func readWithLMDB(_ environment: Environment) throws -> Contents {
        var contents: Contents = [:]
        for (name, hasIntegerKeys) in [("articles", false), ("blocks", true), ("commits", false)] {
            let database = try environment.database(
                name,
                create: false,
                integerKeys: hasIntegerKeys
            )
            var entries: [[UInt8]: [UInt8]] = [:]
            try environment.read { transaction throws(LMDBError) in
                if hasIntegerKeys {
                    try transaction.forEach(in: database, integers: 0...UInt64.max) { key, value in
                        entries[withUnsafeBytes(of: key) { [UInt8]($0) }] = value.withUnsafeBytes {
                            [UInt8]($0)
                        }
                        return .continue
                    }
                } else {
                    try transaction.forEach(in: database) { key, value in
                        entries[key.withUnsafeBytes { [UInt8]($0) }] = value.withUnsafeBytes {
                            [UInt8]($0)
                        }
                        return .continue
                    }
                }
            }
            if !entries.isEmpty { contents[[UInt8](name.utf8)] = entries }
        }
        return contents
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a flipped bit is found, or changes nothing for LMDB`(seed: UInt64) async throws {
        let patient = try Patient(seed: seed, path: path)
        let expected = Self.fingerprint(try walk(path).entries)
        var random = SplitMix64(seed: seed)
        var found = 0
        var unfound = 0
        for _ in 0..<80 * fuzzFactor {
            // Half of the flips in the headers, offsets and first nodes of pages, where structure is.
            let page = Int.random(in: 0..<patient.bytes.count / 4096, using: &random)
            let isNearStart = Bool.random(using: &random)
            let offset =
                page * 4096 + Int.random(in: 0..<(isNearStart ? 160 : 4096), using: &random)
            let bit = UInt8.random(in: 0..<8, using: &random)
            try patient.damaged([patient.bytes[offset] ^ 1 << bit], at: offset) {
                let (entries, report) = try walk(path)
                if !report.isIntact || !Self.isCredible(entries) || report.databases.count != 3 {
                    found += 1
                } else {
                    #expect(
                        Self.fingerprint(entries) == expected,
                        "seed \(seed), byte \(offset), bit \(bit)"
                    )
                    if unfound < 60 {
                        try patient.copy(to: directory.file("unfound-\(unfound).mdb"))
                    }
                    unfound += 1
                }
            }
        }
        #expect(found > 20 && unfound > 0)
        // LMDB may die of what was not found, so it reads in another process.
        await #expect(processExitsWith: .success) {
            [
                folder = directory.path as String, count = min(60, unfound) as Int,
                expected = expected as UInt64
            ] in
            for number in 0..<count {
                let environment = try Environment.open(path: "\(folder)/unfound-\(number).mdb")
                let contents = try Damage.readWithLMDB(environment)
                #expect(Damage.fingerprint(contents) == expected, "unfound-\(number).mdb")
                // Free pages are used when something is written.
                let database = try environment.database("articles", create: false)
                for key in 0..<5 as Range<UInt8> {
                    try environment.write { transaction throws(LMDBError) in
                        try transaction.put(
                            [key],
                            [UInt8](repeating: key, count: 30_000),
                            in: database
                        )
                    }
                }
                let report = try DataFileCheck.check(path: environment.path)
                #expect(report.damage == [], "unfound-\(number).mdb")
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `the check survives any bytes`(seed: UInt64) throws {
        let patient = try Patient(seed: seed, path: path, transactionCount: 15)
        var random = SplitMix64(seed: seed)
        let pageCount = patient.bytes.count / 4096
        for _ in 0..<50 * fuzzFactor {
            let offset = Int.random(in: 0..<patient.bytes.count - 8, using: &random)
            let new: [UInt8]
            var place = offset
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                // Noise over a stretch.
                let count = min(
                    Int.random(in: 1...9000, using: &random),
                    patient.bytes.count - offset
                )
                new = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            case 1:
                // A page in the place of another.
                let page = Int.random(in: 0..<pageCount, using: &random)
                place = offset / 4096 * 4096
                new = [UInt8](patient.bytes[page * 4096..<(page + 1) * 4096])
            case 2:
                // A page number, a length or a count that might pass for one.
                let numbers: [UInt64] = [
                    0, 1, 2, UInt64(pageCount), 1 << 16, 1 << 32, 1 << 47, 1 << 63, .max,
                ]
                place = offset & ~1
                let number =
                    Bool.random(using: &random)
                    ? UInt64.random(in: 0...UInt64(pageCount), using: &random)
                    : numbers[Int.random(in: 0..<numbers.count, using: &random)]
                new = withUnsafeBytes(of: number) {
                    [UInt8]($0.prefix([2, 4, 8][Int(number % 3)]))
                }
            case 3:
                // The same in a page header or a meta page.
                place = offset / 4096 * 4096 + 2 * Int.random(in: 0..<80, using: &random)
                let number = UInt16.random(in: 0...4200, using: &random)
                new = withUnsafeBytes(of: number) { [UInt8]($0) }
            default:
                place = offset / 4096 * 4096
                new = [UInt8](repeating: Bool.random(using: &random) ? 0 : 0xFF, count: 4096)
            }
            try patient.damaged(new, at: place) {
                _ = try walk(path)
                _ = try DataFileCheck.check(path: path)
                _ = try DataFileCheck.salvage(path: path) { _, _, _, _ in }
            }
        }
        for byteCount in [0, 1, 151, 152, 4096, 4247, 4248, 8192, 10_000] {
            try #require(truncate(path, off_t(byteCount)) == 0)
            #expect(try DataFileCheck.check(path: path).isIntact == (byteCount == 0))
            let report = try DataFileCheck.salvage(path: path) { _, _, _, _ in }
            #expect(report.isIntact == (byteCount == 0))
        }
    }

    @Test func `a last page number out of all proportion asks for no memory`() throws {
        let patient = try Patient(seed: 9, path: path)
        for number in [1 << 40, (1 << 48) - 1, UInt64.max] as [UInt64] {
            for page in 0..<2 {
                try patient.damaged(
                    withUnsafeBytes(of: number) { [UInt8]($0) },
                    at: page * 4096 + 136
                ) {
                    let report = try DataFileCheck.check(path: path)
                    #expect(!report.isIntact)
                    #expect(throws: LMDBError.self) { try Environment.open(path: path) }
                }
            }
        }
    }

    @Test(arguments: [5, 7] as [UInt64])
    func `a file that LMDB left short of its last page is whole`(seed: UInt64) throws {
        var workload = try Workload(seed: seed, path: path)
        workload.largestValue = 500_000
        var shortCount = 0
        for _ in 0..<40 * fuzzFactor {
            try workload.transaction()
            let report = try DataFileCheck.check(path: path)
            #expect(report.damage == [], "seed \(seed)")
            var status = stat()
            try #require(stat(path, &status) == 0)
            guard UInt64(status.st_size) < report.pageCount * UInt64(report.pageByteCount) else {
                continue
            }
            shortCount += 1
            try workload.reopen(elsewhere: directory.file("other.mdb"))
            let contents = try Self.readWithLMDB(workload.environment)
            let isSame = contents == workload.contents
            #expect(isSame, "seed \(seed)")
        }
        // Otherwise this tests nothing.
        #expect(shortCount > 0, "seed \(seed)")
    }

    @Test func `a file that is being written is intact`() async throws {
        let path = path
        var workload = try Workload(seed: 7, path: path)
        workload.largestValue = 60_000
        let writing = Task { [workload] in
            var workload = workload
            while !Task.isCancelled { try workload.transaction() }
        }
        for _ in 0..<40 {
            #expect(try DataFileCheck.check(path: path).damage == [])
        }
        writing.cancel()
        try await writing.value
    }

    @Test func `a file that is not there or no file is an error`() throws {
        #expect(throws: LMDBError.notFound(path: path)) { try DataFileCheck.check(path: path) }
        #expect(throws: LMDBError.notARegularFile(path: directory.path)) {
            try DataFileCheck.check(path: directory.path)
        }
    }
}
