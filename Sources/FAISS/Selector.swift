internal import CFAISS

/// A set of labels: which rows a search may find, or which are to be removed.
///
/// It is made once and may be used by any number of threads and calls.
public final class Selector: Sendable {
    // Sound to share: nothing in C writes to a finished selector, and only `deinit` frees it.
    nonisolated(unsafe) let handle: OpaquePointer

    private init(
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> cfaiss_status
    ) throws(FAISSError) {
        var handle: OpaquePointer?
        try check(make(&handle))
        guard let handle else { throw .faiss(message: "no selector came back") }
        self.handle = handle
    }

    deinit {
        cfaiss_selector_destroy(handle)
    }

    /// The labels given, in any order. Takes a bit a label where they lie close, else eight bytes.
    public convenience init(labels: Span<Int64>) throws(FAISSError) {
        try self.init { out in
            labels.withUnsafeBufferPointer {
                cfaiss_selector_labels(Int64($0.count), $0.baseAddress, out)
            }
        }
    }

    /// The labels given, in any order.
    public convenience init(labels: [Int64]) throws(FAISSError) {
        try self.init(labels: labels.span)
    }

    /// The labels of a range.
    public convenience init(_ range: Range<Int64>) throws(FAISSError) {
        try self.init { cfaiss_selector_range(range.lowerBound, range.upperBound, $0) }
    }

    /// The labels whose bit is set: bit `label % 8` of byte `label / 8`. The bytes are copied.
    public convenience init(bitmap: Span<UInt8>) throws(FAISSError) {
        try self.init { out in
            bitmap.withUnsafeBufferPointer {
                cfaiss_selector_bitmap($0.count, $0.baseAddress, out)
            }
        }
    }

    /// The labels whose bit is set.
    public convenience init(bitmap: [UInt8]) throws(FAISSError) {
        try self.init(bitmap: bitmap.span)
    }

    /// Whether the label is in the set.
    public func contains(_ label: Int64) -> Bool {
        defer { withExtendedLifetime(self) {} }
        return cfaiss_selector_contains(handle, label) != 0
    }

    /// All labels that are not in the set.
    public func inverted() throws(FAISSError) -> Selector {
        try Selector { cfaiss_selector_not(handle, $0) }
    }

    /// The labels that are in both sets.
    ///
    /// - Throws: `.invalid` if a thousand sets and more were put together one by one: give their labels at once instead.
    public func intersection(_ other: Selector) throws(FAISSError) -> Selector {
        try Selector { cfaiss_selector_and(handle, other.handle, $0) }
    }

    /// The labels that are in either set.
    ///
    /// - Throws: As `intersection(_:)`.
    public func union(_ other: Selector) throws(FAISSError) -> Selector {
        try Selector { cfaiss_selector_or(handle, other.handle, $0) }
    }
}
