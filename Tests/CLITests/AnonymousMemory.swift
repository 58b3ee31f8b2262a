import Foundation
import Glibc
import Testing

extension CommandLineRun {
    /// The most anonymous memory that was seen of a run, in bytes, looked at about every millisecond.
    func peakMemory(of arguments: [String]) throws -> Int {
        let process = process(arguments)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var highest = 0
        while process.isRunning {
            highest = max(highest, anonymousByteCount(of: process.processIdentifier))
            usleep(1_000)
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return highest
    }

    private func anonymousByteCount(of process: pid_t) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") })
        else { return 0 }
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
    }
}
