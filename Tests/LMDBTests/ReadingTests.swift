import Glibc
import LMDB
import TestSupport
import Testing

@Suite("Reading without permission to write") struct ReadingTests {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    static func openReadOnly(_ path: String) throws(LMDBError) -> Environment {
        var options = Environment.Options()
        options.readOnly = true
        return try Environment.open(path: path, options: options)
    }

    /// Makes this process somebody who may only look, for good.
    static func giveUpRights() throws {
        if geteuid() == 0 { try #require(setuid(65534) == 0) }
    }

    func makeFile(transactionCount: Int, seed: UInt64 = 1) throws {
        let values = try LinkedValues(try Environment.open(path: path), create: true)
        var random = SplitMix64(seed: seed)
        for _ in 0..<transactionCount { try values.write(&random) }
    }

    /// Lets others look at the folder and its files, and do nothing else.
    func letOthersLook() {
        chmod(directory.path, 0o755)
        if geteuid() != 0 {
            chmod(path + "-lock", 0o444)
            chmod(directory.path, 0o555)
        }
    }

    @Test(
        .enabled(if: Mounting.isAllowed, "no mounting here: read-only media are not tested"),
        arguments: [true, false]
    )
    func `read-only media are read directly, with a lock file or without`(hasLockFile: Bool)
        async throws
    {
        await #expect(processExitsWith: .success) {
            [folder = directory.path as String, hasLockFile = hasLockFile as Bool] in
            try #require(Mounting.begin() && Mounting.temporary(at: folder))
            let path = folder + "/data.mdb"
            do {
                let values = try LinkedValues(Environment.open(path: path), create: true)
                var random = SplitMix64(seed: 1)
                for _ in 0..<20 { try values.write(&random) }
            }
            if !hasLockFile { try #require(unlink(path + "-lock") == 0) }
            var before = stat()
            _ = stat(path + "-lock", &before)
            try #require(Mounting.makeReadOnly(folder))

            let environment = try Self.openReadOnly(path)
            #expect(environment.access == .readOnlyMedia)
            let values = try LinkedValues(environment)
            #expect(try values.read() == 20)
            #expect(try environment.readers() == [])
            #expect(try environment.clearStaleReaders() == 0)
            #expect(try environment.information().lastTransaction > 20)
            #expect(throws: LMDBError.readOnly(path: path)) { try environment.write { _ in } }
            #expect(throws: LMDBError.readOnly(path: path)) { try Environment.open(path: path) }
            #expect((access(path + "-lock", F_OK) == 0) == hasLockFile)
            var after = stat()
            _ = stat(path + "-lock", &after)
            #expect(before.st_mtim.tv_sec == after.st_mtim.tv_sec)
            #expect(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)
        }
    }

    @Test func `a missing lock file is not made, and a locked folder is left alone`() async throws {
        try makeFile(transactionCount: 20)
        try #require(unlink(path + "-lock") == 0)
        letOthersLook()
        await #expect(processExitsWith: .success) { [path = path as String] in
            try Self.giveUpRights()
            let environment = try Self.openReadOnly(path)
            #expect(environment.access == .privateCopies)
            #expect(environment.isReadOnly)
            #expect(try LinkedValues(environment).read() == 20)
            #expect(throws: LMDBError.readOnly(path: path)) { try environment.write { _ in } }
            #expect(throws: LMDBError.readOnly(path: path)) { try environment.sync() }
            #expect(throws: LMDBError.readOnly(path: path)) { try Environment.open(path: path) }
            #expect(access(path + "-lock", F_OK) != 0)
        }
        chmod(directory.path, 0o755)
    }

    @Test func `every commit made before a read is seen, and a read in progress stays as it is`()
        async throws
    {
        let environment = try Environment.open(path: path)
        let values = try LinkedValues(environment, create: true)
        var random = SplitMix64(seed: 2)
        try values.write(&random)
        letOthersLook()
        let steps = SharedNumber(path: directory.file("steps"))
        let answers = SharedNumber(path: directory.file("answers"))
        answers.set(0)
        chmod(answers.path, 0o666)
        let writer = Beside {
            func awaitAnswer(_ step: UInt64) {
                while answers.value < step { usleep(200) }
            }
            awaitAnswer(1)
            try values.write(&random)
            steps.set(1)
            awaitAnswer(2)
            while try values.write(&random) < 40 {}
            let other = try environment.database("other", create: true)
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([1], [2], in: other)
            }
            steps.set(2)
        }
        await #expect(processExitsWith: .success) {
            [path = path as String, steps = steps.path as String, answers = answers.path as String]
            in
            try Self.giveUpRights()
            let environment = try Self.openReadOnly(path)
            let values = try LinkedValues(environment)
            func nextStep(_ step: UInt64) {
                SharedNumber(path: answers).set(step)
                while SharedNumber(path: steps).value < step { usleep(200) }
            }
            try environment.read { transaction throws(LMDBError) in
                #expect(try values.state(in: transaction) == 1)
                nextStep(1)
                #expect(try values.read() == 2)
                nextStep(2)
                #expect(try values.read() == 40)
                #expect(try values.state(in: transaction) == 1)
                // One that was made meanwhile.
                let other = try environment.database("other", create: false)
                try environment.read { transaction throws(LMDBError) in
                    #expect(try transaction.value(for: [1], in: other) == [2])
                }
            }
            #expect(try environment.information().lastTransaction > 40)
        }
        answers.set(.max)
        try writer.finish()
        chmod(directory.path, 0o755)
    }

    /// Like ``LinkedValues/read()``, with 0 for what does not fit together, and nil where the writer was too fast, which
    /// may happen, but not all the time.
    static func stateUnlessOvertaken(_ values: LinkedValues) throws(LMDBError) -> UInt64? {
        do throws(LMDBError) {
            return try values.read() ?? 0
        } catch {
            guard case .keepsChanging = error else { throw error }
            return nil
        }
    }

    /// Reads until the writer is done, and tells how often.
    static func readBesideWriter(_ values: LinkedValues, _ progress: Progress) throws -> Int {
        var (readCount, last) = (0, 0 as UInt64)
        progress.readers.set(1)
        while last != .max {
            let least = progress.writer.value
            if let found = try stateUnlessOvertaken(values) {
                #expect(found >= (least == .max ? 1 : least))
                readCount += 1
            }
            last = least
        }
        return readCount
    }

    /// What a writer and readers know of each other.
    struct Progress {
        /// The last transaction that was committed, then `max`.
        let writer: SharedNumber
        /// Not 0 once there are readers.
        let readers: SharedNumber

        init(folder: String) {
            writer = SharedNumber(path: "\(folder)/writer")
            readers = SharedNumber(path: "\(folder)/readers")
        }

        func begin() {
            writer.set(0)
            readers.set(0)
            chmod(readers.path, 0o666)
        }
    }

    /// Commits beside readers for some seconds.
    static func writeBesideReaders(_ values: LinkedValues, _ progress: Progress, seed: UInt64)
        throws
    {
        while progress.readers.value == 0 { usleep(1000) }
        var random = SplitMix64(seed: seed)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(3 * fuzzFactor)
        var count = 0
        while clock.now < end || count < 1000 {
            progress.writer.set(try values.write(&random))
            count += 1
        }
        progress.writer.set(.max)
    }

    @Test(arguments: [1, 2] as [UInt64], [false, true])
    func `a reader beside a busy writer sees whole transactions`(seed: UInt64, isRelaxed: Bool)
        async throws
    {
        var options = Environment.Options()
        options.durability = isRelaxed ? .relaxed : .full
        let environment = try Environment.open(path: path, options: options)
        let values = try LinkedValues(environment, create: true)
        var random = SplitMix64(seed: seed)
        try values.write(&random)
        let progress = Progress(folder: directory.path)
        progress.begin()
        letOthersLook()
        let writer = Beside { try Self.writeBesideReaders(values, progress, seed: seed) }
        await #expect(processExitsWith: .success) { [folder = directory.path as String] in
            try Self.giveUpRights()
            let environment = try Self.openReadOnly(folder + "/data.mdb")
            #expect(environment.access == .privateCopies)
            let values = try LinkedValues(environment)
            let progress = Progress(folder: folder)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask { try Self.readBesideWriter(values, progress) }
                }
                for try await readCount in group { #expect(readCount > 20) }
            }
        }
        progress.readers.set(1)
        try writer.finish()
        chmod(directory.path, 0o755)
    }

    @Test(
        .enabled(if: Mounting.isAllowed, "no mounting here: read-only mounts are not tested")
    )
    func `a file system that is read-only only here may be written to elsewhere`() async throws {
        let environment = try Environment.open(path: path)
        let values = try LinkedValues(environment, create: true)
        var random = SplitMix64(seed: 3)
        try values.write(&random)
        let progress = Progress(folder: directory.path)
        progress.begin()
        let place = TemporaryDirectory()
        let writer = Beside { try Self.writeBesideReaders(values, progress, seed: 3) }
        await #expect(processExitsWith: .success) {
            [folder = directory.path as String, place = place.path as String] in
            try #require(Mounting.begin() && Mounting.bind(folder, to: place, readOnly: true))
            let environment = try Self.openReadOnly(place + "/data.mdb")
            #expect(environment.access == .privateCopies)
            let values = try LinkedValues(environment)
            #expect(try Self.readBesideWriter(values, Progress(folder: folder)) > 20)
        }
        progress.readers.set(1)
        try writer.finish()
    }

    @Test func `a damaged file is an error`() async throws {
        let patient = try Patient(seed: 3, path: path)
        var random = SplitMix64(seed: 3)
        // Some page that is in use: try until one is met.
        var isDamaged = false
        while !isDamaged {
            let page = Int.random(in: 2..<patient.bytes.count / 4096, using: &random)
            try patient.write([UInt8](repeating: 0xFF, count: 16)[...], at: page * 4096)
            isDamaged = try !DataFileCheck.check(path: path).isIntact
        }
        letOthersLook()
        await #expect(processExitsWith: .success) { [path = path as String] in
            try Self.giveUpRights()
            #expect {
                try Self.openReadOnly(path)
            } throws: { error in
                if case .corrupted(path, _, _)? = error as? LMDBError { true } else { false }
            }
        }
        chmod(directory.path, 0o755)
    }
}
