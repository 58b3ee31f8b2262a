import Foundation
import Glibc
import Quiver
import TestSupport
import Testing

/// `kill -9` in the middle of `quiver import`: nothing that was acknowledged is lost, nothing is there in part, and the
/// same import goes on from there.
///
/// `QUIVER_CRASH_KILLS` sets the number of kills, 25 unless told otherwise.
@Suite(.serialized, .timeLimit(.minutes(60))) struct `A killed import` {
    private static let batchCount = 500
    private static let dimension = 192
    /// A little more than the tail holds, so that every import seals, the first time near its end.
    private static let documentCount = 90_000

    private let quiver = CommandLineRun()

    @Test func `loses no acknowledged row and keeps whole batches only`() throws {
        let killCount =
            ProcessInfo.processInfo.environment["QUIVER_CRASH_KILLS"].flatMap { Int($0) } ?? 25
        let seed: UInt64 = 20_261_123
        var generator = SplitMix64(seed: seed)
        let numbers = (0..<(Self.documentCount * Self.dimension)).map { _ in
            Float(Int32(truncatingIfNeeded: generator.next() >> 40)) / 1e6
        }
        let file = try writeFBIN(numbers)
        let created = try quiver(
            "create",
            quiver.store,
            "c",
            "--dimension",
            "\(Self.dimension)",
            "--metric",
            "l2",
            "--index",
            "exact"
        )
        #expect(created.status == 0, "\(created.error)")

        var acknowledged = 0
        var sealKillCount = 0
        for kill in 0..<killCount {
            // Two of three strike while a segment is being written.
            let insideSeal = kill % 3 != 0
            let run = try importAndKill(file, insideSeal: insideSeal, &generator)
            acknowledged = max(acknowledged, run.acknowledged)
            if run.wasSealing { sealKillCount += 1 }
            try check(numbers, acknowledged: acknowledged, "kill \(kill), seed \(seed)", &generator)
        }
        #expect(
            sealKillCount >= killCount * 2 / 5,
            "\(sealKillCount) of \(killCount) kills struck inside a seal"
        )
        print(
            "killed \(killCount) imports, \(sealKillCount) of them inside a seal; \(acknowledged) rows acknowledged, none lost"
        )

        let outcome = try quiver(
            "import",
            quiver.store,
            "c",
            file,
            "--batch",
            "\(Self.batchCount)",
            "--json"
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try quiver.liveCount() == Self.documentCount)
        try check(numbers, acknowledged: Self.documentCount, "after all", &generator)
    }

    /// Starts the import, waits for its first acknowledgement and a random while, and kills it.
    private func importAndKill(
        _ file: String,
        insideSeal: Bool,
        _ generator: inout SplitMix64
    ) throws -> (acknowledged: Int, wasSealing: Bool) {
        let process = quiver.process(
            ["import", quiver.store, "c", file, "--batch", "\(Self.batchCount)", "--json"])
        let output = quiver.folder.file("acknowledgements")
        try Data().write(to: URL(fileURLWithPath: output))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, try acknowledgedCount(output) == 0 { usleep(500) }
        if insideSeal {
            while process.isRunning, !isStaging { usleep(200) }
            usleep(.random(in: 0...30_000, using: &generator))
        } else {
            usleep(.random(in: 0...1_200_000, using: &generator))
        }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return (try acknowledgedCount(output), isStaging)
    }

    private var isStaging: Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(quiver.store)/staging").isEmpty)
            == false
    }

    /// The number in the last whole line.
    private func acknowledgedCount(_ path: String) throws -> Int {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return lines.last.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    private func check(
        _ numbers: [Float],
        acknowledged: Int,
        _ comment: Comment,
        _ generator: inout SplitMix64
    ) throws {
        let report = try Store.verify(at: quiver.store)
        #expect(report.damage == [], comment)
        let store = try Store.open(at: quiver.store)
        defer { store.close() }
        let collection = try store.collection("c")
        let live = try collection.statistics().liveCount
        #expect(live >= acknowledged, comment)
        #expect(
            live % Self.batchCount == 0,
            "a batch is there in part: \(live) documents, \(comment)"
        )
        // Imported in order, so that the live documents are the first ones; every 7th is compared.
        let offset = Int.random(in: 0..<7, using: &generator)
        let rows = stride(from: offset, to: live, by: 7)
        let found = try collection.documents(rows.map { .integer(UInt64($0)) }, contents: .vectors)
        for (row, document) in zip(rows, found) {
            let expected = numbers[(row * Self.dimension)..<((row + 1) * Self.dimension)]
            #expect(
                document.map { $0.vector.elementsEqual(expected) } == true,
                "row \(row), \(comment)"
            )
        }
        #expect(try collection.documents([.integer(UInt64(live))], contents: []) == [nil], comment)
    }

    private func writeFBIN(_ numbers: [Float]) throws -> String {
        var bytes = Data()
        for value in [Int32(Self.documentCount), Int32(Self.dimension)] {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
        let path = quiver.folder.file("rows.fbin")
        try bytes.write(to: URL(fileURLWithPath: path))
        return path
    }
}
