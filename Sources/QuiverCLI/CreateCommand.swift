import ArgumentParser
import Quiver

struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a collection, and the store if it is not there."
    )

    @OptionGroup var target: CollectionArguments

    @Option(
        parsing: .unconditional,
        help: "Numbers in a vector, 1 to \(VectorField.maximumDimension)."
    )
    var dimension: Int

    @Option(help: "What \"near\" means.")
    var metric = CaseArgument(Metric.cosine)

    @Option(help: "How the numbers of a vector are stored.")
    var storage = CaseArgument(Storage.float32)

    @Option(
        help: ArgumentHelp(
            "How vectors are searched: automatic, exact, graph, ivf, or a FAISS factory string.",
            discussion: "Such as IVF1024,SQ8 or HNSW32,SQ8 or OPQ32,IVF1024,PQ32x4fs."
        ),
        completion: .list(["automatic", "exact", "graph", "ivf"])
    )
    var index = "automatic"

    func validate() throws {
        guard 1...VectorField.maximumDimension ~= dimension else {
            throw ValidationError(
                "--dimension is \(dimension), not within 1…\(VectorField.maximumDimension)"
            )
        }
    }

    func run() throws {
        let index = try IndexSpecification(parsing: index)
        let configuration = CollectionConfiguration(
            dimension: dimension,
            metric: metric.value,
            storage: storage.value,
            index: index
        )
        // Before a store is made for nothing.
        try configuration.check()
        let store =
            Store.exists(at: target.store)
            ? try Store.open(at: target.store) : try Store.create(at: target.store)
        _ = try store.createCollection(target.collection, configuration)
        StandardOutput.shared.write(
            "created collection \(target.collection) in \(target.store): dimension \(dimension), "
                + "\(metric.value), \(storage.value), \(index)\n"
        )
    }
}
