import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `Shrinking a file` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    static func byteCount(_ path: String) throws -> Int {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_size
    }

    /// An environment with few pages in use and many free ones.
    func makeWastefulFile() throws -> LinkedValues {
        let values = try LinkedValues(try Environment.open(path: path), create: true)
        var random = SplitMix64(seed: 1)
        for _ in 0..<20 { try values.write(&random) }
        let other = try values.environment.database("other", create: true)
        try values.environment.write { transaction throws(LMDBError) in
            try transaction.put([1], [UInt8](repeating: 1, count: 3 << 20), in: other)
        }
        try values.environment.write { transaction throws(LMDBError) in
            try transaction.deleteAll(in: other)
        }
        return values
    }

    @Test func `a file without its free pages is small, and everything goes on`() throws {
        let values = try makeWastefulFile()
        let environment = values.environment
        var random = SplitMix64(seed: 2)
        chmod(path, 0o640)
        let before = try environment.information()
        #expect(try environment.freePageCount() > 700)
        let byteCount = try Self.byteCount(path)
        let outcome = try environment.shrink()
        let smaller = try Self.byteCount(path)
        #expect(
            outcome
                == .done(byteCountBefore: UInt64(byteCount), byteCountAfter: UInt64(smaller))
        )
        #expect(byteCount > 3 << 20 && smaller < 1 << 20)
        #expect(access(path + "-shrinking", F_OK) != 0)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)

        let after = try environment.information()
        #expect(after.lastTransaction == before.lastTransaction)
        #expect((Int(after.lastPageNumber) + 1) * after.pageByteCount == smaller)
        #expect(try environment.freePageCount() == 0)
        #expect(try values.read() == 20)
        #expect(try environment.read { $0.identifier } == before.lastTransaction)
        #expect(try values.write(&random) == 21)
        #expect(try environment.information().lastTransaction == before.lastTransaction + 1)
        #expect(try environment.lastTransaction() == before.lastTransaction + 1)
        #expect(try values.read() == 21)
        #expect(try DataFileCheck.check(path: path).damage == [])
        #expect(try DataFileCheck.check(path: path).lostPageCount == 0)
        let again = try Environment.open(path: path)
        #expect(try LinkedValues(again).read() == 21)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `whatever it holds is there afterwards, in a file that is intact`(seed: UInt64) throws {
        var workload = try Workload(seed: seed, path: path)
        if seed > 2 { workload.largestValue = 300_000 }
        var lastTransaction: UInt64 = 0
        var doneCount = 0
        for _ in 0..<15 * fuzzFactor {
            for _ in 0..<4 { try workload.transaction() }
            let before = try walk(path)
            if case .done = try workload.environment.shrink() {
                doneCount += 1
                let after = try walk(path)
                #expect(after.report.damage == [], "seed \(seed)")
                #expect(after.report.lostPageCount + after.report.freePageCount == 0)
                #expect(after.report.transaction == before.report.transaction, "seed \(seed)")
                let isSame = after.entries == workload.contents
                #expect(isSame, "seed \(seed)")
                #expect(
                    UInt64(try Self.byteCount(path))
                        == after.report.pageCount * UInt64(after.report.pageByteCount)
                )
            }
            let isSame = try Damage.readWithLMDB(workload.environment) == workload.contents
            #expect(isSame, "seed \(seed)")
            let transaction = try workload.environment.information().lastTransaction
            #expect(transaction >= lastTransaction, "seed \(seed)")
            lastTransaction = transaction
        }
        #expect(doneCount > 5, "seed \(seed)")
    }

    @Test func `an empty environment and one without free pages stay as they are`() throws {
        let environment = try Environment.open(path: path)
        #expect(try environment.shrink() == .nothingToGain)
        let database = try environment.database("values", create: true)
        try environment.write { transaction throws(LMDBError) in
            for key in 0..<50 as Range<UInt8> {
                try transaction.put([key], [UInt8](repeating: key, count: 1000), in: database)
            }
        }
        // The first pages of the main tree and of the database have been written anew.
        _ = try environment.shrink()
        let identity = try Self.byteCount(path)
        #expect(try environment.shrink() == .nothingToGain)
        #expect(try Self.byteCount(path) == identity)
    }

    @Test func `a file with a hard link stays, and a symbolic link stays one`() throws {
        let values = try makeWastefulFile()
        try #require(link(path, directory.file("other.mdb")) == 0)
        #expect(try values.environment.shrink() == .nothingToGain)
        try #require(unlink(directory.file("other.mdb")) == 0)

        let elsewhere = TemporaryDirectory()
        let real = elsewhere.file("real.mdb")
        try values.environment.copy(to: real)
        let symbolic = directory.file("link.mdb")
        try #require(symlink(real, symbolic) == 0)
        let environment = try Environment.open(path: symbolic)
        guard case .done = try environment.shrink() else {
            Issue.record("not shrunk")
            return
        }
        var status = stat()
        #expect(lstat(symbolic, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(try Self.byteCount(real) < 1 << 20)
        #expect(try LinkedValues(environment).read() == 20)
    }

    @Test func `other handles and transactions of the process keep the file as it is`() throws {
        let values = try makeWastefulFile()
        let environment = values.environment
        do {
            let other = try Environment.open(path: path)
            #expect(try environment.shrink() == .inUseHere)
            #expect(try other.shrink() == .inUseHere)
        }
        try environment.read { _ throws(LMDBError) in
            #expect(try environment.shrink() == .inUseHere)
        }
        try environment.write { _ throws(LMDBError) in
            #expect(try environment.shrink() == .inUseHere)
        }
        guard case .done = try environment.shrink() else {
            Issue.record("not shrunk")
            return
        }
        #expect(try values.read() == 20)
        var options = Environment.Options()
        options.readOnly = true
        let reader = try Environment.open(path: path, options: options)
        #expect(throws: LMDBError.readOnly(path: path)) { try reader.shrink() }
    }

    @Test func `transactions in other threads wait or go first`() throws {
        let values = try makeWastefulFile()
        let threads = (0..<3).map { number in
            Beside {
                var random = SplitMix64(seed: UInt64(number))
                for _ in 0..<200 {
                    if number == 0 {
                        try values.write(&random)
                    } else {
                        #expect(try values.read() ?? 0 >= 20)
                    }
                    if number == 1 { _ = try values.environment.information() }
                }
            }
        }
        var doneCount = 0
        while doneCount < 10 {
            switch try values.environment.shrink() {
            case .done: doneCount += 1
            case .inUseHere: usleep(100)
            case .nothingToGain, .inUseElsewhere: break
            }
            if try values.environment.freePageCount() == 0 {
                var random = SplitMix64(seed: UInt64(doneCount))
                try values.write(&random)
            }
        }
        for thread in threads { try thread.finish() }
        #expect(try values.read() ?? 0 > 200)
        #expect(try DataFileCheck.check(path: path).damage == [])
    }

    @Test func `another process that has it open keeps the file as it is`() async throws {
        let values = try makeWastefulFile()
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(path: path)
            #expect(try environment.shrink() == .inUseElsewhere)
            // A process that was refused is as good as before.
            #expect(try LinkedValues(environment).read() == 20)
        }
        guard case .done = try values.environment.shrink() else {
            Issue.record("not shrunk")
            return
        }
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(path: path)
            var random = SplitMix64(seed: 3)
            #expect(try LinkedValues(environment).write(&random) == 21)
        }
        #expect(try values.read() == 21)
    }

    @Test func `what a killed process has left is removed by the next writer`() throws {
        let leftover = path + "-shrinking"
        do {
            _ = try makeWastefulFile()
        }
        try Patient.write([1, 2, 3], to: leftover)
        var options = Environment.Options()
        options.readOnly = true
        do {
            _ = try Environment.open(path: path, options: options)
            #expect(access(leftover, F_OK) == 0)
        }
        let environment = try Environment.open(path: path)
        #expect(access(leftover, F_OK) != 0)
        try Patient.write([1, 2, 3], to: leftover)
        guard case .done = try environment.shrink() else {
            Issue.record("not shrunk")
            return
        }
        #expect(access(leftover, F_OK) != 0)
    }

    @Test func `a damaged file is left alone`() throws {
        let patient = try Patient(seed: 6, path: path)
        var random = SplitMix64(seed: 6)
        var isDamaged = false
        while !isDamaged {
            let page = Int.random(in: 2..<patient.bytes.count / 4096, using: &random)
            try patient.write([UInt8](repeating: 0xFF, count: 16)[...], at: page * 4096)
            isDamaged = try !DataFileCheck.check(path: path).isIntact
        }
        let environment = try Environment.open(path: path)
        #expect {
            try environment.shrink()
        } throws: { error in
            if case .corrupted? = error as? LMDBError { true } else { false }
        }
        #expect(access(path + "-shrinking", F_OK) != 0)
        #expect(try environment.information().lastTransaction > 0)
    }
}
