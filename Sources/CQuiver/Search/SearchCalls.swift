// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_search(
    _ collection: qv_collection,
    _ queries: UnsafePointer<Float>?,
    _ query_count: UInt64,
    _ dimension: UInt32,
    _ options: UnsafePointer<qv_search_options>?,
    _ results: UnsafeMutablePointer<qv_results>?
) -> qv_status {
    search(collection, options, results) { (snapshot, request, _) throws(CallFailure) in
        if query_count > 0,
            let field = snapshot.configuration.vectorField(orOnly: request.vectorField),
            dimension != UInt32(clamping: field.dimension)
        {
            throw CallFailure(
                StoreError.dimensionMismatch(
                    key: nil,
                    field: field.name,
                    expected: field.dimension,
                    found: Int(dimension)
                )
            )
        }
        return try Arguments.vectors(
            queries,
            count: query_count,
            dimension: dimension,
            "queries"
        )
        .map { SearchQuery(vector: $0) }
    }
}

@c @implementation
public func qv_search_queries(
    _ collection: qv_collection,
    _ queries: UnsafePointer<qv_query>?,
    _ count: UInt64,
    _ options: UnsafePointer<qv_search_options>?,
    _ results: UnsafeMutablePointer<qv_results>?
) -> qv_status {
    search(collection, options, results) { (snapshot, request, encoders) throws(CallFailure) in
        // As the command line has them: "text" is the documents' own.
        let textFields = Set(snapshot.configuration.textFields.map { $0.field ?? "text" })
        let array = try qv_query.array(queries, count: count, "queries")
        var sources: [[qv_source]] = []
        for (number, query) in array.enumerated() {
            sources.append(
                try qv_source.array(
                    query.sources,
                    count: query.source_count,
                    "queries[\(number)]: sources"
                )
            )
        }
        let texts = try QueryTexts(sources, snapshot, request, encoders)
        var made: [SearchQuery] = []
        for (number, query) in array.enumerated() {
            made.append(
                try SearchQuery(
                    query,
                    sources[number],
                    texts.rows(ofQuery: number),
                    textFields: textFields,
                    "queries[\(number)]"
                )
            )
        }
        return made
    }
}

/// Answers what `queries` makes, for a snapshot and what the options ask for.
private func search(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_search_options>?,
    _ results: UnsafeMutablePointer<qv_results>?,
    _ queries: (Snapshot, SearchRequest, HeldEncoders) throws(CallFailure) -> [SearchQuery]
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.searchable(collection)
        let output = try Arguments.output(results, "results")
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_search_options(reading: options, "options")
        let snapshot = try collection.readable.snapshot()
        let schema = snapshot.configuration
        var request = try collection.held.requests.request(settings, in: schema)
        request.queries = try queries(snapshot, request, collection.held.encoders)
        let asked = request
        let found = try engine { () throws(StoreError) in try snapshot.search(asked) }
        output.pointee = try HandleTable.shared.insert(
            .results(SearchAnswer(found, to: asked, in: schema))
        )
    }
}

extension CollectionConfiguration {
    /// The vector field of that name, or the only one. Where it is not clear which one is meant, the search itself says so.
    fileprivate func vectorField(orOnly name: String?) -> VectorField? {
        vectorFields.first { field in
            name.map { $0 == field.name } ?? (vectorFields.count == 1)
        }
    }
}
