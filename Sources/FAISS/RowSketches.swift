internal import CFAISS
public import CKernels

/// Sketches of rows: a byte a number, of how each row lies about one origin. A graph that is walked over them reads a quarter of the
/// bytes.
public enum RowSketches {
    /// Whether walking over sketches finds nearly what walking over the rows does. One number much larger than the others leaves a
    /// sketch nothing to tell them by.
    ///
    /// Looks for some of the rows among others, either way, on the caller's thread: some ten milliseconds, and 2 MiB.
    ///
    /// - Parameters:
    ///   - rows: float32.
    ///   - sketches: int8, as many; of `innerProduct` where the rows are of cosine.
    ///   - origin: what was taken off each row, under cosine at length 1; `dimension` numbers.
    public static func areFaithful(
        rows: qk_rows,
        sketches: qk_rows,
        origin: UnsafePointer<Float>
    ) throws(FAISSError) -> Bool {
        precondition(rows.storage == UInt8(QK_FLOAT32), "rows that are not float32")
        precondition(sketches.storage == UInt8(QK_INT8), "sketches that are not int8")
        precondition(
            rows.count == sketches.count && rows.dimension == sketches.dimension,
            "sketches of other rows"
        )
        var areFaithful: Int32 = 0
        let status = withUnsafePointer(to: rows) { rows in
            withUnsafePointer(to: sketches) { sketches in
                cfaiss_are_sketches_faithful(rows, sketches, origin, &areFaithful)
            }
        }
        try check(status)
        return areFaithful != 0
    }
}
