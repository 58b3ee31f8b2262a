import ArgumentParser
import Interchange
import JSON
import Quiver

struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Print documents in the order of their keys, as import reads them.",
        discussion: """
            What is printed with --json --with text,fields,vectors,columns makes an equal collection \
            when it is imported.
            """
    )

    @OptionGroup var target: CollectionArguments
    @OptionGroup var state: SnapshotArguments

    @OptionGroup var condition: FilterOption

    @Option(parsing: .unconditional, help: ArgumentHelp("Documents at most.", valueName: "n"))
    var limit: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Begin behind this key, whether or not it is there.", valueName: "key")
    )
    var after: KeyArgument?

    @Option(
        help: ArgumentHelp(
            "Parts that are printed beside the key: text, fields, vectors, columns, version.",
            valueName: "parts"
        ),
        completion: .list(ContentsArgument.parts)
    )
    var with = ContentsArgument(contents: [.text, .fields])

    @Flag(help: "One JSON object a document.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit), not at least 1") }
    }

    func run() throws {
        let filter = try condition.parsed()
        let snapshot = try state.snapshot(of: target)
        let printer = DocumentPrinter(
            asJSON: json,
            schema: snapshot.configuration,
            withVersion: with.includesVersion
        )
        var writer = JSONWriter()
        var count = 0
        // The engine's closure may throw errors of the store alone.
        var failure: (any Error)?
        try condition.explaining {
            try snapshot.scan(filter, after: after?.key, contents: with.contents) { document in
                do {
                    try Signals.check()
                    try printer.printLine(document, &writer)
                    count += 1
                    return limit.map { count < $0 } ?? true
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
    }
}
