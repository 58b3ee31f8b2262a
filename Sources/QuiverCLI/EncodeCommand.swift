import ArgumentParser
import Encoders
import Interchange
import JSON
import Quiver
import Tensors

struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Encode texts into the rows of an .npy file, or into documents as JSON.",
        discussion: """
            FILE has one text a line, or, if its name ends in .jsonl, a JSON object a line with the \
            text in its member "text"; - is standard input, one text a line. Texts are encoded as \
            documents. With --train-reduction the output is no rows but what reduces rows of tokens \
            to fewer numbers, for --reduce.
            """
    )

    @OptionGroup var encoder: EncoderArguments

    @Argument(help: "The texts.", completion: .file())
    var file: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file to write, .npy, or .safetensors for a reduction; it appears when it is whole.",
            valueName: "file"
        )
    )
    var output: String?

    @Option(
        name: .customLong("train-reduction"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Find the n directions in which the rows of the texts' tokens vary most.",
            valueName: "n"
        )
    )
    var reducedDimension: Int?

    @Flag(
        help: "Print a document a line that import reads: the number of the text from 0 as its key."
    )
    var json = false

    func validate() throws {
        guard encoder.encoder != nil else {
            throw ValidationError("Missing expected argument '--encoder <dir>'")
        }
        guard json != (output != nil) else {
            throw ValidationError("say where the rows go, with either --output or --json")
        }
        let suffix = reducedDimension == nil ? ".npy" : ".safetensors"
        if let output, !output.hasSuffix(suffix) {
            throw ValidationError(
                "--output \(output) does not end in \(suffix), the only format written"
            )
        }
        if let reducedDimension {
            guard !json, reducedDimension >= 1 else {
                throw ValidationError(
                    json
                        ? "a reduction goes to --output, not to --json"
                        : "--train-reduction is \(reducedDimension), not at least 1"
                )
            }
            guard encoder.mode?.value == .tokens, encoder.reduction == nil else {
                throw ValidationError(
                    "--train-reduction belongs to --encoder-mode tokens, without --reduce"
                )
            }
        }
    }

    func run() throws {
        guard let description = encoder.description else { return }
        let opened = try OpenedEncoder(opening: description)
        if let reducedDimension {
            try trainReduction(to: reducedDimension, opened)
        } else if let output {
            try writeRows(to: output, opened)
        } else {
            try printDocuments(opened)
        }
    }

    private func writeRows(to output: String, _ opened: OpenedEncoder) throws {
        let start = ContinuousClock.now
        var writer = try NPYWriter(path: output, dimension: opened.dimension)
        let textCount = try forEachBatch(opened) { _, encoded, _ in
            try writer.append(encoded.rows)
        }
        let count = writer.count
        try writer.finish()
        report(start, textCount, "into \(output) (\(count) × \(opened.dimension))")
    }

    private func printDocuments(_ opened: OpenedEncoder) throws {
        var writer = JSONWriter()
        try forEachBatch(opened) { texts, encoded, earlier in
            for (ordinal, text) in texts.enumerated() {
                try writer.document(
                    key: .integer(UInt64(earlier + ordinal)),
                    text: text,
                    encoded,
                    ordinal,
                    columns: opened.encoder.rowColumns
                )
                try StandardOutput.shared.writeLine(&writer)
            }
        }
    }

    private func trainReduction(to count: Int, _ opened: OpenedEncoder) throws {
        guard let output, let encoder = opened.encoder as? TokenEncoder else { return }
        guard count <= opened.dimension else {
            throw EncoderFailure(
                message: "--train-reduction is \(count), and the encoder makes rows of "
                    + "\(opened.dimension) numbers"
            )
        }
        let start = ContinuousClock.now
        var training = PrincipalComponentsTraining(dimension: opened.dimension)
        let textCount = try forEachBatch(opened) { _, encoded, _ in
            training.add(encoded.rows[...], threadCount: threadCount)
        }
        guard let reduction = training.components(count, source: encoder.reductionSource) else {
            throw EncoderFailure(message: "\(file): no token to learn a reduction from")
        }
        try reduction.write(to: output)
        report(
            start,
            textCount,
            "of \(counted(training.rowCount, "token")) into \(output) (\(opened.dimension) → "
                + "\(count), \(decimal(Double(reduction.keptShare) * 100, places: 1)) % of the variance)"
        )
    }

    /// Calls `body` with some texts, what the encoder makes of them and how many came before; gives how many there were.
    @discardableResult
    private func forEachBatch(
        _ opened: OpenedEncoder,
        _ body: ([String], EncodedTexts, Int) throws -> Void
    ) throws -> Int {
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let reader = try TextReader(path: file, isCancelled: { Signals.isInterrupted })
        // The encoder sorts by length those that are in memory at once.
        let batchCount = opened.encoder.givesOneRow ? 4096 : 512
        var earlier = 0
        while case let texts = try reader.read(upTo: batchCount), !texts.isEmpty {
            let encoded = try opened.encoder.encode(texts, opened.request) { count in
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
            try body(texts, encoded, earlier)
            earlier += texts.count
        }
        return earlier
    }

    private func report(_ start: ContinuousClock.Instant, _ textCount: Int, _ what: String) {
        let seconds = (ContinuousClock.now - start).seconds
        StandardOutput.shared.write(
            "encoded \(counted(textCount, "text")) \(what) in \(decimal(seconds, places: 1)) s\n"
        )
    }
}
