import ArgumentParser
import JSON
import Quiver

struct RepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Make a new store of everything that can be read of a damaged one.",
        discussion: """
            The damaged store stays as it is; of segments that are whole the new one has the same files, where the file \
            system allows that. Exit status 1 says that something is lost: it is listed, and the new store is there.
            """
    )

    @Argument(help: "The damaged store's directory.", completion: .directory)
    var store: String

    @Argument(help: "The new store's directory, which must not be there.", completion: .directory)
    var destination: String

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let report = try Store.repair(at: store, into: destination) { progress in
            progressLine.show(progress)
            return !Signals.isInterrupted
        }
        progressLine.clear()
        if json { try printJSON(report) } else { printText(report) }
        try StandardOutput.shared.flush()
        if !report.isComplete { throw RepairedInPart(store: destination) }
    }

    private func printText(_ report: RepairReport) {
        for damage in report.damage {
            StandardOutput.shared.write(
                "damaged: \(printable(damage.file)): \(printable(damage.reason))\n"
            )
        }
        for loss in report.losses {
            StandardOutput.shared.write(
                "lost: \(printable(loss.what)) of \(loss.key.map { printable("\($0)") } ?? "an unknown key") "
                    + "in \(printable(loss.collection))\n"
            )
        }
        if report.lossCount > report.losses.count {
            StandardOutput.shared.write(
                "lost: \(report.lossCount - report.losses.count) more documents or parts\n"
            )
        }
        for name in report.lostSnapshots {
            StandardOutput.shared.write("lost: the snapshot \(printable(name))\n")
        }
        if report.isCatalogDamaged {
            StandardOutput.shared.write(
                "the catalog was damaged: what had not been sealed may be missing, and deleted documents may be back\n"
            )
        }
        StandardOutput.shared.write(
            "\(printable(destination)): \(counted(report.keptDocumentCount, "document")) as before, "
                + "\(counted(report.rewrittenDocumentCount, "document")) written anew, "
                + "\(counted(report.lossCount, "document")) lost or not whole\n"
        )
    }

    private func printJSON(_ report: RepairReport) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("complete")
        writer.bool(report.isComplete)
        writer.name("catalogDamaged")
        writer.bool(report.isCatalogDamaged)
        for (name, count) in [
            ("kept", report.keptDocumentCount), ("rewritten", report.rewrittenDocumentCount),
            ("lossCount", report.lossCount),
        ] {
            writer.name(name)
            writer.integer(count)
        }
        writer.name("losses")
        writer.beginArray()
        for loss in report.losses {
            writer.beginObject()
            writer.name("collection")
            writer.string(loss.collection)
            writer.name("what")
            writer.string(loss.what)
            if let key = loss.key { writer.key(key) }
            writer.endObject()
        }
        writer.endArray()
        writer.name("lostSnapshots")
        writer.beginArray()
        for name in report.lostSnapshots { writer.string(name) }
        writer.endArray()
        writer.damage(report.damage)
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }
}

/// `repair` made a store, and something is not in it, which is printed already.
struct RepairedInPart: Error {
    var store: String
}
