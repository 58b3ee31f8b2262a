import ArgumentParser
import Interchange
import JSON
import Quiver

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract:
            "Measure how the recall of a collection's indexes grows with the effort of a search.",
        discussion: """
            Imports and compactions do so by themselves wherever an index, many documents or the queries have changed. \
            Searches with --recall go by what was measured, and 'quiver stats' shows it.

            Three samples are looked for, exactly and with one effort after the other: documents of the collection, each as \
            if it were not there; points between two of them, which are harder than most queries; and real queries: those \
            of --queries, else those that searches with --recall have kept, if there are 100 of them.
            """
    )

    @Argument(help: "The store's directory.", completion: .directory)
    var store: String

    @Argument(help: "The collection's name.")
    var collection: String

    @Option(
        name: .customLong("vector-field"),
        help: "The vector field; needed where there are several."
    )
    var vectorField: String?

    @Option(
        help: ArgumentHelp(
            "What users ask: vectors in a .npy, .fvecs or .fbin file.",
            valueName: "file"
        ),
        completion: .file()
    )
    var queries: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Queries of each sample, at least 100.", valueName: "count")
    )
    var sample = 1_200

    @Option(parsing: .unconditional, help: "Of the choice of the samples.")
    var seed: UInt64 = 0

    @Flag(help: "Print {\"commit\":N,\"curves\":[…]}.")
    var json = false

    func validate() throws {
        guard sample >= 100 else {
            throw ValidationError("--sample is \(sample), not at least 100")
        }
    }

    func run() throws {
        let store = try Store.open(at: store)
        let collection = try store.collection(collection)
        let queries = try queries.map { try allVectors(ofFile: $0) } ?? []
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let calibration = try collection.calibrate(
            vectorField: vectorField,
            queries: queries,
            options: CalibrationOptions(queryCount: sample, seed: seed, threadCount: threadCount)
        ) { progress in
            progressLine.show(progress)
            return !Signals.isInterrupted
        }
        progressLine.clear()
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            if let calibration {
                writer.name("commit")
                writer.integer(calibration.commit)
            }
            writer.name("curves")
            writer.beginArray()
            for curve in calibration?.curves ?? [] { try writer.curve(curve) }
            writer.endArray()
            writer.endObject()
            try StandardOutput.shared.writeLine(&writer)
        } else if let calibration {
            for curve in calibration.curves { printCurve(curve) }
        } else {
            StandardOutput.shared.write("no index to measure: every search compares all rows\n")
        }
    }

    private func printCurve(_ curve: RecallCurve) {
        let output = StandardOutput.shared
        output.write(
            "\(curve.basis.rawValue), the \(curve.k) nearest, \(curve.queryCount) queries\n"
                + "  effort  recall  95 % interval  distances\n"
        )
        for point in curve.points {
            let estimate = curve.estimate(atEffort: point.effort)
            let interval =
                "\(decimal(estimate.interval.lowerBound, places: 4))–\(decimal(estimate.interval.upperBound, places: 4))"
            output.write(
                "  \(decimal(point.effort, places: 3).paddedLeft(to: 6))"
                    + "  \(decimal(point.recall, places: 4))  \(interval)"
                    + "  \(decimal(point.distanceCount, places: 0).paddedLeft(to: 9))\n"
            )
        }
    }
}

/// A measured recall in a line.
func description(of estimate: RecallEstimate) -> String {
    let bounds = [estimate.interval.lowerBound, estimate.interval.upperBound]
    let interval = bounds.map { decimal($0, places: 4) }.joined(separator: "–")
    let sample = estimate.basis == .rows ? "its own rows" : "queries that were asked"
    return "\(decimal(estimate.recall, places: 4)) of the \(estimate.k) nearest (\(interval)), by "
        + "\(estimate.queryCount) of \(sample)"
}

extension JSONWriter {
    mutating func estimate(_ estimate: RecallEstimate) throws {
        beginObject()
        name("basis")
        string(estimate.basis.rawValue)
        name("k")
        integer(estimate.k)
        name("queries")
        integer(estimate.queryCount)
        try measured(estimate)
        endObject()
    }

    fileprivate mutating func curve(_ curve: RecallCurve) throws {
        beginObject()
        name("basis")
        string(curve.basis.rawValue)
        name("k")
        integer(curve.k)
        name("queries")
        integer(curve.queryCount)
        name("points")
        beginArray()
        for point in curve.points {
            beginObject()
            try measured(curve.estimate(atEffort: point.effort))
            endObject()
        }
        endArray()
        endObject()
    }

    mutating func measured(_ estimate: RecallEstimate) throws {
        for (name, value) in [
            ("effort", estimate.effort), ("recall", estimate.recall),
            ("low", estimate.interval.lowerBound), ("high", estimate.interval.upperBound),
            ("distances", estimate.distanceCount),
        ] {
            self.name(name)
            try double(value)
        }
    }
}
