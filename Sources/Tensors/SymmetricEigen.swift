import CBLAS
import CKernels

/// The eigenvectors of a symmetric matrix (LAPACK's divide and conquer, `dsyevd`).
struct SymmetricEigen {
    /// The eigenvalues, largest first.
    let values: [Double]
    /// `[order × order]`: an eigenvector a row, in the same order, of norm 1, whose number of the largest magnitude is positive.
    let vectors: [Double]

    /// - Parameter matrix: `[order × order]`, symmetric and finite.
    /// - Returns: `nil` where LAPACK finds none, which for finite numbers does not happen.
    init?(_ matrix: [Double], order: Int) {
        precondition(matrix.count == order * order && order > 0)
        var vectors = matrix
        var values = [Double](repeating: 0, count: order)
        var size = Int32(order)
        var information: Int32 = 0
        var workCount: Int32 = -1
        var integerCount: Int32 = -1
        var work: [Double] = [0]
        var integers: [Int32] = [0]
        let scope = qk_blas_enter()
        defer { qk_blas_leave(scope) }
        // The first call asks how much room it takes.
        for _ in 0..<2 {
            dsyevd_(
                "V",
                "L",
                &size,
                &vectors,
                &size,
                &values,
                &work,
                &workCount,
                &integers,
                &integerCount,
                &information,
                1,
                1
            )
            guard information == 0 else { return nil }
            guard workCount < 0 else { break }
            workCount = Int32(work[0])
            integerCount = integers[0]
            work = [Double](repeating: 0, count: Int(workCount))
            integers = [Int32](repeating: 0, count: Int(integerCount))
        }
        // LAPACK's columns are our rows.
        var ordered: [Double] = []
        ordered.reserveCapacity(vectors.count)
        for index in (0..<order).reversed() {
            let vector = vectors[index * order..<(index + 1) * order]
            let largest = vector.max { $0.magnitude < $1.magnitude } ?? 0
            ordered.append(contentsOf: largest < 0 ? vector.map { -$0 } : Array(vector))
        }
        self.values = values.reversed()
        self.vectors = ordered
    }
}
