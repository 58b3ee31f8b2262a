import ArgumentParser
import Interchange
import JSON
import Quiver

struct TermsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms",
        abstract: "Turn texts into the terms by which they are searched for words.",
        discussion: """
            FILE has one text a line, or, if its name ends in .jsonl, a JSON object a line with the \
            text in its member "text". The terms are those of search --match.
            """
    )

    @Argument(help: "The texts; standard input without one.", completion: .file())
    var file = "-"

    @Option(
        name: .customLong("language"),
        help: ArgumentHelp(
            "Words are reduced to the stems of this language, such as en or german.",
            valueName: "language"
        )
    )
    var languageName: String?

    @Flag(help: "One JSON array of terms a line.")
    var json = false

    func run() throws {
        let language = try languageName.map { try knownLanguage($0, of: "--language") }
        let reader = try TextReader(path: file, isCancelled: { Signals.isInterrupted })
        var writer = JSONWriter()
        while let text = try reader.next() {
            try Signals.check()
            let found = terms(text, language: language)
            if json {
                writer.beginArray()
                for term in found { writer.string(term) }
                writer.endArray()
                try StandardOutput.shared.writeLine(&writer)
            } else {
                StandardOutput.shared.write(found.joined(separator: " ") + "\n")
                try StandardOutput.shared.flushIfLong()
            }
            // Whoever types at a terminal, or waits at a pipe, sees each answer at once.
            if reader.byteCount == nil { try StandardOutput.shared.flush() }
        }
    }
}
