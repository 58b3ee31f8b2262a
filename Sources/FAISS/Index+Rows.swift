internal import CFAISS

extension Index {
    /// The rows with these labels, as float32 from their codes: `[labels.count × dimension]`.
    ///
    /// Lossy codes give approximations, and so do transforms that drop dimensions. Where labels are stored, one call
    /// passes once over all of them.
    ///
    /// - Parameter labels: Any number of them, in any order, repeated or not.
    /// - Throws: `.unknownLabel`; `.unsupported` behind a transform that cannot be undone (`ITQ`, `PCAW`); `.outOfMemory`.
    public borrowing func reconstruct(_ labels: Span<Int64>) throws(FAISSError) -> [Float] {
        try checkUsable()
        var unknown: Int64 = 0
        var isUnknown = false
        do throws(FAISSError) {
            return try filledArray(elementCount(labels.count, dimension)) { rows in
                labels.withUnsafeBufferPointer { labels in
                    let status = cfaiss_index_reconstruct(
                        handle,
                        Int64(labels.count),
                        labels.baseAddress,
                        rows,
                        &unknown
                    )
                    isUnknown = status == CFAISS_UNKNOWN_LABEL
                    return status
                }
            }
        } catch {
            if isUnknown { throw .unknownLabel(unknown) }
            guard case .unsupported = error else { throw error }
            throw .unsupported(operation: "reconstruction", kind: kind)
        }
    }

    /// The row with this label.
    ///
    /// - Parameter label: Of a row of the index.
    /// - Throws: As `reconstruct` of several.
    public borrowing func reconstruct(_ label: Int64) throws(FAISSError) -> [Float] {
        try reconstruct([label].span)
    }

    /// Removes the rows whose labels are selected and returns how many they were. Where labels are positions, those
    /// behind a removed row move up.
    ///
    /// - Parameter selector: Selects labels, of rows or not.
    /// - Throws: `.unsupported` for graphs, refinement and `PQ…+…`.
    @discardableResult
    public mutating func remove(_ selector: Selector) throws(FAISSError) -> Int {
        try remove(selector) { cfaiss_index_remove($0, $1, $2) }
    }

    /// Moves all rows of `other` to the end of this index. Both must have been trained alike, as copies of one index are.
    ///
    /// - Parameters:
    ///   - other: Empty afterwards.
    ///   - offset: Is added to labels that are stored. Nil is `nextLabel` for `IVF…` kinds and 0 for `IDMap…`; positions go
    ///     on by themselves.
    /// - Throws: `.notMergeable`, and nothing has changed; `.notTrained`, `.tooManyRows`.
    public mutating func merge(
        from other: inout Index,
        shiftingLabelsBy offset: Int64? = nil
    ) throws(FAISSError) {
        try checkUsable()
        try other.checkUsable()
        guard other.dimension == dimension, other.metric == metric else {
            throw .notMergeable(reason: "they differ in dimension or metric")
        }
        try merge(from: &other, shiftingLabelsBy: offset) { cfaiss_index_merge($0, $1, $2) }
    }
}
