import Foundation
import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(minutesUntilHung))) struct `The verb neighbours` {
    private let quiver = CommandLineRun()

    private func file(_ name: String) -> String { quiver.folder.file(name) }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    private func isThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: file(name))
    }

    private func neighbours(_ arguments: String...) throws -> CommandLineRun.Outcome {
        try quiver.run(["neighbours", quiver.store, "c"] + arguments)
    }

    /// The rows in a file of `k` neighbours.
    private func rows(_ name: String, k: Int) throws -> [[Int64]] {
        let bytes = try bytes(name)
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        return stride(from: start, to: bytes.count, by: 12 * k).map { first in
            bytes.withUnsafeBytes { bytes in
                (0..<k).map {
                    bytes.loadUnaligned(fromByteOffset: first + 8 * $0, as: Int64.self)
                }
            }
        }
    }

    /// A collection of rows drawn with a seed, in a segment and a tail.
    private func fill(count: Int, dimension: Int, seed: UInt64) throws -> [[Float]] {
        var random = SplitMix64(seed: seed)
        let rows = (0..<count).map { _ in
            (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
        }
        try quiver.createCollection("--metric", "l2", "--index", "exact", dimension: dimension)
        let path = try quiver.writeFBIN(rows, to: "rows.fbin")
        let imported = try quiver("import", quiver.store, "c", path, "--batch", "5000")
        #expect(imported.status == 0, "\(imported.error)")
        return rows
    }

    @Test func `writes rows, and whose they are`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines + [#"{"key":"two","vector":[[1,0.1],[1,0.9]]}"#])
        #expect(try quiver("delete", quiver.store, "c", "north").status == 0)
        let outcome = try neighbours(
            "--to",
            file("n.npy"),
            "-k",
            "2",
            "--keys",
            file("keys.jsonl"),
            "--json"
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        let summary = try outcome.object()
        #expect(summary.members.map(\.name) == ["first", "queries", "resumed", "k", "commit"])
        #expect(summary["queries"] == .integer(5) && summary["resumed"] == .integer(0))
        let keys = try String(contentsOfFile: file("keys.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(keys.count == 5 && keys.filter { $0 == .null }.count == 1)
        let names = keys.map { key in
            key.object.map { "\($0["key"]?.string ?? "7") \($0["row"]?.int ?? -1)" } ?? "gone"
        }
        let found = try rows("n.npy", k: 2).enumerated().map { row, neighbours in
            names[row] + ":" + neighbours.map { $0 < 0 ? " none" : " " + names[Int($0)] }.joined()
        }
        #expect(
            found.sorted() == [
                "7 0: two 1 two 0", "east 0: two 0 two 1", "gone: none none",
                "two 0: east 0 7 0", "two 1: 7 0 east 0",
            ]
        )
        let again = try neighbours("--to", file("n.npy"), "-k", "2", "--keys", file("other"))
        #expect(again.status == 1)
        #expect(again.error.contains("n.npy: already exists; choose another path"))
        #expect(!isThere("other"))
    }

    @Test func `answers the vectors of a file, and shards of them`() throws {
        try quiver.createCollection("--metric", "l2")
        try quiver.importLines(threeLines)
        let queries = try quiver.writeFBIN((0..<7).map { [Float($0), 0] }, to: "q.fbin")
        let options = ["--vectors", queries, "-k", "3"]
        let whole = try quiver.run(
            ["neighbours", quiver.store, "c", "--to", file("whole.npy")] + options
        )
        #expect(whole.status == 0, "\(whole.error)")
        #expect(whole.output == "wrote 3 neighbours of each of 7 vectors to \(file("whole.npy"))\n")
        var joined: [[Int64]] = []
        for shard in 0..<3 {
            let outcome = try quiver.run(
                ["neighbours", quiver.store, "c", "--to", file("\(shard).npy")]
                    + ["--shard", "\(shard)/3", "--json"] + options
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(try outcome.object()["first"]?.int == joined.count)
            joined += try rows("\(shard).npy", k: 3)
        }
        #expect(try joined == rows("whole.npy", k: 3))
    }

    @Test func `names what cannot be`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        let wide = try quiver.writeFBIN([[1, 2, 3]], to: "wide.fbin")
        let nan = try quiver.writeFBIN([[1, 2], [.nan, 0]], to: "nan.fbin")
        for (arguments, status, message) in [
            (["--vectors", wide], 1, "a vector of 3 numbers, the dimension is 2"),
            (["--vectors", nan], 1, "number 0 of the vector (query 1) is NaN or infinite"),
            (["--vectors", file("none.fbin")], 1, "none.fbin: open failed"),
            (["--vectors", file("none.txt")], 1, "none.txt"),
            (["--filter", "((("], 64, "invalid filter"),
            (["--vector-field", "w"], 1, "no vector field named \"w\""),
            (["--nprobe", "3"], 64, "has no nprobe to be set"),
            (["--keys", file("none/keys")], 1, "none/keys"),
        ] {
            let outcome = try quiver.run(
                ["neighbours", quiver.store, "c", "--to", file("n.npy")] + arguments
            )
            #expect(outcome.status == status, "\(arguments) \(outcome.error)")
            #expect(outcome.error.contains(message), "\(outcome.error)")
            #expect(!isThere("n.npy") && !isThere("n.npy.part") && !isThere("n.npy.part.log"))
        }
    }

    @Test func `killed again and again becomes the same file`() throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SplitMix64(seed: seed)
        _ = try fill(count: 14_000, dimension: 96, seed: seed)
        let options = ["-k", "100", "--memory", "1MiB", "--json"]
        let whole = try quiver.run(
            ["neighbours", quiver.store, "c", "--to", file("whole.npy")] + options
        )
        #expect(whole.status == 0, "\(whole.error)")

        var killCount = 0
        for _ in 0..<8 {
            let process = quiver.process(
                ["neighbours", quiver.store, "c", "--to", file("n.npy")] + options
            )
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            let before = try logByteCount()
            try process.run()
            while process.isRunning, try logByteCount() <= before { usleep(300) }
            usleep(.random(in: 0...60_000, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { killCount += 1 }
            try tearLog(&random)
            if isThere("n.npy") { break }
        }
        #expect(killCount >= 4, "seed \(seed)")
        if !isThere("n.npy") {
            let outcome = try quiver.run(
                ["neighbours", quiver.store, "c", "--to", file("n.npy")] + options
            )
            #expect(outcome.status == 0, "\(outcome.error), seed \(seed)")
            #expect((try outcome.object()["resumed"]?.int ?? 0) > 0, "seed \(seed)")
        }
        #expect(try bytes("n.npy") == bytes("whole.npy"), "seed \(seed)")
        #expect(!isThere("n.npy.part") && !isThere("n.npy.part.log"))
    }

    @Test func `keep to their memory`() throws {
        _ = try fill(count: 20_000, dimension: 16, seed: 9)
        #expect(try quiver("compact", quiver.store).status == 0)
        func peak(_ memory: String) throws -> Int {
            try quiver.peakMemory(
                of: ["neighbours", quiver.store, "c", "--to", file(memory), "-k", "1000"]
                    + ["--shard", "0/5", "--memory", memory]
            )
        }
        // What a process takes that does nothing comes on top: 2 MiB.
        let little = try peak("4MiB")
        #expect(little < 7 << 20, "\(little) bytes")
        // With more it takes more, or the bound would be none.
        let much = try peak("64MiB")
        #expect(much > 16 << 20 && much < 67 << 20, "\(much) bytes")
        #expect(try bytes("4MiB") == bytes("64MiB"))
    }

    /// Once in a while makes the last line of a stretch one that was under way.
    private func tearLog(_ random: inout SplitMix64) throws {
        guard Bool.random(using: &random), isThere("n.npy.part.log") else { return }
        let log = try bytes("n.npy.part.log")
        let head = String(decoding: log, as: UTF8.self).firstRange(of: "\n\n")
        let headByteCount = head.map {
            String(decoding: log, as: UTF8.self)[..<$0.upperBound].utf8.count
        }
        guard let headByteCount, log.count > headByteCount + 3 else { return }
        _ = try quiver.write(Array(log.dropLast(3)), to: "n.npy.part.log")
    }

    private func logByteCount() throws -> Int {
        isThere("n.npy.part.log") ? try bytes("n.npy.part.log").count : 0
    }

    @Test func `goes on after a signal and after a full disk, and for the same question only`()
        throws
    {
        _ = try fill(count: 12_000, dimension: 96, seed: 3)
        let options = ["-k", "50", "--memory", "1MiB"]
        func run(_ more: [String] = []) throws -> CommandLineRun.Outcome {
            try quiver.run(
                ["neighbours", quiver.store, "c", "--to", file("n.npy")] + options + more
            )
        }
        // A limit on the size of files stands for the disk: 2 MiB of 7.
        let full = try quiver.run(
            ["-c", "ulimit -f 2048; exec \"$@\"", "sh", CommandLineRun.program]
                + ["neighbours", quiver.store, "c", "--to", file("n.npy")] + options,
            program: "/bin/sh"
        )
        #expect(full.status == 1)
        #expect(full.error.contains("raise the limit and try again"), "\(full.error)")
        #expect(isThere("n.npy.part") && !isThere("n.npy"))

        let process = quiver.process(
            ["neighbours", quiver.store, "c", "--to", file("n.npy")] + options
        )
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let before = try logByteCount()
        try process.run()
        while process.isRunning, try logByteCount() <= before { usleep(300) }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect([0, 130].contains(process.terminationStatus))
        guard process.terminationStatus == 130 else { return }

        let other = try run(["--exact"])
        #expect(other.status == 1)
        #expect(
            other.error.contains("mode is automatic there, exact here; ask the same, or remove"),
            "\(other.error)"
        )
        #expect(try run().status == 0)
        let whole = try quiver.run(
            ["neighbours", quiver.store, "c", "--to", file("whole.npy")] + options
        )
        #expect(whole.status == 0)
        #expect(try bytes("n.npy") == bytes("whole.npy"))
    }
}
