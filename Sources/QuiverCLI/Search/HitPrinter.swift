import Interchange
import JSON
import Quiver

/// Prints what a search found, query after query.
struct HitPrinter {
    private let asJSON: Bool
    private let schema: CollectionConfiguration
    private var query = 0
    private var writer = JSONWriter()

    init(asJSON: Bool, schema: CollectionConfiguration) {
        self.asJSON = asJSON
        self.schema = schema
    }

    mutating func print(_ results: [SearchResult]) throws {
        for result in results {
            if asJSON {
                try printJSON(result)
            } else {
                try printList(result)
            }
            query += 1
        }
        try StandardOutput.shared.flush()
    }

    private mutating func printJSON(_ result: SearchResult) throws {
        writer.beginObject()
        writer.name("query")
        writer.integer(query)
        writer.name("hits")
        writer.beginArray()
        for hit in result.hits {
            writer.beginObject()
            writer.key(hit.key)
            writer.name("score")
            try writer.float(hit.score)
            if let row = hit.row {
                writer.name("row")
                writer.integer(row)
            }
            writer.name("version")
            writer.integer(hit.version)
            if let text = hit.text {
                writer.name("text")
                writer.string(text)
            }
            try writer.fields(hit.fields, schema: schema)
            if let vector = hit.vector {
                writer.name("vector")
                try writer.vector(vector)
            }
            try writeColumns(hit.columns)
            if let group = hit.group {
                writer.name("group")
                try writer.value(group)
            }
            writer.endObject()
        }
        writer.endArray()
        try writeLists(result.lists)
        if let explanation = result.explanation { try writeExplanation(explanation) }
        writer.name("microseconds")
        writer.integer(Int((result.duration.seconds * 1e6).rounded()))
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }

    private mutating func writeLists(_ lists: [[RankedHit]]) throws {
        guard !lists.isEmpty else { return }
        writer.name("lists")
        writer.beginArray()
        for list in lists {
            writer.beginArray()
            for place in list {
                writer.beginObject()
                writer.key(place.key)
                writer.name("rank")
                writer.integer(place.rank)
                writer.name("score")
                try writer.float(place.score)
                if let row = place.row {
                    writer.name("row")
                    writer.integer(row)
                }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endArray()
    }

    private mutating func writeExplanation(_ explanation: SearchExplanation) throws {
        writer.name("explanation")
        writer.beginObject()
        writer.name("parts")
        writer.beginArray()
        for part in explanation.parts {
            writer.beginObject()
            writer.name("source")
            writer.integer(part.source)
            writer.name("part")
            writer.string(part.name)
            writer.name("method")
            writer.string(part.method.rawValue)
            writer.name("rows")
            writer.integer(part.rowCount)
            writer.name("estimated")
            writer.integer(part.estimatedCount)
            writer.name("allowed")
            writer.integer(part.allowedCount)
            writer.name("distances")
            writer.integer(part.distanceCount)
            writer.name("microseconds")
            writer.integer(Int((part.duration.seconds * 1e6).rounded()))
            writer.endObject()
        }
        writer.endArray()
        writer.name("steps")
        writer.beginArray()
        for step in explanation.steps {
            writer.beginObject()
            writer.name("step")
            writer.string(step.name)
            writer.name("microseconds")
            writer.integer(Int((step.duration.seconds * 1e6).rounded()))
            writer.endObject()
        }
        writer.endArray()
        if let choice = explanation.recall {
            writer.name("recall")
            writer.beginObject()
            writer.name("target")
            try writer.double(choice.recall)
            if let basis = choice.basis {
                writer.name("basis")
                writer.string(basis.rawValue)
            }
            if let effort = choice.effort {
                writer.name("effort")
                try writer.double(effort)
            }
            writer.endObject()
        }
        writer.endObject()
    }

    /// The row's numbers, one a column.
    private mutating func writeColumns(_ columns: [String: RowColumnValues]) throws {
        guard !columns.isEmpty else { return }
        writer.name("columns")
        writer.beginObject()
        for (name, values) in columns.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            try writer.elements(of: values)
        }
        writer.endObject()
    }

    private func printList(_ result: SearchResult) throws {
        let documents = DocumentPrinter(asJSON: false, schema: schema, withVersion: false)
        let output = StandardOutput.shared
        if query > 0 { output.write("\n") }
        let milliseconds = decimal(result.duration.seconds * 1e3, places: 2)
        output.write("query \(query): \(result.hits.count) hits in \(milliseconds) ms\n")
        let keys = result.hits.map { printable($0.key.argument) }
        let scores = result.hits.map { decimal(Double($0.score), places: 4) }
        let keyWidth = min(40, keys.map(\.count).max() ?? 0)
        let scoreWidth = scores.map(\.count).max() ?? 0
        let rankWidth = "\(result.hits.count)".count
        for (ordinal, hit) in result.hits.enumerated() {
            var line = "\(ordinal + 1)".paddedLeft(to: rankWidth)
            line += "  " + scores[ordinal].paddedLeft(to: scoreWidth)
            line += "  " + keys[ordinal].paddedRight(to: keyWidth)
            for text in columnTexts(hit.columns) { line += "  \(text)" }
            for text in try documents.fieldTexts(hit.fields) { line += "  \(text)" }
            if let text = hit.text {
                line += "  "
                line += cut(text, to: max(20, StandardOutput.width - line.count))
            }
            if let vector = hit.vector {
                line += "  [" + vector.map { "\($0)" }.joined(separator: ", ") + "]"
            }
            output.write(line + "\n")
        }
        for (source, list) in result.lists.enumerated() {
            output.write("list \(source): \(list.count) hits\n")
            for place in list {
                let score = decimal(Double(place.score), places: 4)
                output.write("  \(place.rank)  \(score)  \(printable(place.key.argument))\n")
            }
        }
        if let explanation = result.explanation { printExplanation(explanation) }
    }

    private func printExplanation(_ explanation: SearchExplanation) {
        let output = StandardOutput.shared
        func time(_ duration: Duration) -> String {
            "\(decimal(duration.seconds * 1e3, places: 3)) ms"
        }
        for part in explanation.parts {
            output.write(
                "  \(part.name)  \(part.method.rawValue)  \(part.allowedCount) of \(part.rowCount) rows"
                    + (part.estimatedCount == part.allowedCount
                        ? "" : " (\(part.estimatedCount) estimated)")
                    + (part.distanceCount == 0 ? "" : "  \(part.distanceCount) distances")
                    + "  \(time(part.duration))\n"
            )
        }
        if let choice = explanation.recall {
            let effort =
                choice.effort.map { "effort \(decimal($0, places: 2))" } ?? "every row compared"
            let basis = choice.basis.map { "as \($0.rawValue) tell" } ?? "nothing measured"
            output.write("  recall \(choice.recall)  \(effort), \(basis)\n")
        }
        for step in explanation.steps { output.write("  \(step.name)  \(time(step.duration))\n") }
    }

    private func columnTexts(_ columns: [String: RowColumnValues]) -> [String] {
        columns.sorted { $0.key < $1.key }.map { name, values in
            "\(printable(name)) \(values.firstText)"
        }
    }
}
