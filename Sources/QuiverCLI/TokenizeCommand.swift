import ArgumentParser
import Interchange
import JSON
import Tokenizers

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn texts into token ids, as a tokenizer.json says.",
        discussion: """
            FILE has one text a line, or, if its name ends in .jsonl, a JSON object a line with the \
            text in its member "text". Texts are truncated as the tokenizer's own file says.
            """
    )

    @Option(
        help: ArgumentHelp("The tokenizer's file, tokenizer.json.", valueName: "json"),
        completion: .file(extensions: ["json"])
    )
    var tokenizer: String

    @Argument(help: "The texts; standard input without one.", completion: .file())
    var file = "-"

    @Flag(help: "One JSON array of ids a line.")
    var json = false

    func run() throws {
        let tokenizer = try Tokenizer(file: tokenizer)
        let reader = try TextReader(path: file, isCancelled: { Signals.isInterrupted })
        var writer = JSONWriter()
        while let text = try reader.next() {
            try Signals.check()
            let ids = try tokenizer.encode(text)
            if json {
                writer.beginArray()
                for id in ids { writer.integer(id) }
                writer.endArray()
                try StandardOutput.shared.writeLine(&writer)
            } else {
                StandardOutput.shared.write(ids.map { "\($0)" }.joined(separator: " ") + "\n")
            }
            // Whoever types at a terminal, or waits at a pipe, sees each answer at once.
            if reader.byteCount == nil { try StandardOutput.shared.flush() }
        }
    }
}
