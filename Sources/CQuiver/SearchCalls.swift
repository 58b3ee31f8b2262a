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
        let collection = try HandleTable.shared.find(collection, "collection", \.collection)
        let output = try Arguments.output(results, "results")
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_search_options(reading: options, "options")

        let (numberCount, overflow) = query_count.multipliedReportingOverflow(by: UInt64(dimension))
        guard !overflow else {
            throw .argument("queries: \(query_count) queries of \(dimension) numbers are too many")
        }
        guard query_count == 0 || dimension == UInt32(clamping: collection.dimension) else {
            throw CallFailure(
                StoreError.dimensionMismatch(
                    key: nil,
                    field: VectorField.unnamed,
                    expected: collection.dimension,
                    found: Int(dimension)
                )
            )
        }
        let numbers = try Arguments.array(queries, count: numberCount, "queries")
        let width = max(1, Int(dimension))
        let request = try SearchRequest(
            queries: stride(from: 0, to: numbers.count, by: width).map {
                Array(numbers[$0..<$0 + width])
            },
            settings
        )
        let found = try engine { () throws(StoreError) in try collection.search(request) }
        output.pointee = try HandleTable.shared.insert(.results(SearchAnswer(found)))
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
        let hits = try answer.hits(query)
        guard index < UInt64(hits.count) else {
            throw .argument("index is \(index), and query \(query) has \(hits.count) hits")
        }
        output.fill(hits[hits.startIndex + Int(index)])
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
        contents = try Arguments.contents(settings.contents)
        threadCount = try Arguments.threadCount(settings.thread_count)
        excludedKeys = Set(
            try Arguments.keys(
                settings.excluded,
                count: settings.excluded_count,
                "options: excluded"
            )
        )
    }
}
