import ArgumentParser
import Interchange
import JSON
import Quiver

struct ScoresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scores",
        abstract: "Print the exact scores of pairs of documents.",
        discussion: """
            FILE has a pair a line, {"a":KEY,"b":KEY}, with "rowA" and "rowB" where documents have several rows and not the first is \
            meant; standard input without a file. Prints a number a line: the score with which a search for the one finds the other.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Argument(help: "Pairs, a line of JSON each; '-' for standard input.", completion: .file())
    var file = "-"

    @Option(
        name: .customLong("vector-field"),
        help: "The vector field; needed where there are several."
    )
    var vectorField: String?

    @OptionGroup var snapshot: SnapshotArguments

    @Flag(help: "The same: a number is JSON.")
    var json = false

    func run() throws {
        let snapshot = try snapshot.snapshot(of: target)
        let reader = try RowPairReader(path: file, isCancelled: { Signals.isInterrupted })
        var writer = JSONWriter()
        while true {
            try Signals.check()
            var pairs: [(Int, Int)] = []
            while pairs.count < 4_096, let (one, other) = try reader.next() {
                pairs.append(
                    (
                        try number(of: one, in: snapshot, at: reader.position),
                        try number(of: other, in: snapshot, at: reader.position)
                    )
                )
            }
            guard !pairs.isEmpty else { break }
            for score in try snapshot.scores(
                ofRowPairs: pairs,
                vectorField: vectorField,
                threadCount: threadCount
            ) {
                try writer.float(score)
                try StandardOutput.shared.writeLine(&writer)
            }
        }
    }

    private func number(
        of row: RowOwner,
        in snapshot: Snapshot,
        at position: SourcePosition
    ) throws -> Int {
        guard let rows = try snapshot.rowNumbers(of: row.key, vectorField: vectorField) else {
            throw InterchangeError.refused(.unknownKey(row.key), at: position)
        }
        guard row.row < rows.count else {
            let reason =
                "document \(row.key) has \(counted(rows.count, "row")), and no row \(row.row)"
            throw InterchangeError.refused(.invalidSearch(reason: reason), at: position)
        }
        return rows.lowerBound + row.row
    }
}
