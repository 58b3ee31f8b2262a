// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_results_list_count(
    _ results: qv_results,
    _ query: UInt64,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Arguments.output(count, "count")
        output.pointee = UInt64(try answer.notes(query).lists.count)
    }
}

@c @implementation
public func qv_results_list(
    _ results: qv_results,
    _ query: UInt64,
    _ source: UInt64,
    _ array: UnsafeMutablePointer<UnsafePointer<qv_listed_hit>?>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let array = try Arguments.output(array, "array")
        let count = try Arguments.output(count, "count")
        let list = try answer.notes(query).lists.item(source, of: "lists")
        array.pointee = list.hits
        count.pointee = UInt64(list.count)
    }
}

@c @implementation
public func qv_results_explanation_counts(
    _ results: qv_results,
    _ query: UInt64,
    _ parts: UnsafeMutablePointer<UInt64>?,
    _ steps: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let parts = try Arguments.optionalOutput(parts, "parts")
        let steps = try Arguments.optionalOutput(steps, "steps")
        let notes = try answer.notes(query)
        parts?.pointee = UInt64(notes.parts.count)
        steps?.pointee = UInt64(notes.steps.count)
    }
}

@c @implementation
public func qv_results_part(
    _ results: qv_results,
    _ query: UInt64,
    _ number: UInt64,
    _ part: UnsafeMutablePointer<qv_search_part>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(part, "part")
        output.fill(try answer.notes(query).parts.item(number, of: "parts"))
    }
}

@c @implementation
public func qv_results_step(
    _ results: qv_results,
    _ query: UInt64,
    _ number: UInt64,
    _ step: UnsafeMutablePointer<qv_search_step>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(results, "results", \.results)
        let output = try Output(step, "step")
        output.fill(try answer.notes(query).steps.item(number, of: "steps"))
    }
}
