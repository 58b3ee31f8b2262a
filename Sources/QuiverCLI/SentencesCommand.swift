import ArgumentParser
import Interchange
import JSON
import Quiver

struct SentencesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sentences",
        abstract: "Divide texts into sentences.",
        discussion: """
            FILE is one text; - is standard input. By Unicode's rules, but not behind abbreviations and \
            initials; a sentence ends with its line, unless --wrapped is given.
            """
    )

    @Argument(help: "The texts; standard input without one.", completion: .file())
    var files: [String] = ["-"]

    @Option(
        help: ArgumentHelp(
            "The texts' language, whose abbreviations are known then: de, fr, es, it, pt, ru.",
            valueName: "code"
        )
    )
    var language: String?

    @Flag(
        help:
            "Lines are wrapped: a line end is white space, unless an empty line or an item follows."
    )
    var wrapped = false

    @Flag(help: "One JSON object a line, with \"start\", \"end\" (bytes) and \"text\".")
    var json = false

    func run() throws {
        let options = SentenceOptions(language: language, hasWrappedLines: wrapped)
        var writer = JSONWriter()
        for file in files {
            let text = try wholeText(at: file, isCancelled: { Signals.isInterrupted })
            for range in sentences(text, options) {
                try Signals.check()
                let sentence = String(
                    copying: try UTF8Span(validating: text.utf8.span.extracting(range))
                )
                guard json else {
                    StandardOutput.shared.write(onOneLine(sentence) + "\n")
                    try StandardOutput.shared.flushIfLong()
                    continue
                }
                writer.beginObject()
                if files.count > 1 {
                    writer.name("file")
                    writer.string(file)
                }
                writer.name("start")
                writer.integer(range.lowerBound)
                writer.name("end")
                writer.integer(range.upperBound)
                writer.name("text")
                writer.string(sentence)
                writer.endObject()
                try StandardOutput.shared.writeLine(&writer)
            }
        }
    }

    /// A sentence without the white space around it and with one space for each line end inside.
    private func onOneLine(_ sentence: String) -> String {
        let scalars = sentence.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        let body = String(scalars[first...last])
        guard body.contains(where: \.isNewline) else { return body }
        return body.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
