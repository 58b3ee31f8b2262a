import Foundation
import Glibc
import JSON
import TestSupport
import Testing

/// Imports whose input stays open, so that things can happen meanwhile.
@Suite(.serialized, .timeLimit(.minutes(minutesUntilHung))) struct `A running import` {
    private let quiver = CommandLineRun()

    /// Starts an import from a pipe and waits until it has acknowledged the first line.
    private func start() throws -> (Process, input: FileHandle, output: FileHandle) {
        let process = quiver.process(["import", quiver.store, "c", "-", "--batch", "1", "--json"])
        let input = Pipe()
        let output = Pipe()
        // A child of another test that held these ends open would keep this one from ending.
        for end in [input.fileHandleForWriting, output.fileHandleForReading] {
            _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data((threeLines[0] + "\n").utf8))
        let line = output.fileHandleForReading.availableData
        #expect(String(decoding: line, as: UTF8.self) == "{\"acknowledged\":1}\n")
        return (process, input.fileHandleForWriting, output.fileHandleForReading)
    }

    @Test func `acknowledges at once and shuts other writers out, not readers`() throws {
        try quiver.createCollection()
        let (process, input, _) = try start()
        let second = try quiver("import", quiver.store, "c", "-")
        #expect(second.status == 1)
        #expect(second.error.contains("in process \(process.processIdentifier)"), "\(second.error)")
        #expect(try quiver.liveCount() == 1)
        try input.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `ends with 130 on a signal and leaves a sound store`(signal: Int32) throws {
        try quiver.createCollection()
        let (process, input, _) = try start()
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 130)
        try input.close()
        #expect(try quiver("verify", quiver.store).status == 0)
        #expect(try quiver.liveCount() == 1)
    }

    @Test func `fails when its acknowledgements reach nobody`() throws {
        try quiver.createCollection()
        let (process, input, output) = try start()
        try output.close()
        try input.write(contentsOf: Data((threeLines[1] + "\n").utf8))
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 1)
        #expect(try quiver.liveCount() == 2)
    }

    @Test func `other verbs end quietly when their reader goes away`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        let outcome = try quiver.run(
            ["get", quiver.store, "c"] + Array(repeating: "7", count: 3000) + ["--json"],
            prefix: ["/bin/sh", "-c", "{ \"$0\" \"$@\"; echo \"status $?\" >&2; } | head -n 1"]
        )
        #expect(outcome.error == "status 0\n")
        #expect(outcome.lines.count == 1)
    }
}
