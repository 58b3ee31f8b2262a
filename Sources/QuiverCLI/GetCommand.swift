import ArgumentParser
import JSON
import Quiver

struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print documents by their keys."
    )

    @OptionGroup var target: CollectionArguments
    @OptionGroup var state: SnapshotArguments

    @Argument(
        help: ArgumentHelp("Keys: digits are an integer, s:… is a string.", valueName: "key")
    )
    var keys: [KeyArgument]

    @Flag(help: "One JSON object a document.")
    var json = false

    func run() throws {
        let snapshot = try state.snapshot(of: target)
        let printer = DocumentPrinter(
            asJSON: json,
            schema: snapshot.configuration,
            withVersion: true
        )
        var missing: [Key] = []
        var writer = JSONWriter()
        // One after the other: each may be 64 MiB long.
        for key in keys.map(\.key) {
            try Signals.check()
            guard let document = try snapshot.documents([key]).first ?? nil else {
                missing.append(key)
                continue
            }
            try printer.print(document, &writer)
        }
        try StandardOutput.shared.flush()
        if !missing.isEmpty { throw MissingKeys(keys: missing) }
    }
}

/// Keys that name no document.
struct MissingKeys: Error {
    var keys: [Key]
}
