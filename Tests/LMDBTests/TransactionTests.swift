import LMDB
import TestSupport
import Testing

@Suite struct `Transactions` {
    let directory = TemporaryDirectory()
    let environment: Environment
    let database: Database
    let integers: Database

    init() throws {
        environment = try Environment.open(path: directory.file("data.mdb"))
        database = try environment.database("values", create: true)
        integers = try environment.database("integers", create: true, integerKeys: true)
    }

    func put(_ entries: [([UInt8], [UInt8])]) throws {
        try environment.write { transaction throws(LMDBError) in
            for (key, value) in entries { try transaction.put(key, value, in: database) }
        }
    }

    func value(_ key: [UInt8]) throws -> [UInt8]? {
        try environment.read { transaction throws(LMDBError) in
            try transaction.value(for: key, in: database)
        }
    }

    @Test func `a committed value is found by a later reader`() throws {
        try put([([1, 2, 3], [9, 8])])
        #expect(try value([1, 2, 3]) == [9, 8])
        #expect(try value([1, 2]) == nil)
    }

    @Test func `a body that throws leaves nothing behind`() throws {
        #expect(throws: LMDBError.keyExists(database: "values")) {
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([1], [1], in: database)
                try transaction.put([1], [2], in: database, overwrite: false)
            }
        }
        #expect(try value([1]) == nil)
    }

    @Test func `a reader sees the state that it began with`() throws {
        try put([([1], [1])])
        let seen = try environment.read { transaction throws(LMDBError) in
            try environment.write { writer throws(LMDBError) in
                try writer.put([1], [2], in: database)
                try writer.put([2], [2], in: database)
            }
            return (
                try transaction.value(for: [1], in: database),
                try transaction.contains([2], in: database),
                try transaction.entryCount(in: database)
            )
        }
        #expect(seen == ([1], false, 1))
        #expect(try value([1]) == [2])
    }

    @Test func `a writer sees its own changes`() throws {
        try environment.write { transaction throws(LMDBError) in
            #expect(try transaction.isEmpty(database))
            try transaction.put([5], [5], in: database)
            #expect(try transaction.value(for: [5], in: database) == [5])
            #expect(try transaction.delete([5], in: database))
            #expect(try !transaction.delete([5], in: database))
        }
    }

    @Test func `a value is filled in place and read in place`() throws {
        let byteCount = 4 << 20
        try environment.write { transaction throws(LMDBError) in
            try transaction.put(7 as UInt64, byteCount: byteCount, in: integers) { destination in
                destination.withUnsafeMutableBytes { bytes in
                    _ = bytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
                }
            }
        }
        let isRight = try environment.read { transaction throws(LMDBError) in
            try transaction.withValue(for: 7 as UInt64, in: integers) { value in
                value.byteCount == byteCount
                    && value.withUnsafeBytes { bytes in
                        stride(from: 0, to: byteCount, by: 509).allSatisfy { bytes[$0] == 0xA5 }
                    }
            }
        }
        #expect(isRight == true)
    }

    @Test func `a value that was reserved and not filled cannot be committed`() throws {
        struct Stop: LMDBErrorConvertible, Equatable {
            var cause: LMDBError?
            init() {}
            init(_ error: LMDBError) { cause = error }
        }
        #expect(throws: LMDBError.badTransaction(path: environment.path)) {
            try environment.write { transaction throws(LMDBError) in
                do throws(Stop) {
                    try transaction.put([1], byteCount: 100, in: database) { _ throws(Stop) in
                        throw Stop()
                    }
                } catch {
                    #expect(error == Stop())
                }
            }
        }
        #expect(try value([1]) == nil)
    }

    @Test func `empty values and values of every size around a page are kept`() throws {
        let sizes = [0, 1, 2, 2013, 2014, 4079, 4080, 4081, 8176, 8177, 100_000]
        try put(
            sizes.map {
                ([UInt8($0 & 0xFF), UInt8($0 >> 8 & 0xFF)], [UInt8](repeating: 7, count: $0))
            }
        )
        for size in sizes {
            #expect(try value([UInt8(size & 0xFF), UInt8(size >> 8 & 0xFF)])?.count == size)
        }
    }

    @Test func `a key is 1 to 511 bytes long`() throws {
        let longest = [UInt8](repeating: 1, count: 511)
        try put([(longest, [1])])
        #expect(try value(longest) == [1])
        for byteCount in [0, 512] {
            let expected = LMDBError.keySize(database: "values", byteCount: byteCount, maximum: 511)
            #expect(throws: expected) { try put([([UInt8](repeating: 1, count: byteCount), [1])]) }
            #expect(throws: expected) { try value([UInt8](repeating: 1, count: byteCount)) }
        }
    }

    @Test func `integer and byte keys are not mixed`() throws {
        #expect(throws: LMDBError.wrongKeyKind(database: "integers", hasIntegerKeys: true)) {
            try environment.read { transaction throws(LMDBError) in
                try transaction.value(for: [0, 0, 0, 0, 0, 0, 0, 1], in: integers)
            }
        }
        #expect(throws: LMDBError.wrongKeyKind(database: "values", hasIntegerKeys: false)) {
            try environment.write { transaction throws(LMDBError) in
                try transaction.put(1 as UInt64, [1], in: database)
            }
        }
        #expect(throws: LMDBError.wrongKeyKind(database: "integers", hasIntegerKeys: true)) {
            try environment.read { transaction throws(LMDBError) in
                try transaction.forEach(in: integers) { _, _ in .continue }
            }
        }
    }

    @Test func `a write inside a write on the same thread is refused`() throws {
        let path = environment.path
        try environment.write { transaction throws(LMDBError) in
            #expect(throws: LMDBError.nestedWrite(path: path)) { try environment.write { _ in } }
            #expect(throws: LMDBError.nestedWrite(path: path)) {
                try environment.database("another", create: true)
            }
            #expect(throws: LMDBError.nestedWrite(path: path)) {
                try environment.copy(to: path + "-copy")
            }
            try transaction.put([1], [1], in: database)
        }
        #expect(try value([1]) == [1])
    }

    @Test func `writers on many threads take turns`() async throws {
        try put([([0], [0, 0])])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<25 {
                        #expect(throws: Never.self) {
                            try environment.write { transaction throws(LMDBError) in
                                let old = try transaction.value(for: [0], in: database) ?? [0, 0]
                                let count = Int(old[0]) + 256 * Int(old[1]) + 1
                                let new = [UInt8(count & 0xFF), UInt8(count >> 8)]
                                try transaction.put([0], new, in: database)
                            }
                        }
                    }
                }
            }
        }
        #expect(try value([0]) == [200, 0])
    }

    @Test func `a database of another environment is refused`() throws {
        let other = try Environment.open(path: directory.file("other.mdb"))
        #expect(throws: LMDBError.wrongEnvironment(database: "values")) {
            try other.read { transaction throws(LMDBError) in
                try transaction.entryCount(in: database)
            }
        }
    }
}
