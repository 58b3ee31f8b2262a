import ArgumentParser
import Files
import JSON
import Quiver

struct NeighboursCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neighbours",
        abstract: "Write the nearest rows of every row, or of every vector of a file, to a file.",
        discussion: """
            The file is a NumPy array of records, one a query: 'rows' (int64[k]; -1 where there are fewer) and 'scores' \
            (float32[k]), nearest first. Rows are numbered as the snapshot numbers them; --keys says whose they are. A \
            row's own document is not among its neighbours, and rows of deleted documents have none.

            It can be ended at any moment, and the same command goes on from there, as long as nothing was written to the \
            collection; with --at it does so in any case.

            The files of --shard 0/4 to 3/4, one behind the other, have the records of the whole.
            """
    )

    @OptionGroup var target: CollectionArguments
    @OptionGroup var state: SnapshotArguments

    @Option(
        help: ArgumentHelp("The file to write, which must not exist.", valueName: "file"),
        completion: .file(extensions: ["npy"])
    )
    var to: String

    @Option(
        help: ArgumentHelp(
            "Write whose each row is, too: line i is of row i, {\"key\":…,\"row\":N}, or null of a deleted document.",
            valueName: "file"
        ),
        completion: .file(extensions: ["jsonl"])
    )
    var keys: String?

    @Option(name: .customShort("k"), parsing: .unconditional, help: "Neighbours of each.")
    var k = 10

    @Option(
        help: ArgumentHelp(
            "Query vectors: an .npy, .fvecs or .fbin file; the collection's own rows without one.",
            valueName: "file"
        ),
        completion: .file(extensions: ["npy", "fvecs", "fbin"])
    )
    var vectors: String?

    @Option(
        name: .customLong("vector-field"),
        help: ArgumentHelp(
            "The vector field that is searched, if there are several.",
            valueName: "name"
        )
    )
    var vectorField: String?

    @OptionGroup var condition: FilterOption
    @OptionGroup(title: "Effort") var effort: EffortOptions

    @Option(
        help: ArgumentHelp(
            "Answer only share I, from 0 on, of N shares of the queries.",
            valueName: "i/n"
        )
    )
    var shard: ShardArgument?

    @Option(
        help: ArgumentHelp(
            "Memory for searches and for neighbours that are not written yet: 64MiB, 1GiB, or bytes.",
            valueName: "bytes"
        )
    )
    var memory = ByteCountArgument(byteCount: 64 << 20)

    @Flag(help: "Print {\"first\":N,\"queries\":N,\"resumed\":N,\"k\":N,\"commit\":N}.")
    var json = false

    func validate() throws {
        let maximum = SearchRequest.maximumCandidateCount
        guard (1...maximum).contains(k) else {
            throw ValidationError("-k is \(k), not within 1…\(maximum)")
        }
        guard effort.deadline == nil else {
            throw ValidationError("--deadline belongs to searches; end this at any moment instead")
        }
        let minimum = NeighbourRequest.minimumMemoryByteCount
        guard memory.byteCount >= minimum else {
            throw ValidationError("--memory is \(memory.byteCount), not at least \(minimum)")
        }
    }

    func run() throws {
        // Before --keys has replaced what belongs to it.
        guard try fileKind(to) == .missing else { throw StoreError.alreadyExists(path: to) }
        let snapshot = try state.snapshot(of: target)
        var request = NeighbourRequest(
            k: k,
            vectorField: vectorField,
            filter: try condition.parsed(),
            memoryByteCount: memory.byteCount
        )
        if let shard { (request.shard, request.shardCount) = (shard.number, shard.count) }
        effort.apply(to: &request)
        let vectors = try vectors.map { try QueryVectors(path: $0) }
        if let vectors { request.queries = try vectors.queries() }
        if let keys {
            try RowKeysFile(snapshot: snapshot, vectorField: vectorField).write(to: keys)
        }
        let summary =
            try vectors?.reporting { try write(request, of: snapshot) }
            ?? write(request, of: snapshot)
        try report(summary, snapshot)
    }

    private func write(
        _ request: NeighbourRequest,
        of snapshot: Snapshot
    ) throws -> NeighbourSummary {
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        return try condition.explaining {
            try snapshot.writeNeighbours(request, to: to) { completed, total in
                progressLine.show(
                    "neighbours",
                    completed: completed,
                    unit: "queries",
                    fraction: Double(completed) / Double(max(1, total))
                )
                return !Signals.isInterrupted
            }
        }
    }

    private func report(_ summary: NeighbourSummary, _ snapshot: Snapshot) throws {
        guard json else {
            let resumed =
                summary.resumedCount > 0 ? " (\(summary.resumedCount) of them before)" : ""
            StandardOutput.shared.write(
                "wrote \(k) neighbours of each of "
                    + counted(summary.queries.count, vectors == nil ? "row" : "vector")
                    + "\(resumed) to \(printable(to))\n"
            )
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in [
            ("first", summary.queries.lowerBound), ("queries", summary.queries.count),
            ("resumed", summary.resumedCount), ("k", k),
            ("commit", Int(clamping: snapshot.commit)),
        ] {
            writer.name(name)
            writer.integer(value)
        }
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }
}
