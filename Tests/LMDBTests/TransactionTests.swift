import LMDB
import TestSupport
import Testing

@Suite struct `Transactions` {
    let directory = TemporaryDirectory()

    func open(_ change: (inout Environment.Options) -> Void = { _ in }) throws -> Environment {
        var options = Environment.Options()
        change(&options)
        return try Environment.open(path: directory.file("data.mdb"), options: options)
    }

    @Test func `a committed value is found by a later reader`() throws {
        let environment = try open()
        let database = try environment.database("values", create: true)
        try environment.write { transaction throws(LMDBError) in
            try transaction.put([1, 2, 3], [9, 8], in: database)
        }
        let found = try environment.read { transaction throws(LMDBError) in
            try transaction.value(for: [1, 2, 3], in: database)
        }
        #expect(found == [9, 8])
    }

    @Test func `a body that throws leaves nothing behind`() throws {
        let environment = try open()
        let database = try environment.database("values", create: true)
        #expect(throws: LMDBError.keyExists(database: "values")) {
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([1], [1], in: database)
                try transaction.put([1], [2], in: database, overwrite: false)
            }
        }
        let isEmpty = try environment.read { transaction throws(LMDBError) in
            try transaction.isEmpty(database)
        }
        #expect(isEmpty)
    }

    @Test func `a value is filled in place and read in place`() throws {
        let environment = try open()
        let database = try environment.database("blocks", create: true, integerKeys: true)
        let byteCount = 4 << 20
        try environment.write { transaction throws(LMDBError) in
            try transaction.put(7 as UInt64, byteCount: byteCount, in: database) { destination in
                destination.withUnsafeMutableBytes { bytes in
                    for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index) }
                }
            }
        }
        let sum = try environment.read { transaction throws(LMDBError) in
            try transaction.withValue(for: 7 as UInt64, in: database) { value in
                value.withUnsafeBytes { $0.reduce(0) { $0 + Int($1) } }
            }
        }
        #expect(sum == byteCount / 256 * (255 * 256 / 2))
    }
}
