import ArgumentParser
import Encoders
import Interchange
import Quiver

struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Encode texts into the rows of an .npy file.",
        discussion: """
            FILE has one text a line, or, if its name ends in .jsonl, a JSON object a line with the \
            text in its member "text"; - is standard input, one text a line. Texts are encoded as \
            documents.
            """
    )

    @Option(help: ArgumentHelp("The encoder's folder.", valueName: "dir"), completion: .directory)
    var encoder: String

    @Argument(help: "The texts.", completion: .file())
    var file: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The .npy file to write; it appears when it is whole.", valueName: "npy")
    )
    var output: String

    func validate() throws {
        guard output.hasSuffix(".npy") else {
            throw ValidationError(
                "--output \(output) does not end in .npy, the only format written"
            )
        }
    }

    func run() throws {
        let start = ContinuousClock.now
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let reader = try TextReader(path: file, isCancelled: { Signals.isInterrupted })
        let encoder = try openEncoder(at: encoder)
        var writer = try NPYWriter(path: output, dimension: encoder.dimension)
        while case let texts = try reader.read(upTo: Self.textBatchCount), !texts.isEmpty {
            let earlier = writer.count
            let rows = try encoder.encode(texts, role: .document, threadCount: threadCount) {
                count in
                progressLine.show(
                    "encoding \(file)",
                    completed: earlier + count,
                    unit: "texts",
                    fraction: reader.byteCount.map {
                        Double(reader.consumedByteCount) / Double(max(1, $0))
                    }
                )
                return !Signals.isInterrupted
            }
            try writer.append(rows)
        }
        let count = writer.count
        try writer.finish()
        progressLine.clear()
        let seconds = (ContinuousClock.now - start).seconds
        StandardOutput.shared.write(
            "encoded \(count) texts into \(output) (\(count) × \(encoder.dimension)) "
                + "in \(decimal(seconds, places: 1)) s\n"
        )
    }

    /// Texts that are in memory at once; the encoder sorts them by length.
    private static let textBatchCount = 4096
}
