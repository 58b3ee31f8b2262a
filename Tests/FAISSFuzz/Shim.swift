import CFAISS
import TestSupport

/// Calls the C functions with arguments that the header allows to be wrong: counts, sizes, NULL, settings, numbers of
/// threads. What is read through a pointer is as long as a count that is accepted says.
func tryShim(_ random: inout SplitMix64) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0...4: tryIndexCalls(&random)
    case 5, 6: tryBinaryCalls(&random)
    case 7: tryLearningCalls(&random)
    case 8: tryGraphCalls(&random)
    default: tryBytes(&random)
    }
    _ = cfaiss_error_message()
}

/// A count that no function may believe, or one that the arrays here are long enough for.
extension SplitMix64 {
    static let arrayCount = 300

    /// Not a number between the length of the arrays and what every function refuses before it looks.
    mutating func count() -> Int64 {
        pick([0, 1, 2, 3, 20, 100, 300, 300, -1, -2, .min, .max, .max / 4])
    }

    mutating func threadCount() -> Int32 {
        pick([1, 1, 2, 3, 0, -1, .min, .max])
    }

    mutating func searchParameters(_ selector: OpaquePointer?) -> cfaiss_search_parameters {
        cfaiss_search_parameters(
            nprobe: pick([0, 1, 100, .max]),
            max_codes: pick([0, 1, .max]),
            ef_search: pick([0, 1, 40, .max, -1, .min]),
            quantizer_ef_search: pick([0, 1, .max, -7]),
            k_factor: pick([0, 1, 0.5, -1, .nan, .infinity, 3]),
            selector: chance(70) ? nil : selector,
            thread_count: threadCount()
        )
    }

    /// Work that is stopped at once, never, or after a while.
    mutating func work() -> cfaiss_work {
        let progress: cfaiss_work_progress? =
            switch Int.random(in: 0..<8, using: &self) {
            case 0: { _, _, _ in 1 }
            case 1: { _, done, _ in done > 2 ? 1 : 0 }
            case 2: { _, _, _ in 0 }
            default: nil
            }
        return cfaiss_work(thread_count: threadCount(), progress: progress, context: nil)
    }

    /// A selector of any kind, out of arguments of any kind; nil where the call was refused.
    mutating func selector() -> OpaquePointer? {
        announce("selector")
        var one: OpaquePointer?
        var other: OpaquePointer?
        var result: OpaquePointer?
        defer {
            cfaiss_selector_destroy(one)
            cfaiss_selector_destroy(other)
        }
        let labels = (0..<Self.arrayCount).map { _ in
            pick([Int64.random(in: -5...400, using: &self), .max, .min, 1 << 40])
        }
        let bits = (0..<40).map { _ in UInt8.random(in: 0...255, using: &self) }
        _ = cfaiss_selector_range(pick([0, -5, .min, 50]), pick([100, 0, .max, .min]), &one)
        let count = pick([0, 1, 300, -1, .min] as [Int64])
        let given = chance(90) ? labels : nil
        _ = optionally(chance(95), &other) { cfaiss_selector_labels(count, given, $0) }
        switch Int.random(in: 0..<6, using: &self) {
        case 0: _ = cfaiss_selector_bitmap(pick([0, 1, 40]), chance(90) ? bits : nil, &result)
        case 1: _ = cfaiss_selector_not(other, &result)
        case 2: _ = cfaiss_selector_and(one, other, &result)
        case 3: _ = cfaiss_selector_or(other, one, &result)
        case 4: _ = optionally(chance(50), &result) { cfaiss_selector_not(one, $0) }
        default: _ = cfaiss_selector_or(nil, one, &result)
        }
        for label in [-1, 0, 7, .max, .min, pick(labels)] as [Int64] {
            let contains = cfaiss_selector_contains(result, label)
            guard contains == 0 || contains == 1 && result != nil else { fail("no answer") }
        }
        return result
    }
}

/// Whether a call that failed has left its handle as it was. Others may only be destroyed.
func isIntact(_ status: cfaiss_status) -> Bool {
    [CFAISS_OK, CFAISS_INVALID, CFAISS_UNSUPPORTED, CFAISS_UNKNOWN_LABEL, CFAISS_READ_ONLY]
        .contains(status)
}

/// Calls `body` with a place for its result, or with NULL.
func optionally<Value>(
    _ isGiven: Bool,
    _ value: inout Value,
    _ body: (UnsafeMutablePointer<Value>?) -> cfaiss_status
) -> cfaiss_status {
    withUnsafeMutablePointer(to: &value) { body(isGiven ? $0 : nil) }
}

/// The same for an array.
func optionally<Element>(
    _ isGiven: Bool,
    _ values: inout [Element],
    _ body: (UnsafeMutablePointer<Element>?) -> cfaiss_status
) -> cfaiss_status {
    values.withUnsafeMutableBufferPointer { body(isGiven ? $0.baseAddress : nil) }
}
