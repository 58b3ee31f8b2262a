import ArgumentParser
import Interchange
import JSON
import Quiver
import Synchronization

struct NeighboursCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neighbours",
        abstract: "Write the nearest rows of every row, or of every vector of a file, to a file.",
        discussion: """
            The file is a NumPy array with the fields 'rows' (int64[k]; -1 where there are fewer) and 'scores' (float32[k]), \
            nearest first. Rows are numbered as the snapshot numbers them.

            It can be ended at any moment: the same command goes on where it was, as long as nothing was written to the \
            collection; with --at it does so in any case.
            """
    )

    @OptionGroup var target: CollectionArguments
    @OptionGroup var state: SnapshotArguments

    @Option(
        help: ArgumentHelp("The file to write, which must not exist.", valueName: "file"),
        completion: .file(extensions: ["npy"])
    )
    var to: String

    @Option(name: .customShort("k"), help: "Neighbours of each.")
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
            "Memory for queries and neighbours that are not written yet: 64MiB, 1GiB, or bytes.",
            valueName: "bytes"
        )
    )
    var memory = ByteCountArgument(byteCount: 64 << 20)

    @Flag(help: "Print {\"queries\":N,\"resumed\":N,\"k\":N,\"commit\":N}.")
    var json = false

    func validate() throws {
        guard k >= 1 else { throw ValidationError("-k is \(k), not at least 1") }
        guard effort.deadline == nil else {
            throw ValidationError("--deadline belongs to searches; end this at any moment instead")
        }
        let minimum = NeighbourRequest.minimumMemoryByteCount
        guard memory.byteCount >= minimum else {
            throw ValidationError("--memory is \(memory.byteCount), not at least \(minimum)")
        }
    }

    func run() throws {
        let snapshot = try state.snapshot(of: target)
        var request = NeighbourRequest(
            k: k,
            vectorField: vectorField,
            filter: try condition.parsed(),
            memoryByteCount: memory.byteCount,
            threadCount: threadCount
        )
        effort.apply(to: &request)
        let refusal = Mutex<(any Error)?>(nil)
        if let vectors {
            request.queries = .vectors(
                name: vectors,
                count: try VectorFile(path: vectors).count
            ) { range throws(StoreError) in
                do {
                    return try VectorFile(path: vectors).rows(range)
                } catch {
                    refusal.withLock { $0 = error }
                    throw .cancelled
                }
            }
        }
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let summary = try reporting(refusal) {
            try snapshot.writeNeighbours(request, to: to) { completed, total in
                progressLine.show(
                    "neighbours",
                    completed: completed,
                    unit: "rows",
                    fraction: Double(completed) / Double(max(1, total))
                )
                return !Signals.isInterrupted
            }
        }
        progressLine.clear()
        guard json else {
            let resumed =
                summary.resumedCount > 0 ? " (\(summary.resumedCount) of them before)" : ""
            StandardOutput.shared.write(
                "wrote \(k) neighbours of each of \(counted(summary.queryCount, "row"))"
                    + "\(resumed) to \(printable(to))\n"
            )
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in [
            ("queries", summary.queryCount), ("resumed", summary.resumedCount), ("k", k),
            ("commit", Int(clamping: snapshot.commit)),
        ] {
            writer.name(name)
            writer.integer(value)
        }
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }

    /// Does `body`, and throws what reading the vectors met in the place of what that led to.
    private func reporting<Result>(
        _ refusal: borrowing Mutex<(any Error)?>,
        _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try condition.explaining(body)
        } catch {
            throw refusal.withLock { $0 } ?? error
        }
    }
}
