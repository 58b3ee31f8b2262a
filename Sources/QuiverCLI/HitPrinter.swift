import JSON
import Quiver

/// Prints what a search found, query after query.
struct HitPrinter {
    private let asJSON: Bool
    private var query = 0
    private var writer = JSONWriter()

    init(asJSON: Bool) {
        self.asJSON = asJSON
    }

    mutating func print(_ results: [SearchResult]) throws {
        for result in results {
            if asJSON {
                try printJSON(result)
            } else {
                printList(result)
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
            if let text = hit.text {
                writer.name("text")
                writer.string(text)
            }
            if let vector = hit.vector {
                writer.name("vector")
                try writer.vector(vector)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.name("microseconds")
        writer.integer(Int((result.duration.seconds * 1e6).rounded()))
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }

    private func printList(_ result: SearchResult) {
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
            if let text = hit.text {
                line += "  "
                line += cut(text, to: max(20, StandardOutput.width - line.count))
            }
            if let vector = hit.vector {
                line += "  [" + vector.map { "\($0)" }.joined(separator: ", ") + "]"
            }
            output.write(line + "\n")
        }
    }
}

extension JSONWriter {
    /// The member `key`.
    mutating func key(_ key: Key) {
        name("key")
        switch key {
        case .integer(let value): integer(value)
        case .string(let value): string(value)
        }
    }

    mutating func vector(_ vector: [Float]) throws(JSONError) {
        beginArray()
        for number in vector { try float(number) }
        endArray()
    }
}
