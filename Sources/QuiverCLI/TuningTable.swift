import Quiver

/// Indexes that were tried, a line each.
struct TuningTable {
    private let tuning: IndexTuning

    init(_ tuning: IndexTuning) {
        self.tuning = tuning
    }

    /// The recalls of the columns, what is wanted among them.
    private var recalls: [Double] {
        Set([0.8, 0.9, 0.95, 0.99, tuning.recall]).sorted()
    }

    func write(to output: StandardOutput) {
        let sample = tuning.basis == .rows ? "of its own rows" : "that were asked"
        output.write(
            "\(counted(tuning.rowCount, "row")), \(byteSize(tuning.rowByteCount)) in any case; "
                + "\(tuning.queryCount) queries \(sample), the \(tuning.k) nearest\n\n"
        )
        var lines = [
            ["", "index", "build", "index bytes"] + recalls.map { "\(share($0))" }
        ]
        let best = tuning.best
        for trial in tuning.trials {
            let isBest = trial.specification == best.specification
            lines.append(
                [
                    isBest ? "*" : "", printable(trial.specification.description),
                    time(trial.buildTime.seconds), byteSize(trial.indexByteCount),
                ] + recalls.map { recall in rate(trial.queryTime(forRecall: recall)) }
            )
        }
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for (number, line) in lines.enumerated() {
            let cells = zip(line, widths).enumerated().map { column, cell in
                column < 2
                    ? cell.0.paddedRight(to: cell.1) : cell.0.paddedLeft(to: cell.1)
            }
            output.write(cells.joined(separator: "  ") + "\n")
            guard number > 0, let reason = tuning.trials[number - 1].refusal else { continue }
            output.write("     cannot be built of some rows: \(printable(reason))\n")
        }
        output.write(
            "\nqueries a second and thread with which that share of the nearest is found; * is the "
                + "fastest for \(share(tuning.recall))"
                + (tuning.indexByteLimit.map { " in \(byteSize($0))" } ?? "") + "\n"
        )
    }

    private func share(_ recall: Double) -> String {
        let text = decimal(recall, places: 4)
        return String(text.reversed().drop { $0 == "0" }.reversed())
    }

    private func rate(_ time: Duration?) -> String {
        guard let time, time > .zero else { return "–" }
        let rate = 1 / time.seconds
        return decimal(rate, places: rate < 100 ? 1 : 0)
    }

    private func time(_ seconds: Double) -> String {
        seconds < 100
            ? "\(decimal(seconds, places: 1)) s" : "\(decimal(seconds / 60, places: 1)) min"
    }
}
