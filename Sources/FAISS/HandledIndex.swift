internal import CFAISS

/// What `Index` and `BinaryIndex` have in common: a handle of C's, and the checks before it is changed.
protocol HandledIndex: ~Copyable {
    var handle: OpaquePointer { get }
    var state: IndexState { get set }
    var labels: Index.Labels { get }
    /// How the index names its kind in errors.
    var kind: String { get }
    /// Rows that training needs at least; 0 for an index that needs none.
    var requiredTrainingRows: Int { get }

    static func describe(_ handle: OpaquePointer) throws(FAISSError) -> cfaiss_index_info
}

extension HandledIndex where Self: ~Copyable {
    func checkUsable() throws(FAISSError) {
        try state.checkUsable()
    }

    mutating func change(
        _ body: (_ handle: OpaquePointer) -> cfaiss_status
    ) throws(FAISSError) {
        let handle = handle
        try state.change { () throws(FAISSError) in
            try check(body(handle))
            return try Self.describe(handle)
        }
    }

    /// Whether there is anything to be learned from so many rows.
    func isTrainable(rowCount: Int, threadCount: Int) throws(FAISSError) -> Bool {
        try checkThreadCount(threadCount)
        let required = requiredTrainingRows
        guard required > 0 else { return false }
        guard !state.isTrained else { throw .alreadyTrained }
        guard rowCount >= required else {
            throw .tooFewTrainingRows(required: required, found: rowCount)
        }
        return true
    }

    func checkAddition(rowCount: Int, threadCount: Int) throws(FAISSError) {
        try checkThreadCount(threadCount)
        guard state.isTrained else { throw .notTrained }
        guard rowCount <= Limits.rowCount - state.count else {
            throw .tooManyRows(limit: Limits.rowCount, found: rowCount + state.count)
        }
    }

    func checkLabels(_ labels: Span<Int64>, rowCount: Int) throws(FAISSError) {
        guard labels.count == rowCount else {
            throw .wrongLabelCount(expected: rowCount, found: labels.count)
        }
        for row in labels.indices where labels[row] < 0 {
            throw .negativeLabel(labels[row], row: row)
        }
    }

    mutating func remove(
        _ selector: Selector,
        by removal: (OpaquePointer, OpaquePointer?, UnsafeMutablePointer<Int64>) -> cfaiss_status
    ) throws(FAISSError) -> Int {
        try checkUsable()
        var removed: Int64 = 0
        do throws(FAISSError) {
            try change { removal($0, selector.handle, &removed) }
        } catch {
            guard case .unsupported = error else { throw error }
            throw .unsupported(operation: "removal", kind: kind)
        }
        return Int(removed)
    }

    /// Moves the rows of `other`, which is known to be of the same shape.
    mutating func merge(
        from other: inout Self,
        shiftingLabelsBy offset: Int64?,
        by merging: (OpaquePointer, OpaquePointer, Int64) -> cfaiss_status
    ) throws(FAISSError) {
        guard state.isTrained, other.state.isTrained else { throw .notTrained }
        guard other.state.count <= Limits.rowCount - state.count else {
            let found = state.count + other.state.count
            throw .tooManyRows(limit: Limits.rowCount, found: found)
        }
        guard labels != .positions || offset == nil else {
            throw .notMergeable(reason: "labels that are positions cannot be shifted")
        }
        let shift = offset ?? (labels == .stored ? state.nextLabel : 0)
        guard shift >= 0, shift <= Int64.max - other.state.nextLabel else {
            throw .notMergeable(reason: "the labels would be out of range")
        }
        do throws(FAISSError) {
            let otherHandle = other.handle
            try change { handle in merging(handle, otherHandle, shift) }
        } catch {
            guard case .unsupported(let reason, _) = error else { throw error }
            throw .notMergeable(reason: reason)
        }
        try other.change { _ in CFAISS_OK }
    }
}
