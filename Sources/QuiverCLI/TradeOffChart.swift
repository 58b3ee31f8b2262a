import Files
import Glibc
import Quiver

/// Recall against queries a second of the indexes that were tried, as an SVG that needs nothing else.
struct TradeOffChart {
    private static let (width, height) = (860.0, 520.0)
    private static let (left, right, top, bottom) = (76.0, 250.0, 52.0, 56.0)
    /// Told apart by people who see no red or green, too (Okabe and Ito, "Color Universal Design", 2008).
    private static let colours = [
        "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7F7F7F",
    ]
    private static let recallTicks = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]
    /// Where nothing is missed any more.
    private static let leastMiss = 0.0005

    private struct Series {
        let trial: IndexTrial
        let colour: String
        let points: [(recall: Double, rate: Double)]
    }

    private let tuning: IndexTuning
    private let title: String
    private let series: [Series]
    private let rates: ClosedRange<Double>
    private let recalls: ClosedRange<Double>

    init(_ tuning: IndexTuning, title: String) {
        self.tuning = tuning
        self.title = title
        series = tuning.trials.enumerated().map { number, trial in
            Series(
                trial: trial,
                colour: Self.colours[number % Self.colours.count],
                points: zip(trial.curve.points, trial.times).map { point, times in
                    (point.recall, 1 / max(times.mean.seconds, 1e-9))
                }
            )
        }
        let points = series.flatMap(\.points)
        let rates = points.map(\.rate)
        let (least, greatest) = (rates.min() ?? 1, rates.max() ?? 10)
        self.rates =
            pow(
                10,
                floor(log10(least))
            )...pow(10, max(ceil(log10(greatest)), floor(log10(least)) + 1))
        let lowest = min(points.map(\.recall).min() ?? 0.5, tuning.recall)
        let floorTick = Self.recallTicks.last { $0 <= lowest } ?? 0
        recalls = floorTick...(1 - Self.leastMiss)
    }

    func write(to path: String) throws {
        let bytes = Array(text.utf8)
        let partialPath = "\(path).\(getpid()).partial"
        var file = try OutputFile(creating: partialPath, in: .system)
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in
            try file.write(bytes, at: 0)
        }
        try file.finish()
        try FileSystem.system.move(partialPath, to: path)
    }

    /// Misses by their logarithm: from .9 to .99 is as far as from .99 to .999.
    private func x(_ recall: Double) -> Double {
        func place(_ recall: Double) -> Double { -log10(max(1 - recall, Self.leastMiss)) }
        let (low, high) = (place(recalls.lowerBound), place(recalls.upperBound))
        let share = (place(max(recall, recalls.lowerBound)) - low) / (high - low)
        return Self.left + share * (Self.width - Self.left - Self.right)
    }

    private func y(_ rate: Double) -> Double {
        let share =
            (log10(rate) - log10(rates.lowerBound))
            / (log10(rates.upperBound) - log10(rates.lowerBound))
        return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }

    private var text: String {
        let (width, height) = (Int(Self.width), Int(Self.height))
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-family=\"system-ui, sans-serif\" font-size=\"12\">",
            "<title>\(escaped("Indexes of \(title): recall and queries a second"))</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
            label(escaped(title), x: Self.left, y: 24, size: 16),
            label(
                escaped(
                    "\(tuning.rowCount) rows, the \(tuning.k) nearest of \(tuning.queryCount) queries; "
                        + "one thread"
                ),
                x: Self.left,
                y: 41,
                fill: "#555555"
            ),
        ]
        lines += axes()
        for series in series { lines += curve(series) }
        lines += legend()
        lines.append("</svg>\n")
        return lines.joined(separator: "\n")
    }

    private func axes() -> [String] {
        let (low, high) = (Self.height - Self.bottom, Self.top)
        let (start, end) = (Self.left, Self.width - Self.right)
        var lines: [String] = []
        for tick in Self.recallTicks where recalls.contains(tick) {
            lines.append(line(x(tick), low, x(tick), high, "#e5e5e5"))
            lines.append(
                label(
                    decimal(tick, places: tick > 0.99 ? 3 : 2),
                    x: x(tick),
                    y: low + 18,
                    anchor: "middle"
                )
            )
        }
        var rate = rates.lowerBound
        while rate <= rates.upperBound * 1.001 {
            lines.append(line(start, y(rate), end, y(rate), "#e5e5e5"))
            lines.append(
                label(
                    rate < 1 ? "\(rate)" : decimal(rate, places: 0),
                    x: start - 8,
                    y: y(rate) + 4,
                    anchor: "end"
                )
            )
            rate *= 10
        }
        lines.append(line(x(tuning.recall), low, x(tuning.recall), high, "#999999", dash: true))
        lines.append(
            label(
                "recall of the \(tuning.k) nearest",
                x: (start + end) / 2,
                y: low + 42,
                anchor: "middle"
            )
        )
        let middle = (low + high) / 2
        lines.append(
            "<text x=\"18\" y=\"\(number(middle))\" text-anchor=\"middle\" "
                + "transform=\"rotate(-90 18 \(number(middle)))\">queries a second</text>"
        )
        return lines
    }

    private func curve(_ series: Series) -> [String] {
        let places = series.points.map { (x($0.recall), y($0.rate)) }
        let path = places.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
        return [
            "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(series.colour)\" stroke-width=\"1.8\"/>"
        ]
            + zip(places, series.points).map { place, point in
                "<circle cx=\"\(number(place.0))\" cy=\"\(number(place.1))\" r=\"3\" fill=\"\(series.colour)\">"
                    + "<title>\(escaped(series.trial.specification.description)): "
                    + "\(decimal(point.recall, places: 4)), \(decimal(point.rate, places: 0))/s</title></circle>"
            }
    }

    private func legend() -> [String] {
        let start = Self.width - Self.right + 24
        return series.enumerated().flatMap { place, series -> [String] in
            let y = Self.top + 12 + 40 * Double(place)
            let isBest = series.trial.specification == tuning.best.specification
            let name = series.trial.specification.description + (isBest ? " ★" : "")
            let size =
                "\(byteSize(series.trial.indexByteCount)), built in \(decimal(series.trial.buildTime.seconds, places: 1)) s"
            return [
                "<circle cx=\"\(number(start))\" cy=\"\(number(y - 4))\" r=\"4\" fill=\"\(series.colour)\"/>",
                label(escaped(cut(name, to: 34)), x: start + 12, y: y),
                label(escaped(size), x: start + 12, y: y + 15, size: 11, fill: "#555555"),
            ]
        }
    }

    private func line(
        _ x1: Double,
        _ y1: Double,
        _ x2: Double,
        _ y2: Double,
        _ colour: String,
        dash: Bool = false
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
            + "stroke=\"\(colour)\"\(dash ? " stroke-dasharray=\"4 3\"" : "")/>"
    }

    private func label(
        _ text: String,
        x: Double,
        y: Double,
        anchor: String = "start",
        size: Int = 12,
        fill: String = "#222222"
    ) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\" font-size=\"\(size)\" "
            + "fill=\"\(fill)\">\(text)</text>"
    }

    private func number(_ value: Double) -> String { decimal(value, places: 1) }

    private func escaped(_ text: String) -> String {
        printable(text).reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }
}
