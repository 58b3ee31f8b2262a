/// A document that may be among the best.
struct ScoredCandidate {
    let document: UInt32
    /// Of floats in double precision: of any that differ by less than 2²⁹ the sum is exact, and so the same in any order.
    var score: Double
    /// One bit for each of the clauses that must be there and are, and the highest for any.
    var clauses: UInt64

    static let any: UInt64 = 1 << 63
}
