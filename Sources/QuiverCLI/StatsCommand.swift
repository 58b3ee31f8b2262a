import ArgumentParser
import JSON
import Quiver

struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Say what a collection, or every collection of a store, holds and takes."
    )

    @Argument(help: "The store's directory.", completion: .directory)
    var store: String

    @Argument(help: "The collection's name; all of them without one.")
    var collection: String?

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        let store = try Store.open(at: store, access: .readOnly)
        if let collection {
            try printOne(try store.collection(collection))
        } else {
            try printAll(
                try store.collectionNames().map { try store.collection($0) },
                formatVersion: try store.formatVersion()
            )
        }
    }

    private func printOne(_ collection: Collection) throws {
        let statistics = try collection.statistics()
        guard json else {
            StandardOutput.shared.write(description(of: collection, statistics))
            return
        }
        var writer = JSONWriter()
        try writer.statistics(statistics, of: collection)
        try StandardOutput.shared.writeLine(&writer)
    }

    private func printAll(_ collections: [Collection], formatVersion: Int) throws {
        guard json else {
            StandardOutput.shared.write(
                "\(printable(store)): \(counted(collections.count, "collection")), "
                    + "format version \(formatVersion)\n"
            )
            for collection in collections {
                StandardOutput.shared.write(
                    "\n" + description(of: collection, try collection.statistics())
                )
            }
            return
        }
        var writer = JSONWriter()
        var byteCount = 0
        writer.beginObject()
        writer.name("collections")
        writer.beginObject()
        for collection in collections {
            let statistics = try collection.statistics()
            writer.name(collection.name)
            try writer.statistics(statistics, of: collection)
            byteCount += statistics.byteCount
        }
        writer.endObject()
        writer.name("bytes")
        writer.integer(byteCount)
        writer.name("formatVersion")
        writer.integer(formatVersion)
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    }

    private func description(
        of collection: Collection,
        _ statistics: CollectionStatistics
    ) -> String {
        let unindexable = statistics.unindexableSegments
        let exceptions = [
            (statistics.unindexedSegmentCount, "without its index yet"),
            (unindexable.count, "compared vector by vector"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        var lines = [printable(collection.name)]
        let fields = collection.configuration.vectorFields
        lines += zip(fields, statistics.vectorFields).map { field, found in
            let name = field.name == VectorField.unnamed ? "" : "\(printable(field.name)): "
            let size =
                found.indexByteCount > 0 ? ", index of \(byteSize(found.indexByteCount))" : ""
            let rows =
                found.rowCount == statistics.liveCount + statistics.deadCount
                ? "" : ", \(counted(found.rowCount, "row"))"
            return "  vectors   \(name)\(QuiverCLI.description(of: field))\(rows)\(size)"
        }
        lines += collection.configuration.fields.map { field in
            "  field     \(printable(field.name)): \(field.type)"
        }
        lines += collection.configuration.textFields.map { field in
            let size = statistics.byteCounts.textIndexes
            let name = field.field.map { printable($0) } ?? "the documents' text"
            return "  words of  \(name)" + (field.language.map { ", \($0.rawValue)" } ?? "")
                + (field.boost == 1 ? "" : ", boost \(field.boost)")
                + (size > 0 && collection.configuration.textFields.count == 1
                    ? ", index of \(byteSize(size))" : "")
        }
        if let recall = collection.configuration.recall {
            lines.append("  target    recall \(recall)")
        }
        lines += [
            "  live      \(statistics.liveCount) documents",
            "  dead      \(statistics.deadCount)",
            "  segments  \(statistics.segmentCount)"
                + (exceptions.isEmpty ? "" : " (\(exceptions))"),
            "  tail      \(statistics.tailCount) documents, \(byteSize(statistics.tailByteCount))",
            "  size      \(byteSize(statistics.byteCount))",
            "  commit    \(statistics.commit)",
        ]
        lines += unindexable.map { segment in
            "  no index  of \(counted(segment.documentCount, "document")) in segment \(segment.name): "
                + printable(segment.reason)
        }
        for field in statistics.vectorFields {
            let name = field.name == VectorField.unnamed ? "" : "\(printable(field.name)): "
            lines += field.recall.map { "  recall    \(name)\(QuiverCLI.description(of: $0))" }
        }
        for field in statistics.vectorFields {
            guard let encoder = field.encoder else { continue }
            let name = field.name == VectorField.unnamed ? "" : "\(printable(field.name)): "
            lines.append("  encoder   \(name)\(printable(encoder.location)) (\(encoder.identity))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension JSONWriter {
    fileprivate mutating func statistics(
        _ statistics: CollectionStatistics,
        of collection: Collection
    ) throws {
        beginObject()
        let counts = [
            ("live", statistics.liveCount),
            ("dead", statistics.deadCount),
            ("segments", statistics.segmentCount),
            ("bytes", statistics.byteCount),
            ("unindexedSegments", statistics.unindexedSegmentCount),
            ("tail", statistics.tailCount),
            ("tailBytes", statistics.tailByteCount),
        ]
        for (name, count) in counts {
            self.name(name)
            integer(count)
        }
        name("commit")
        integer(statistics.commit)
        if let recall = collection.configuration.recall {
            name("recallTarget")
            try double(recall)
        }
        byteCounts(statistics.byteCounts)
        name("fields")
        beginArray()
        for field in collection.configuration.fields {
            beginObject()
            name("name")
            string(field.name)
            name("type")
            string("\(field.type)")
            endObject()
        }
        endArray()
        name("vectorFields")
        beginArray()
        let fields = collection.configuration.vectorFields
        for (field, found) in zip(fields, statistics.vectorFields) {
            beginObject()
            name("name")
            string(field.name)
            name("dimension")
            integer(field.dimension)
            name("metric")
            string("\(field.metric)")
            name("storage")
            string("\(field.storage)")
            name("index")
            string("\(field.index)")
            name("indexBytes")
            integer(found.indexByteCount)
            name("rows")
            integer(found.rowCount)
            name("optional")
            bool(field.isOptional)
            name("rowColumns")
            beginArray()
            for column in field.rowColumns {
                beginObject()
                name("name")
                string(column.name)
                name("type")
                string("\(column.type)")
                endObject()
            }
            endArray()
            name("recall")
            beginArray()
            for estimate in found.recall { try self.estimate(estimate) }
            endArray()
            if let encoder = found.encoder { self.encoder(encoder) }
            endObject()
        }
        endArray()
        name("textFields")
        beginArray()
        for field in collection.configuration.textFields {
            beginObject()
            if let field = field.field {
                name("field")
                string(field)
            }
            if let language = field.language {
                name("language")
                string(language.rawValue)
            }
            name("boost")
            try double(field.boost)
            endObject()
        }
        endArray()
        name("unindexableSegments")
        beginArray()
        for segment in statistics.unindexableSegments {
            beginObject()
            name("segment")
            string(segment.name)
            name("documents")
            integer(segment.documentCount)
            name("vectorField")
            string(segment.vectorField)
            name("reason")
            string(segment.reason)
            endObject()
        }
        endArray()
        // The only field's, where scripts have always found it.
        if fields.count == 1, let encoder = statistics.vectorFields.first?.encoder {
            self.encoder(encoder)
        }
        endObject()
    }

    private mutating func byteCounts(_ counts: ByteCounts) {
        name("byteCounts")
        beginObject()
        for (name, count) in [
            ("vectors", counts.vectors), ("rowColumns", counts.rowColumns),
            ("texts", counts.texts), ("fields", counts.fields), ("indexes", counts.indexes),
            ("fieldIndexes", counts.fieldIndexes), ("textIndexes", counts.textIndexes),
            ("keys", counts.keys), ("manifests", counts.manifests), ("tail", counts.tail),
        ] {
            self.name(name)
            integer(count)
        }
        endObject()
    }

    private mutating func encoder(_ encoder: RememberedEncoder) {
        name("encoder")
        beginObject()
        name("identity")
        string(encoder.identity.hash)
        name("location")
        string(encoder.location)
        endObject()
    }
}
