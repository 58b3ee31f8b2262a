import LMDB
import TestSupport
import Testing

@Suite struct `Databases` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    /// Opens databases by many threads at once, and looks whether each finds its own name in its own.
    private func openAtOnce(_ names: [String], create: Bool) async throws {
        let environment = try Environment.open(path: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                group.addTask {
                    let database = try environment.database(name, create: create)
                    try environment.write { transaction throws(LMDBError) in
                        try transaction.put([UInt8](name.utf8), [], in: database)
                    }
                }
            }
            try await group.waitForAll()
        }
        for name in names {
            let database = try environment.database(name, create: false)
            try environment.read { transaction throws(LMDBError) in
                #expect(try transaction.contains([UInt8](name.utf8), in: database), "\(name)")
                #expect(try transaction.entryCount(in: database) == 1, "\(name)")
            }
        }
    }

    @Test func `databases that threads open at once are different ones`() async throws {
        let names = (0..<24).map { "database \($0)" }
        // Twice: made by the threads, and then only opened by them.
        try await openAtOnce(names, create: true)
        for _ in 0..<20 { try await openAtOnce(names, create: false) }
    }
}
