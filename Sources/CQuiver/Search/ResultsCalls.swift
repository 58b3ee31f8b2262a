// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

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
public func qv_results_hits(
    _ results: qv_results,
    _ query: UInt64,
    _ first: UInt64,
    _ count: UInt64,
    _ hits: UnsafeMutablePointer<qv_hit>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let found = try answer.hits(query)
        guard first <= UInt64(found.count), count <= UInt64(found.count) - first else {
            throw .argument(
                "\(count) hits from number \(first) on, and query \(query) has \(found.count)"
            )
        }
        let output = try OutputArray(hits, count: Int(count), "hits")
        for (place, hit) in found.dropFirst(Int(first)).prefix(Int(count)).enumerated() {
            output.fill(place, hit)
        }
    }
}

@c @implementation
public func qv_results_arrays(
    _ results: qv_results,
    _ arrays: UnsafeMutablePointer<qv_hit_arrays>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(arrays, "arrays")
        output.fill(answer.arrays)
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
public func qv_results_group(
    _ results: qv_results,
    _ query: UInt64,
    _ index: UInt64,
    _ field: UnsafeMutablePointer<qv_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(field, "field")
        output.fill(try answer.group(query, index))
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
public func qv_results_share(
    _ results: qv_results,
    _ shared: UnsafeMutablePointer<qv_results>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Arguments.output(shared, "shared")
        output.pointee = try HandleTable.shared.insert(.results(answer))
    }
}

@c @implementation
public func qv_results_free(_ results: qv_results) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(results, "results", \.results)
    }
}
