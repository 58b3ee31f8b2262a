import ArgumentParser
import JSON
import Quiver

struct CompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract:
            "Give back the space of deleted and replaced documents; merge small segments; build indexes that are missing.",
        discussion: """
            Searches and imports of other processes go on meanwhile, but for a moment now and then. It can be ended at \
            any moment: what is done by then stays, and the next call goes on from there.
            """
    )

    @Argument(help: "The store's directory.", completion: .directory)
    var store: String

    @Argument(help: "The collection's name; all of them without one.")
    var collection: String?

    @Option(
        help: ArgumentHelp(
            "Memory that it may take: 256MiB, 1GiB, or bytes; at least 16MiB.",
            valueName: "bytes"
        )
    )
    var memory = ByteCountArgument(byteCount: 256 << 20)

    @Flag(
        help:
            "Print {\"documents\":N,\"segmentsRemoved\":N,\"segmentsAdded\":N,\"bytesWritten\":N}."
    )
    var json = false

    func validate() throws {
        let minimum = CompactionOptions.minimumMemoryByteCount
        guard memory.byteCount >= minimum else {
            throw ValidationError("--memory is \(memory.byteCount), not at least \(minimum)")
        }
    }

    func run() throws {
        let store = try Store.open(at: store)
        let options = CompactionOptions(memoryByteCount: memory.byteCount, threadCount: threadCount)
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let handler: @Sendable (Progress) -> Bool = { progress in
            progressLine.show(progress)
            return !Signals.isInterrupted
        }
        let summary =
            if let collection {
                try store.collection(collection).compact(options, progress: handler)
            } else {
                try store.compact(options, progress: handler)
            }
        progressLine.clear()
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            for (name, value) in [
                ("documents", summary.documentCount),
                ("segmentsRemoved", summary.removedSegmentCount),
                ("segmentsAdded", summary.addedSegmentCount),
                ("bytesWritten", summary.writtenByteCount),
            ] {
                writer.name(name)
                writer.integer(value)
            }
            writer.endObject()
            try StandardOutput.shared.writeLine(&writer)
        } else {
            StandardOutput.shared.write(
                "moved \(counted(summary.documentCount, "document")) out of "
                    + "\(counted(summary.removedSegmentCount, "segment")) into "
                    + "\(summary.addedSegmentCount), \(byteSize(summary.writtenByteCount))\n"
            )
        }
    }
}
