import ArgumentParser
import Interchange
import JSON
import Quiver

struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Put the rows of a vector field into clusters by k-means.",
        discussion: """
            Prints the size of each cluster; with --json a line for each row, in the order in which rows are numbered: \
            {"key":"a","row":0,"cluster":7}, or null where the document is gone. The same rows and --seed give the same clusters. \
            Under cosine k-means is spherical: the middles have norm 1.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Clusters.", valueName: "n"))
    var count: Int

    @Option(
        name: .customLong("vector-field"),
        help: "The vector field; needed where there are several."
    )
    var vectorField: String?

    @OptionGroup var snapshot: SnapshotArguments

    @Option(
        help: ArgumentHelp(
            "Write the middles, a row each, into this .npy file.",
            valueName: "file"
        ),
        completion: .file(extensions: ["npy"])
    )
    var centroids: String?

    @Option(
        parsing: .unconditional,
        help: "Of the rows that k-means learns from and begins with."
    )
    var seed: UInt64 = 0

    @Option(parsing: .unconditional, help: "Passes over the rows that k-means learns from.")
    var iterations = 25

    @Option(
        name: .customLong("sample"),
        parsing: .unconditional,
        help: ArgumentHelp("Rows a cluster that k-means learns from, at most.", valueName: "n")
    )
    var rowsPerCluster = 256

    @Flag(help: "Print a line of JSON for each row.")
    var json = false

    func run() throws {
        let snapshot = try snapshot.snapshot(of: target)
        var options = ClusteringOptions()
        options.seed = seed
        options.iterationCount = iterations
        options.rowsPerCluster = rowsPerCluster
        options.threadCount = threadCount
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let clustering = try snapshot.cluster(
            vectorField: vectorField,
            count: count,
            options: options
        ) { completed, total in
            progressLine.show(
                "clustering",
                completed: completed,
                unit: "rows",
                fraction: Double(completed) / Double(max(1, total))
            )
            return !Signals.isInterrupted
        }
        progressLine.clear()
        if let centroids {
            var file = try NPYWriter(path: centroids, dimension: clustering.centroids[0].count)
            for centroid in clustering.centroids { try file.append(centroid) }
            try file.finish()
        }
        if json {
            try print(clustering, of: snapshot)
        } else {
            printSizes(of: clustering)
        }
    }

    private func printSizes(of clustering: Clustering) {
        let rowCount = max(1, clustering.sizes.reduce(0, +))
        StandardOutput.shared.write("cluster       rows\n")
        for (cluster, size) in clustering.sizes.enumerated() {
            let share = decimal(100 * Double(size) / Double(rowCount), places: 1)
            StandardOutput.shared.write(
                "\(cluster)".paddedLeft(to: 7) + "\(size)".paddedLeft(to: 11) + "  \(share) %\n"
            )
        }
    }

    private func print(_ clustering: Clustering, of snapshot: Snapshot) throws {
        var writer = JSONWriter()
        let clusters = clustering.clusters
        for first in stride(from: 0, to: clusters.count, by: 4_096) {
            try Signals.check()
            let rows = first..<min(clusters.count, first + 4_096)
            for (row, owner) in zip(
                rows,
                try snapshot.owners(ofRows: rows, vectorField: vectorField)
            ) {
                if let owner {
                    writer.beginObject()
                    writer.key(owner.key)
                    writer.name("row")
                    writer.integer(owner.row)
                    writer.name("cluster")
                    writer.integer(clusters[row])
                    writer.endObject()
                } else {
                    writer.null()
                }
                try StandardOutput.shared.writeLine(&writer)
            }
        }
    }
}
