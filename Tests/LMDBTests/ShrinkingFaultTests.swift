import Glibc
import LMDB
import Synchronization
import TestSupport
import Testing

@Suite struct `Shrinking that fails` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    /// The real operations, of which number `failing` fails with `code`; and what was called.
    final class Faults: Sendable {
        let failing: Int
        let code: Int32
        private let called = Mutex<[String]>([])

        init(failing: Int, code: Int32) {
            self.failing = failing
            self.code = code
        }

        var calls: [String] { called.withLock { $0 } }

        private func mayGoOn(_ name: String) -> Bool {
            let number = called.withLock { called in
                called.append(name)
                return called.count
            }
            guard number == failing else { return true }
            errno = code
            return false
        }

        var operations: ShrinkingOperations {
            let system = ShrinkingOperations.system
            var operations = system
            operations.open = { self.mayGoOn("open") ? system.open($0, $1, $2) : -1 }
            operations.pwrite = { self.mayGoOn("pwrite") ? system.pwrite($0, $1, $2) : -1 }
            operations.fsync = { self.mayGoOn("fsync") ? system.fsync($0) : -1 }
            operations.rename = { self.mayGoOn("rename") ? system.rename($0, $1) : -1 }
            return operations
        }
    }

    @Test func `any operation that fails leaves the old file in use, up to the rename`() throws {
        var values = try LinkedValues(try Environment.open(path: path), create: true)
        var random = SplitMix64(seed: 1)
        var number: UInt64 = 0
        var failing = 0
        while true {
            failing += 1
            for _ in 0..<5 { number = try values.write(&random) }
            let faults = Faults(failing: failing, code: failing % 2 == 0 ? ENOSPC : EIO)
            let before = try ShrinkingTestsFile.identity(path)
            do {
                let outcome = try values.environment.shrink(faults.operations)
                guard case .done = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                break
            } catch LMDBError.system(let operation, _, let code) {
                #expect(operation == faults.calls.last && code == faults.code)
            }
            #expect(access(path + "-shrinking", F_OK) != 0, "operation \(failing)")
            if faults.calls.dropLast().contains("rename") {
                // Whether the new file would survive a loss of power is not known.
                let path = path
                #expect(throws: LMDBError.environmentFailed(path: path)) { try values.read() }
                #expect(throws: LMDBError.environmentFailed(path: path)) {
                    try values.write(&random)
                }
                #expect(throws: LMDBError.environmentFailed(path: path)) {
                    try values.environment.shrink()
                }
                let elsewhere = try Environment.open(path: directory.file("other.mdb"))
                values = try LinkedValues(elsewhere, create: true)
                values = try LinkedValues(try Environment.open(path: path))
            } else {
                #expect(try ShrinkingTestsFile.identity(path) == before, "operation \(failing)")
            }
            #expect(try values.read() == number, "operation \(failing)")
        }
        #expect(failing > 5)
        #expect(try values.read() == number)
        #expect(try DataFileCheck.check(path: path).damage == [])
    }

    @Test func `a file that cannot be opened at once is opened by the next call`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let values = try LinkedValues(try Environment.open(path: path), create: true)
            var random = SplitMix64(seed: 1)
            for _ in 0..<5 { try values.write(&random) }
            var operations = ShrinkingOperations.system
            operations.rename = { from, to in
                let result = rename(from, to)
                Self.limitDescriptors(3)
                return result
            }
            #expect {
                try values.environment.shrink(operations)
            } throws: { error in
                if case .system(_, _, EMFILE)? = error as? LMDBError { true } else { false }
            }
            #expect {
                try values.read()
            } throws: { error in
                if case .system(_, _, EMFILE)? = error as? LMDBError { true } else { false }
            }
            Self.limitDescriptors(1000)
            #expect(try values.read() == 5)
            #expect(try values.write(&random) == 6)
            #expect(try values.environment.freePageCount() > 0)
            guard case .done = try values.environment.shrink() else {
                Issue.record("not shrunk")
                return
            }
            #expect(try values.read() == 6)
        }
    }

    static func limitDescriptors(_ count: Int) {
        var limit = rlimit()
        let which = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(which, &limit)
        limit.rlim_cur = rlim_t(count)
        setrlimit(which, &limit)
    }

    @Test func `a full disk is an error, and the old file stays`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let values = try LinkedValues(try Environment.open(path: path), create: true)
            var random = SplitMix64(seed: 1)
            for _ in 0..<20 { try values.write(&random) }
            signal(SIGXFSZ, SIG_IGN)
            let which = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            var limit = rlimit(rlim_cur: 60_000, rlim_max: rlim_t.max)
            try #require(setrlimit(which, &limit) == 0)
            #expect(
                throws: LMDBError.system(
                    operation: "pwrite",
                    path: path + "-shrinking",
                    code: EFBIG
                )
            ) { try values.environment.shrink() }
            limit.rlim_cur = rlim_t.max
            try #require(setrlimit(which, &limit) == 0)
            #expect(access(path + "-shrinking", F_OK) != 0)
            #expect(try values.read() == 20)
            #expect(try values.write(&random) == 21)
            guard case .done = try values.environment.shrink() else {
                Issue.record("not shrunk")
                return
            }
            #expect(try values.read() == 21)
        }
    }

    @Test(.enabled(if: Mounting.isAllowed, "no mounting here: a busy name is not tested"))
    func `a name that cannot be taken is an error, and the old file stays`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let values = try LinkedValues(try Environment.open(path: path), create: true)
            var random = SplitMix64(seed: 1)
            for _ in 0..<20 { try values.write(&random) }
            // What is mounted somewhere cannot be replaced there.
            try #require(Mounting.begin() && Mounting.bind(path, to: path, readOnly: false))
            #expect(
                throws: LMDBError.system(
                    operation: "rename",
                    path: path + "-shrinking",
                    code: EBUSY
                )
            ) { try values.environment.shrink() }
            #expect(access(path + "-shrinking", F_OK) != 0)
            #expect(try values.read() == 20)
            #expect(try values.write(&random) == 21)
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `a process killed at any moment leaves the old file or the new one`(seed: UInt64)
        async throws
    {
        let delay = 1_000 + 9_000 * UInt32(seed)
        await #expect(processExitsWith: .signal(SIGALRM)) {
            [path = path as String, seed = seed as UInt64, delay = delay as UInt32] in
            var options = Environment.Options()
            options.durability = seed % 2 == 0 ? .full : .relaxed
            let values = try LinkedValues(
                try Environment.open(path: path, options: options),
                create: true
            )
            let progress = SharedNumber(path: path + ".progress")
            var random = SplitMix64(seed: seed)
            ualarm(delay, 0)
            while true {
                progress.set(try values.write(&random))
                _ = try values.environment.shrink()
            }
        }
        let least = SharedNumber(path: path + ".progress").value
        let report = try DataFileCheck.check(path: path)
        #expect(report.damage == [] && report.lostPageCount == 0, "seed \(seed)")
        let environment = try Environment.open(path: path)
        #expect(access(path + "-shrinking", F_OK) != 0, "seed \(seed)")
        guard least > 0 else { return }
        let values = try LinkedValues(environment)
        let found = try values.read() ?? 0
        #expect(found == least || found == least + 1, "seed \(seed)")
        var random = SplitMix64(seed: seed)
        #expect(try values.write(&random) == found + 1, "seed \(seed)")
    }
}

enum ShrinkingTestsFile {
    /// The number of the file that has a name now.
    static func identity(_ path: String) throws -> UInt {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return UInt(status.st_ino)
    }
}
