/// A row and its distance in one integer, whose order is by distance, then by row.
///
/// The upper half is the distance's bits, changed so that they order as the numbers do (all bits of a
/// negative number turned, the sign bit of the others); the lower half is the row. One comparison of
/// integers so decides nearer, ties included.
struct Candidate: Comparable, Sendable {
    let bits: UInt64

    @inline(__always)
    init(bits: UInt64) {
        self.bits = bits
    }

    /// `distance` is not NaN; −0 counts as +0.
    @inline(__always)
    init(distance: Float, row: UInt32) {
        let pattern = (distance + 0).bitPattern
        let sign = UInt32(bitPattern: Int32(bitPattern: pattern) >> 31)
        bits = UInt64(pattern ^ (sign | 0x8000_0000)) << 32 | UInt64(row)
    }

    @inline(__always)
    var row: UInt32 { UInt32(truncatingIfNeeded: bits) }

    @inline(__always)
    var distance: Float {
        let ordered = UInt32(truncatingIfNeeded: bits >> 32)
        return Float(bitPattern: ordered >> 31 == 1 ? ordered ^ 0x8000_0000 : ~ordered)
    }

    /// The candidate that orders the other way round, so that a heap of least candidates keeps the
    /// greatest at its top.
    @inline(__always)
    var reversed: Candidate { Candidate(bits: ~bits) }

    @inline(__always)
    static func < (left: Candidate, right: Candidate) -> Bool { left.bits < right.bits }
}
