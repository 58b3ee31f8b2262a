import ArgumentParser
import JSON
import Quiver

struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print documents by their keys."
    )

    @OptionGroup var target: CollectionArguments

    @Argument(
        help: ArgumentHelp("Keys: digits are an integer, s:… is a string.", valueName: "key")
    )
    var keys: [KeyArgument]

    @Flag(help: "One JSON object a document.")
    var json = false

    func run() throws {
        let snapshot = try target.open(.readOnly).snapshot()
        var missing: [Key] = []
        var writer = JSONWriter()
        // One after the other: each may be 64 MiB long.
        for key in keys.map(\.key) {
            try Signals.check()
            guard let document = try snapshot.documents([key]).first ?? nil else {
                missing.append(key)
                continue
            }
            if json {
                try write(document, &writer)
            } else {
                write(document)
            }
        }
        try StandardOutput.shared.flush()
        if !missing.isEmpty { throw MissingKeys(keys: missing) }
    }

    private func write(_ document: StoredDocument, _ writer: inout JSONWriter) throws {
        writer.beginObject()
        writer.key(document.key)
        if let text = document.text {
            writer.name("text")
            writer.string(text)
        }
        writer.name("vector")
        try writer.vector(document.vector)
        writer.name("version")
        writer.integer(document.version)
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }

    private func write(_ document: StoredDocument) {
        let output = StandardOutput.shared
        output.write("key      \(printable(document.key.argument))\n")
        output.write("version  \(document.version)\n")
        output.write("text     \(document.text ?? "(none)")\n")
        let head = document.vector.prefix(8).map { "\($0)" }.joined(separator: ", ")
        let rest = document.vector.count > 8 ? ", … \(document.vector.count) numbers" : ""
        output.write("vector   [\(head)\(rest)]\n")
    }
}

/// Keys that name no document.
struct MissingKeys: Error {
    var keys: [Key]
}
