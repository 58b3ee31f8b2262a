import ArgumentParser
import JSON
import Quiver

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train an index with a collection's vectors, for this collection or others.",
        discussion: """
            Writes what the index learns before it takes any vectors (centroids of lists, rotations, codes) into a file, \
            from which create --trained and alter --set-trained build indexes without training.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Option(
        help: ArgumentHelp("A FAISS factory string, such as IVF1024,SQ8.", valueName: "factory")
    )
    var index: String

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Where the trained index is written.", valueName: "file"),
        completion: .file()
    )
    var path: String

    @Option(
        name: .customLong("vector-field"),
        help: "The vector field; needed where there are several."
    )
    var vectorField: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Vectors that it learns from, at most (default: 256 a centroid).",
            valueName: "n"
        )
    )
    var sample: Int?

    @Option(parsing: .unconditional, help: "Of the choice of the vectors that it learns from.")
    var seed: UInt64 = 0

    @Flag(help: "Print {\"index\":…,\"dimension\":D,\"bytes\":N}.")
    var json = false

    func validate() throws {
        if let sample, sample < 1 {
            throw ValidationError("--sample is \(sample), not at least 1")
        }
    }

    func run() throws {
        let specification = try IndexSpecification(parsing: index)
        let snapshot = try target.open(.readOnly).snapshot()
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        progressLine.show("training", completed: 0, unit: "rows", fraction: nil)
        let trained = try snapshot.train(
            specification,
            vectorField: vectorField,
            rowLimit: sample,
            seed: seed,
            threadCount: threadCount
        ) { !Signals.isInterrupted }
        progressLine.clear()
        try trained.write(to: path)
        guard json else {
            return StandardOutput.shared.write(
                "trained \(trained.kind) of dimension \(trained.dimension), "
                    + "\(byteSize(trained.bytes.count)), in \(path)\n"
            )
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("index")
        writer.string(trained.kind.description)
        writer.name("dimension")
        writer.integer(trained.dimension)
        writer.name("bytes")
        writer.integer(trained.bytes.count)
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }
}
