import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `Opening an environment` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    func options(_ change: (inout Environment.Options) -> Void) -> Environment.Options {
        var options = Environment.Options()
        change(&options)
        return options
    }

    /// A closed file with `count` values of 3,000 bytes, in as many transactions.
    func makeFile(count: Int) throws {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        for number in 0..<count {
            try environment.write { transaction throws(LMDBError) in
                try transaction.put(
                    [UInt8(number)],
                    [UInt8](repeating: 3, count: 3000),
                    in: database
                )
            }
        }
    }

    func patch(_ offset: Int, _ change: (UInt8) -> UInt8) throws {
        let descriptor = Glibc.open(path, O_RDWR)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var byte: UInt8 = 0
        try #require(pread(descriptor, &byte, 1, off_t(offset)) == 1)
        byte = change(byte)
        try #require(pwrite(descriptor, &byte, 1, off_t(offset)) == 1)
    }

    @Test func `what was written is there after reopening`() throws {
        try makeFile(count: 5)
        let environment = try Environment.open(path: path, options: options { $0.readOnly = true })
        let database = try environment.database("values", create: false)
        let count = try environment.read { transaction throws(LMDBError) in
            try transaction.entryCount(in: database)
        }
        #expect(count == 5)
        #expect(throws: LMDBError.readOnly(path: path)) { try environment.write { _ in } }
        #expect(throws: LMDBError.readOnly(path: path)) { try environment.sync() }
        #expect(throws: LMDBError.databaseNotFound(path: path, name: "other")) {
            try environment.database("other", create: true)
        }
    }

    @Test func `a file opened twice, by whatever path, is one environment`() throws {
        let first = try Environment.open(path: path, options: options { $0.maximumReaderCount = 7 })
        #expect(symlink(path, directory.file("link.mdb")) == 0)
        #expect(link(path, directory.file("other.mdb")) == 0)
        let second = try Environment.open(path: directory.file("link.mdb"))
        let third = try Environment.open(
            path: directory.file("other.mdb"),
            options: options { $0.readOnly = true }
        )
        let database = try first.database("values", create: true)
        try second.write { transaction throws(LMDBError) in
            try transaction.put([1], [1], in: database)
            #expect(throws: LMDBError.nestedWrite(path: path)) { try first.write { _ in } }
        }
        try third.read { transaction throws(LMDBError) in
            #expect(try transaction.contains([1], in: database))
        }
        #expect(try third.information().maximumReaderCount == 7)
        #expect(throws: LMDBError.readOnly(path: path)) { try third.write { _ in } }
    }

    @Test func `a file put in the place of an open one waits for that to be closed`() throws {
        try makeFile(count: 1)
        var environment = try Environment.open(path: path)
        try environment.copy(to: directory.file("copy.mdb"))
        #expect(rename(directory.file("copy.mdb"), path) == 0)
        #expect {
            try Environment.open(path: path)
        } throws: { error in
            if case .notAnEnvironment(path + "-lock", _)? = error as? LMDBError {
                true
            } else {
                false
            }
        }
        environment = try Environment.open(path: directory.file("other.mdb"))
        #expect(throws: Never.self) { try Environment.open(path: path) }
    }

    @Test func `an environment opened read-only first can be opened for writing beside it`() throws
    {
        try makeFile(count: 1)
        let reader = try Environment.open(path: path, options: options { $0.readOnly = true })
        let database = try reader.database("values", create: false)
        let writer = try Environment.open(path: path)
        try writer.write { transaction throws(LMDBError) in
            try transaction.delete([0], in: database)
        }
        #expect(
            try reader.read { transaction throws(LMDBError) in try transaction.isEmpty(database) }
        )
    }

    @Test func `an empty file becomes an environment, unless it is only to be read`() throws {
        let descriptor = Glibc.open(path, O_CREAT | O_WRONLY, 0o644)
        close(descriptor)
        #expect(throws: LMDBError.notAnEnvironment(path: path, reason: "the file is empty")) {
            try Environment.open(path: path, options: options { $0.readOnly = true })
        }
        #expect(throws: Never.self) { try Environment.open(path: path) }
    }

    @Test func `what is not there or is no file is refused by name`() throws {
        #expect(throws: LMDBError.notFound(path: path)) {
            try Environment.open(path: path, options: options { $0.readOnly = true })
        }
        let missing = directory.file("missing/data.mdb")
        #expect(throws: LMDBError.notFound(path: missing)) { try Environment.open(path: missing) }
        #expect(throws: LMDBError.notARegularFile(path: directory.path)) {
            try Environment.open(path: directory.path)
        }
        #expect(mkdir(path + "-lock", 0o755) == 0)
        #expect(throws: LMDBError.notARegularFile(path: path + "-lock")) {
            try Environment.open(path: path)
        }
    }

    @Test func `files without permission are refused by name`() async throws {
        try makeFile(count: 1)
        chmod(directory.path, 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Root may do everything: be somebody else.
            if geteuid() == 0 { try #require(setuid(65534) == 0) }
            #expect(throws: LMDBError.permissionDenied(path: path + "-lock", code: EACCES)) {
                try Environment.open(path: path)
            }
        }
        chmod(path, 0o600)
        await #expect(processExitsWith: .success) { [path = path as String] in
            if geteuid() == 0 {
                try #require(setuid(65534) == 0)
            } else {
                chmod(path, 0)
            }
            #expect(throws: LMDBError.permissionDenied(path: path, code: EACCES)) {
                try Environment.open(path: path)
            }
        }
    }

    @Test func `another version is refused with its number`() throws {
        try makeFile(count: 1)
        try patch(20) { _ in 7 }
        #expect(throws: LMDBError.versionMismatch(path: path, expected: 1, found: 7)) {
            try Environment.open(path: path)
        }
    }

    @Test func `a foreign file is refused`() throws {
        try makeFile(count: 1)
        try patch(16) { $0 ^ 1 }
        #expect(
            throws: LMDBError.notAnEnvironment(
                path: path,
                reason: "page 0 has no LMDB magic number"
            )
        ) {
            try Environment.open(path: path)
        }
    }

    @Test(arguments: [1, 100, 4096, 5000, 8191, 8192, 12_288, 40_000])
    func `a truncated file is refused with both lengths`(byteCount: Int) throws {
        try makeFile(count: 20)
        var status = stat()
        try #require(stat(path, &status) == 0 && status.st_size > 40_960)
        let whole = UInt64(status.st_size)
        try #require(truncate(path, off_t(byteCount)) == 0)
        // Two meta pages of 152 bytes tell how long the file should be.
        let expected = byteCount < 4096 + 152 ? 8192 : whole
        #expect(
            throws: LMDBError.truncated(
                path: path,
                expectedByteCount: expected,
                foundByteCount: UInt64(byteCount)
            )
        ) { try Environment.open(path: path) }
        #expect(try !DataFileCheck.check(path: path).isIntact)
    }

    @Test func `a flipped bit anywhere in a meta page is refused, found or harmless`() throws {
        try makeFile(count: 3)
        let before = try walk(path).entries
        // Three has no factor in common with the bits of a byte: every byte gets its turn.
        for bit in stride(from: 0, to: 2 * 152 * 8, by: 3) {
            let offset = bit / 8 % 152 + bit / (152 * 8) * 4096
            try patch(offset) { $0 ^ 1 << (bit % 8) }
            let found = try walk(path)
            // What opening refuses is damage to the check as well.
            if (try? Environment.open(path: path)) == nil {
                #expect(!found.report.isIntact, "byte \(offset), bit \(bit % 8)")
            }
            let isSame = found.entries == before
            #expect(isSame || !found.report.isIntact, "byte \(offset), bit \(bit % 8)")
            try patch(offset) { $0 ^ 1 << (bit % 8) }
        }
    }

    @Test func `a map that the system refuses is halved until it fits`() throws {
        let environment = try Environment.open(
            path: path,
            options: options { $0.mapByteCount = 1 << 60 }
        )
        let mapByteCount = try environment.information().mapByteCount
        #expect(mapByteCount < 1 << 60 && mapByteCount >= 1 << 30)
    }

    @Test func `a database keeps its kind of keys`() throws {
        var environment = try Environment.open(path: path)
        _ = try environment.database("values", create: true)
        #expect(throws: LMDBError.wrongKeyKind(database: "values", hasIntegerKeys: false)) {
            try environment.database("values", create: true, integerKeys: true)
        }
        environment = try Environment.open(path: directory.file("other.mdb"))
        environment = try Environment.open(path: path)
        #expect {
            try environment.database("values", create: true, integerKeys: true)
        } throws: { error in
            if case .incompatibleDatabase(path, "values", _)? = error as? LMDBError {
                true
            } else {
                false
            }
        }
        #expect(throws: Never.self) { try environment.database("values", create: false) }
        for name in ["", "a\0b", String(repeating: "n", count: 512)] {
            #expect(throws: LMDBError.self) { try environment.database(name, create: true) }
        }
    }

    @Test func `one database too many is refused`() throws {
        let environment = try Environment.open(
            path: path,
            options: options { $0.maximumDatabaseCount = 2 }
        )
        _ = try environment.database("one", create: true)
        _ = try environment.database("two", create: true)
        #expect(throws: LMDBError.databasesFull(path: path, maximumDatabaseCount: 2)) {
            try environment.database("three", create: true)
        }
        #expect(throws: Never.self) { try environment.database("two", create: true) }
    }

    @Test func `a copy holds what the original held`() throws {
        try makeFile(count: 5)
        let environment = try Environment.open(path: path)
        let copy = directory.file("copy.mdb")
        try environment.copy(to: copy)
        let isSame = try walk(copy).entries == walk(path).entries
        #expect(isSame)
        #expect(throws: LMDBError.system(operation: "mdb_env_copy", path: copy, code: EEXIST)) {
            try environment.copy(to: copy)
        }
    }
}
