import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `Several processes` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    @Test func `what another process commits is seen`() async throws {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(path: path)
            let database = try environment.database("values", create: false)
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([1], [2], in: database)
            }
        }
        let found = try environment.read { transaction throws(LMDBError) in
            try transaction.value(for: [1], in: database)
        }
        #expect(found == [2])
    }

    /// Two values that are always written together.
    static func writePair(_ number: UInt8, _ environment: Environment, _ database: Database) throws
    {
        try environment.write { transaction throws(LMDBError) in
            try transaction.put([1], [UInt8](repeating: number, count: 6000), in: database)
            try transaction.put([2], [UInt8](repeating: number, count: 10), in: database)
        }
    }

    @Test func `readers in another process see whole transactions while this one writes`()
        async throws
    {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        try Self.writePair(0, environment, database)
        async let reader: ExitTest.Result? = #expect(processExitsWith: .success) {
            [path = path as String] in
            let environment = try Environment.open(path: path)
            let database = try environment.database("values", create: false)
            var seen: Set<UInt8> = []
            for _ in 0..<3000 {
                let pair = try environment.read { transaction throws(LMDBError) in
                    let first = try transaction.value(for: [1], in: database) ?? []
                    let second = try transaction.value(for: [2], in: database) ?? []
                    return (first.first, first.last, second.first, second.last)
                }
                #expect(pair.0 != nil && pair.0 == pair.1 && pair.0 == pair.2 && pair.0 == pair.3)
                seen.formUnion([pair.0 ?? 0])
                let report = try seen.count % 8 == 7 ? DataFileCheck.check(path: path) : nil
                #expect(report?.damage ?? [] == [])
            }
        }
        for number in 1..<200 as Range<UInt8> {
            try Self.writePair(number, environment, database)
        }
        _ = await reader
        #expect(try DataFileCheck.check(path: path).damage == [])
    }

    @Test func `the slot of a killed reader is cleared`() async throws {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let environment = try Environment.open(path: path)
            try environment.read { _ in _ = kill(getpid(), SIGKILL) }
        }
        #expect(try environment.readers().count == 1)
        let stale = try environment.oldestReaderTransaction()
        try Self.writePair(1, environment, database)
        #expect(try environment.information().lastTransaction == (stale ?? 0) + 1)
        #expect(try environment.clearStaleReaders() == 1)
        #expect(try environment.readers() == [])
        #expect(try environment.oldestReaderTransaction() == nil)
    }

    @Test func `a table full of killed readers is cleared by the next reader`() async throws {
        var options = Environment.Options()
        options.maximumReaderCount = 2
        let environment = try Environment.open(path: path, options: options)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let environment = try Environment.open(path: path)
            try environment.read { _ throws(LMDBError) in
                try environment.read { _ in _ = kill(getpid(), SIGKILL) }
            }
        }
        #expect(try environment.readers().count == 2)
        try environment.read { _ throws(LMDBError) in
            #expect(try environment.readers().map(\.process) == [getpid()])
        }
    }

    @Test func `opening clears the slots of killed readers`() async throws {
        // A process that lives on keeps the reader table from being made anew.
        let environment = try Environment.open(path: path)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let environment = try Environment.open(path: path)
            try environment.read { _ in _ = kill(getpid(), SIGKILL) }
        }
        #expect(try environment.readers().count == 1)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(path: path)
            #expect(try environment.readers() == [])
        }
    }

    @Test func `a writer killed inside its transaction leaves the old state and a free lock`()
        async throws
    {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        try Self.writePair(1, environment, database)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let environment = try Environment.open(path: path)
            let database = try environment.database("values", create: false)
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([1], [9], in: database)
                _ = kill(getpid(), SIGKILL)
            }
        }
        let found = try environment.write { transaction throws(LMDBError) in
            try transaction.value(for: [1], in: database)?.first
        }
        #expect(found == 1)
        #expect(try DataFileCheck.check(path: path).damage == [])
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a process killed at any moment leaves whole transactions`(seed: UInt64) async throws {
        let delay = 2_000 + 17_000 * UInt32(seed)
        await #expect(processExitsWith: .signal(SIGALRM)) {
            [path = path as String, seed = seed as UInt64, delay = delay as UInt32] in
            var workload = try Workload(seed: seed, path: path)
            ualarm(delay, 0)
            while true { try workload.transaction() }
        }
        let (entries, report) = try walk(path)
        #expect(report.damage == [], "seed \(seed)")
        #expect(report.lostPageCount == 0, "seed \(seed)")
        #expect(Damage.isCredible(entries), "seed \(seed)")
        // The same transactions again, up to the last one that was committed.
        var again = try Workload(seed: seed, path: directory.file("again.mdb"))
        while try again.environment.information().lastTransaction < report.transaction {
            try again.transaction()
        }
        let isSame = again.contents == entries
        #expect(isSame, "seed \(seed)")
    }

    @Test func `a fork can do nothing with its parent's environment`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(path: path)
            let database = try environment.database("values", create: true)
            try Self.writePair(1, environment, database)
            let status = Self.inFork {
                let calls: [() throws -> Void] = [
                    { try environment.read { _ in } },
                    { try environment.write { _ in } },
                    { _ = try environment.database("values", create: false) },
                    { _ = try environment.information() },
                    { _ = try environment.readers() },
                    { _ = try environment.clearStaleReaders() },
                    { try environment.sync() },
                    { try environment.copy(to: path + "-copy") },
                    { _ = try Environment.open(path: path) },
                ]
                return calls.allSatisfy { call in
                    do {
                        try call()
                        return false
                    } catch {
                        return error as? LMDBError == .usedAfterFork(path: path)
                    }
                }
            }
            #expect(status == 0)
            // A fork inside a transaction cannot go on with it, nor end it for the parent.
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([3], [3], in: database)
                let status = Self.inFork {
                    do throws(LMDBError) {
                        _ = try transaction.value(for: [3], in: database)
                        return false
                    } catch {
                        return error == .usedAfterFork(path: path)
                    }
                }
                #expect(status == 0)
            }
            try environment.read { transaction throws(LMDBError) in
                let status = Self.inFork { (try? transaction.entryCount(in: database)) == nil }
                #expect(status == 0)
                #expect(try environment.readers().count == 1)
                #expect(try transaction.value(for: [3], in: database) == [3])
            }
        }
    }

    /// Runs `body` in a fork, which exits with 0 if it returns true.
    static func inFork(_ body: () -> Bool) -> Int32 {
        // Swift hides `fork` for good reasons, which are what is tested here.
        guard let symbol = dlsym(nil, "fork") else { return -1 }
        let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
        let child = fork()
        if child == 0 { _exit(body() ? 0 : 1) }
        var status: Int32 = -1
        waitpid(child, &status, 0)
        return status
    }
}
