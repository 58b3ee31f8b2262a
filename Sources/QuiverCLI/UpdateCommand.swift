import ArgumentParser
import Interchange
import Quiver

struct UpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change the metadata of documents; texts and vectors stay as they are.",
        discussion: """
            FILE is JSONL, {"key":"a","fields":{"year":2026},"remove":["draft"]} a line; - is standard \
            input. A key that is not there is an error. Each batch is kept as a whole or not at all; a \
            line on standard output acknowledges it.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Argument(help: "JSONL with the changes.", completion: .file())
    var file: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Lines in a batch.", valueName: "n")
    )
    var batch = 1000

    @Flag(help: "Acknowledge each batch with a line {\"acknowledged\":N}, N in total so far.")
    var json = false

    func validate() throws {
        guard batch >= 1 else { throw ValidationError("--batch is \(batch), not at least 1") }
    }

    func run() throws {
        let start = ContinuousClock.now
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let collection = try target.open(.readWrite)
        let reader = UpdateReader(
            try LineReader(path: file, isCancelled: { Signals.isInterrupted }),
            schema: collection.configuration
        )
        var updater = Updater(of: collection)
        updater.batchCount = batch
        var outputError: (any Error)?
        do {
            try updater.run(reader) { count in
                do {
                    try acknowledge(count, asJSON: json, progressLine)
                } catch {
                    outputError = error
                    return false
                }
                progressLine.show(
                    "updating",
                    completed: count,
                    unit: "documents",
                    fraction: reader.byteCount.map {
                        Double(reader.consumedByteCount) / Double(max(1, $0))
                    }
                )
                return !Signals.isInterrupted
            }
        } catch {
            throw outputError.map(AcknowledgementLost.init) ?? error
        }
        progressLine.clear()
        summarize(
            "updated \(counted(updater.updateCount, "document")) "
                + "in \(decimal((ContinuousClock.now - start).seconds, places: 1)) s\n",
            asJSON: json
        )
    }
}
