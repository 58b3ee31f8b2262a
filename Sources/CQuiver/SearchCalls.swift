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
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Arguments.output(results, "results")
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_search_options(reading: options, "options")

        let (numberCount, overflow) = query_count.multipliedReportingOverflow(by: UInt64(dimension))
        guard !overflow else {
            throw .argument("queries: \(query_count) queries of \(dimension) numbers are too many")
        }
        let snapshot = try collection.snapshot()
        let schema = snapshot.configuration
        let name = try settings.vector_field.map { (pointer) throws(CallFailure) in
            try Arguments.string(pointer, "options: vector_field")
        }
        // Where it is not clear which one is meant, the search itself says so.
        let field = schema.vectorFields.first { field in
            name.map { $0 == field.name } ?? (schema.vectorFields.count == 1)
        }
        if query_count > 0, let field, dimension != UInt32(clamping: field.dimension) {
            throw CallFailure(
                StoreError.dimensionMismatch(
                    key: nil,
                    field: field.name,
                    expected: field.dimension,
                    found: Int(dimension)
                )
            )
        }
        let numbers = try Arguments.array(queries, count: numberCount, "queries")
        let width = max(1, Int(dimension))
        var request = try SearchRequest(
            queries: stride(from: 0, to: numbers.count, by: width).map {
                Array(numbers[$0..<$0 + width])
            },
            settings
        )
        request.vectorField = name
        let asked = request
        let found = try engine { () throws(StoreError) in try snapshot.search(asked) }
        output.pointee = try HandleTable.shared.insert(
            .results(SearchAnswer(found, schema: schema, field: field))
        )
    }
}

@c @implementation
public func qv_results_hit_count(
    _ results: qv_results,
    _ query: UInt64,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Arguments.output(count, "count")
        output.pointee = UInt64(try answer.hits(query).count)
    }
}

@c @implementation
public func qv_results_hit(
    _ results: qv_results,
    _ query: UInt64,
    _ index: UInt64,
    _ hit: UnsafeMutablePointer<qv_hit>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(hit, "hit")
        output.fill(try answer.hit(query, index))
    }
}

@c @implementation
public func qv_results_field(
    _ results: qv_results,
    _ query: UInt64,
    _ index: UInt64,
    _ number: UInt64,
    _ field: UnsafeMutablePointer<qv_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(field, "field")
        output.fill(try answer.field(query, index, number))
    }
}

@c @implementation
public func qv_results_nanoseconds(
    _ results: qv_results,
    _ query: UInt64,
    _ nanoseconds: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Arguments.output(nanoseconds, "nanoseconds")
        output.pointee = try answer.nanoseconds(query)
    }
}

@c @implementation
public func qv_results_free(_ results: qv_results) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(results, "results", \.results)
    }
}

extension SearchRequest {
    fileprivate init(queries: [[Float]], _ settings: qv_search_options) throws(CallFailure) {
        self.init(queries: queries, k: Int(settings.k))
        switch settings.mode {
        case UInt32(QV_SEARCH_AUTOMATIC): mode = .automatic
        case UInt32(QV_SEARCH_EXACT): mode = .exact
        default:
            throw .argument("options: mode is \(settings.mode), expected a QV_SEARCH_ constant")
        }
        efSearch = settings.ef_search == 0 ? nil : Int(settings.ef_search)
        nprobe = settings.nprobe == 0 ? nil : Int(settings.nprobe)
        candidateFactor =
            settings.candidate_factor == 0 ? nil : Double(settings.candidate_factor)
        scope.filter = settings.filter == nil ? nil : try Arguments.filter(settings.filter)
        contents = try Arguments.contents(settings.contents)
        threadCount = try Arguments.threadCount(settings.thread_count)
        scope.excludedKeys = Set(
            try Arguments.keys(
                settings.excluded,
                count: settings.excluded_count,
                "options: excluded"
            )
        )
    }
}
