import ArgumentParser
import JSON
import Quiver

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a store; exit 1 and list the damage if there is any."
    )

    @Argument(help: "The store's directory.", completion: .directory)
    var store: String

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let report = try Store.verify(at: store) { progress in
            progressLine.show(progress)
            return !Signals.isInterrupted
        }
        progressLine.clear()
        if json {
            try printJSON(report)
        } else {
            for damage in report.damage {
                StandardOutput.shared.write(
                    "damaged: \(printable(damage.file)): \(printable(damage.reason))\n"
                )
            }
            StandardOutput.shared.write(
                "checked \(counted(report.fileCount, "file")), \(byteSize(report.byteCount)), "
                    + "\(counted(report.documentCount, "document")): "
                    + (report.isSound ? "sound\n" : "\(report.damage.count) damaged\n")
            )
        }
        try StandardOutput.shared.flush()
        if !report.isSound { throw DamageFound(store: store, count: report.damage.count) }
    }

    private func printJSON(_ report: VerificationReport) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("sound")
        writer.bool(report.isSound)
        writer.damage(report.damage)
        for (name, count) in [
            ("files", report.fileCount), ("bytes", report.byteCount),
            ("documents", report.documentCount),
        ] {
            writer.name(name)
            writer.integer(count)
        }
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }
}

extension JSONWriter {
    /// `"damage":[{"file":…,"reason":…}]`.
    mutating func damage(_ damage: [VerificationReport.Damage]) {
        name("damage")
        beginArray()
        for one in damage {
            beginObject()
            name("file")
            string(one.file)
            name("reason")
            string(one.reason)
            endObject()
        }
        endArray()
    }
}

/// `verify` found damage, which is printed already.
struct DamageFound: Error {
    var store: String
    var count: Int
}

extension ProgressLine {
    /// Shows how far the engine's own work is.
    ///
    /// - Parameter subject: what it is about, where there are several.
    func show(_ progress: Progress, of subject: String? = nil) {
        let unit =
            switch progress.stage {
            case .verifying: "bytes"
            case .calibrating: "queries"
            case .sealing, .compacting, .indexing: "rows"
            }
        show(
            "\(progress.stage)" + (subject.map { " \($0)" } ?? ""),
            completed: progress.completed,
            unit: unit,
            fraction: progress.total > 0 ? Double(progress.completed) / Double(progress.total) : nil
        )
    }
}
