import Foundation
import Quiver
import TestSupport
import Testing

/// A disk that is really full: a small tmpfs in a mount namespace of its own. Where mounting is refused, a limit
/// on the size of files stands for it.
@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `A full disk` {
    private let quiver = CommandLineRun()

    private func shell(_ script: String, _ arguments: [String]) throws -> CommandLineRun.Outcome {
        try quiver.run(["-c", script, "sh"] + arguments, program: "/bin/sh", prefix: prefix)
    }

    /// Runs a command in a mount namespace of its own.
    private let prefix = ["/usr/bin/unshare", "--mount"]

    private func rows(count: Int) throws -> String {
        var generator = SplitMix64(seed: 4)
        let rows = (0..<count).map { _ in
            (0..<64).map { _ in Float.random(in: -1...1, using: &generator) }
        }
        return try quiver.writeFBIN(rows, to: "rows.fbin")
    }

    @Test func `is an error that keeps what was acknowledged, and the import goes on with room`()
        throws
    {
        let file = try rows(count: 60_000)
        guard try mayMount() else {
            try underAFileSizeLimit(file)
            return
        }
        let folder = quiver.folder.file("disk")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let script = """
            set -u
            mount -t tmpfs -o size=8m tmpfs "$2" || exit 77
            store="$2/store"
            "$1" create "$store" c --dimension 64 --metric l2 --index exact || exit 10
            "$1" import "$store" c "$3" --batch 500 --json >"$4" 2>"$5"
            echo "import: $?"
            "$1" verify "$store" || exit 11
            "$1" stats "$store" c --json || exit 12
            mount -o remount,size=256m "$2" || exit 13
            "$1" import "$store" c "$3" --batch 500 --json >/dev/null || exit 14
            "$1" stats "$store" c --json || exit 15
            "$1" verify "$store" || exit 16
            """
        let acknowledged = quiver.folder.file("acknowledged")
        let errors = quiver.folder.file("errors")
        let outcome = try shell(
            script,
            [CommandLineRun.program, folder, file, acknowledged, errors]
        )
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
        #expect(outcome.lines.contains("import: 1"), "\(outcome.output)")
        let message = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(message.contains("make room on the disk"), "\(message)")
        let counts = try outcome.lines.filter { $0.hasPrefix("{") }.map { try live($0) }
        let last = try String(contentsOfFile: acknowledged, encoding: .utf8)
            .split(separator: "\n").last.flatMap { Int($0.filter(\.isNumber)) }
        #expect(counts == [last, 60_000])
        #expect((last ?? 0) > 0)
    }

    @Test func `is an error too when the store is being made`() throws {
        guard try mayMount() else {
            let script = "ulimit -f 1; exec \"$1\" create \"$2\" c --dimension 64"
            let outcome = try quiver.run(
                ["-c", script, "sh", CommandLineRun.program, quiver.store],
                program: "/bin/sh"
            )
            #expect(outcome.status == 1, "\(outcome.output)\(outcome.error)")
            #expect(outcome.error.contains("quiver: "), "\(outcome.error)")
            return
        }
        let folder = quiver.folder.file("disk")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let script = """
            mount -t tmpfs -o size=1m tmpfs "$2" || exit 77
            dd if=/dev/zero of="$2/filler" bs=4096 2>/dev/null
            "$1" create "$2/store" c --dimension 64
            """
        let outcome = try shell(script, [CommandLineRun.program, folder])
        #expect(outcome.status == 1, "\(outcome.output)\(outcome.error)")
        #expect(outcome.error.contains("quiver: "), "\(outcome.error)")
    }

    /// Whether a file system may be mounted in a namespace of its own.
    private func mayMount() throws -> Bool {
        let folder = quiver.folder.file("trial")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        return try shell("mount -t tmpfs -o size=1m tmpfs \"$1\"", [folder]).status == 0
    }

    private func underAFileSizeLimit(_ file: String) throws {
        let created = try quiver("create", quiver.store, "c", "--dimension", "64", "--metric", "l2")
        #expect(created.status == 0)
        let script = "ulimit -f 8192; exec \"$1\" import \"$2\" c \"$3\" --batch 500 --json"
        let outcome = try quiver.run(
            ["-c", script, "sh", CommandLineRun.program, quiver.store, file],
            program: "/bin/sh"
        )
        #expect(outcome.status == 1)
        #expect(try Store.verify(at: quiver.store).isSound)
    }

    private func live(_ line: String) throws -> Int? {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return value?["live"] as? Int
    }
}
