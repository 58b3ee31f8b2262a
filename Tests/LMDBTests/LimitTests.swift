import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `Limits` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    @Test func `a full map is an error, and what was there before stays`() throws {
        var options = Environment.Options()
        options.mapByteCount = 1 << 18
        let environment = try Environment.open(path: path, options: options)
        let database = try environment.database("values", create: true)
        try environment.write { transaction throws(LMDBError) in
            try transaction.put([0], [1, 2, 3], in: database)
        }
        #expect(throws: LMDBError.mapFull(path: path, mapByteCount: 1 << 18)) {
            try environment.write { transaction throws(LMDBError) in
                for key in 1..<200 as Range<UInt8> {
                    try transaction.put([key], [UInt8](repeating: key, count: 3000), in: database)
                }
            }
        }
        #expect(throws: LMDBError.badTransaction(path: path)) {
            try environment.write { transaction throws(LMDBError) in
                do throws(LMDBError) {
                    try transaction.put([1], byteCount: 1 << 20, in: database) { _ in }
                } catch {
                    // A body that goes on regardless cannot commit.
                }
                try transaction.put([2], [2], in: database)
            }
        }
        try environment.write { transaction throws(LMDBError) in
            #expect(try transaction.entryCount(in: database) == 1)
            #expect(try transaction.value(for: [0], in: database) == [1, 2, 3])
            try transaction.put([3], [3], in: database)
        }
        #expect(try DataFileCheck.check(path: path).damage == [])
    }

    @Test func `one reader too many is an error`() throws {
        var options = Environment.Options()
        options.maximumReaderCount = 2
        let environment = try Environment.open(path: path, options: options)
        let maximum = try environment.information().maximumReaderCount
        try environment.read { _ throws(LMDBError) in
            try environment.read { _ throws(LMDBError) in
                #expect(throws: LMDBError.readersFull(path: path, maximumReaderCount: maximum)) {
                    try environment.read { _ in }
                }
                #expect(try environment.readers().count == 2)
            }
            #expect(throws: Never.self) { try environment.read { _ in } }
        }
        #expect(maximum == 2)
    }

    @Test func `the oldest reader is told`() throws {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        #expect(try environment.oldestReaderTransaction() == nil)
        let first = try environment.read { transaction throws(LMDBError) in
            for number in 0..<3 as Range<UInt8> {
                try environment.write { writer throws(LMDBError) in
                    try writer.put([number], [], in: database)
                }
            }
            #expect(try environment.oldestReaderTransaction() == transaction.identifier)
            return transaction.identifier
        }
        #expect(try environment.information().lastTransaction == first + 3)
    }

    @Test func `a disk that is full is an error, and what was there before stays`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(path: path)
            let database = try environment.database("values", create: true)
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([0], [1, 2, 3], in: database)
            }
            // A limit on the file's length stands for the end of the disk.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 300_000, rlim_max: rlim_t.max)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            for attempt in 0..<20 as Range<UInt8> {
                do {
                    try environment.write { transaction throws(LMDBError) in
                        for key in 1..<50 as Range<UInt8> {
                            let byteCount = 1000 * Int(attempt + key)
                            try transaction.put(
                                [key],
                                [UInt8](repeating: key, count: byteCount),
                                in: database
                            )
                        }
                    }
                    Issue.record("the transaction fits")
                } catch LMDBError.system(_, path, let code) {
                    #expect([EFBIG, EIO, ENOSPC].contains(code))
                }
                #expect(try DataFileCheck.check(path: path).damage == [])
            }
            limit.rlim_cur = rlim_t.max
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            try environment.write { transaction throws(LMDBError) in
                #expect(try transaction.entryCount(in: database) == 1)
                #expect(try transaction.value(for: [0], in: database) == [1, 2, 3])
                try transaction.put([1], [UInt8](repeating: 1, count: 1 << 20), in: database)
            }
            #expect(try DataFileCheck.check(path: path).damage == [])
        }
    }
}
