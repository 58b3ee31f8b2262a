import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `Shrinking beside other processes` {
    let directory = TemporaryDirectory()

    /// One of several processes that open, read, write, shrink and close a file over and over.
    struct Participant {
        let folder: String
        let number: UInt64

        static let count: UInt64 = 3

        var path: String { folder + "/data.mdb" }

        /// What each participant has committed last.
        private func committed(_ number: UInt64) -> SharedNumber {
            SharedNumber(path: "\(folder)/committed-\(number)")
        }

        private var least: UInt64 { (0..<Self.count).map { committed($0).value }.max() ?? 0 }

        /// - Parameter mayWrite: whether this user may write the data file.
        func run(milliseconds: Int, mayWrite: Bool = true) throws -> Int {
            var random = SplitMix64(seed: number)
            let clock = ContinuousClock()
            let end = clock.now + .milliseconds(milliseconds)
            var shrunkCount = 0
            while clock.now < end {
                // A time in which the others may have the file to themselves.
                usleep(UInt32.random(in: 0..<20_000, using: &random))
                // Whoever ends up with the file that was here before sees too old a state, or writes what nobody finds.
                let least = least
                var options = Environment.Options()
                options.readOnly = !mayWrite || Int.random(in: 0..<4, using: &random) == 0
                let values = try LinkedValues(try Environment.open(path: path, options: options))
                #expect(values.environment.access == .shared)
                let found = try values.read() ?? 0
                #expect(found >= least)
                guard !options.readOnly else { continue }
                for _ in 0..<Int.random(in: 0..<4, using: &random) {
                    let before = self.least
                    let written = try values.write(&random)
                    committed(number).set(written)
                    #expect(written > before)
                }
                // Sometimes the process that has shrunk the file goes on with it, sometimes it is gone at once.
                if case .done = try values.environment.shrink() { shrunkCount += 1 }
                let leastNow = self.least
                #expect(try values.read() ?? 0 >= leastNow)
            }
            return shrunkCount
        }
    }

    private func makeFile() throws {
        let path = directory.file("data.mdb")
        let values = try LinkedValues(try Environment.open(path: path), create: true)
        var random = SplitMix64(seed: 1)
        for _ in 0..<5 { try values.write(&random) }
    }

    private func check() throws {
        let path = directory.file("data.mdb")
        #expect(try DataFileCheck.check(path: path).damage == [])
        #expect(try LinkedValues(try Environment.open(path: path)).read() ?? 0 > 5)
    }

    @Test func `nobody ends up with the file that was there before`() async throws {
        try makeFile()
        let folder = directory.path
        async let first: ExitTest.Result? = #expect(processExitsWith: .success) {
            [folder = folder as String] in
            let shrunkCount = try Participant(folder: folder, number: 0)
                .run(milliseconds: 4000 * fuzzFactor)
            #expect(shrunkCount > 5)
        }
        async let second: ExitTest.Result? = #expect(processExitsWith: .success) {
            [folder = folder as String] in
            _ = try Participant(folder: folder, number: 1).run(milliseconds: 4000 * fuzzFactor)
        }
        let third = Beside {
            _ = try Participant(folder: folder, number: 2).run(milliseconds: 5000 * fuzzFactor)
        }
        _ = await (first, second)
        try third.finish()
        try check()
    }

    /// LMDB opens the data file of such a reader before it takes a lock.
    @Test func `nor does a reader that may write only the lock file`() async throws {
        try makeFile()
        let folder = directory.path
        chmod(folder, 0o755)
        chmod(directory.file("data.mdb-lock"), 0o666)
        let writers = (1..<3 as Range<UInt64>).map { number in
            Beside {
                _ = try Participant(folder: folder, number: number)
                    .run(milliseconds: 5000 * fuzzFactor)
            }
        }
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            try ReadingTests.giveUpRights()
            _ = try Participant(folder: folder, number: 0)
                .run(milliseconds: 4000 * fuzzFactor, mayWrite: false)
        }
        for writer in writers { try writer.finish() }
        try check()
    }

    @Test func `a reader without permission finds the new file`() async throws {
        try makeFile()
        let progress = ReadingTests.Progress(folder: directory.path)
        progress.begin()
        chmod(directory.path, 0o755)
        let folder = directory.path
        let writer = Beside {
            let values = try LinkedValues(try Environment.open(path: folder + "/data.mdb"))
            while progress.readers.value == 0 { usleep(1000) }
            var random = SplitMix64(seed: 4)
            let clock = ContinuousClock()
            let end = clock.now + .seconds(2 * fuzzFactor)
            var shrunkCount = 0
            while clock.now < end {
                progress.writer.set(try values.write(&random))
                guard Int.random(in: 0..<5, using: &random) == 0 else { continue }
                if case .done = try values.environment.shrink() { shrunkCount += 1 }
            }
            progress.writer.set(.max)
            #expect(shrunkCount > 5)
        }
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            try ReadingTests.giveUpRights()
            let environment = try ReadingTests.openReadOnly(folder + "/data.mdb")
            #expect(environment.access == .privateCopies)
            let values = try LinkedValues(environment)
            let progress = ReadingTests.Progress(folder: folder)
            #expect(try ReadingTests.readBesideWriter(values, progress) > 20)
        }
        progress.readers.set(1)
        try writer.finish()
        try check()
    }
}
