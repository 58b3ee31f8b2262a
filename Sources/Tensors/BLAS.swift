import CBLAS
import CKernels
import Threads

/// OpenBLAS, for products of matrices that are not packed in advance as those of ``Linear`` are.
///
/// Each call of OpenBLAS runs on one thread (CKernels/qk_blas.h says how, and why); a large product is split
/// over threads of ours, each of which computes some rows.
public enum BLAS {
    /// `y = x · wᵀ` where `transposingRight`, else `y = x · w`.
    ///
    /// - Parameters:
    ///   - x: `[rowCount × depth]`.
    ///   - w: `[columnCount × depth]` where `transposingRight`, else `[depth × columnCount]`.
    ///   - y: `[rowCount × columnCount]`.
    ///   - threadCount: how many threads may work at once, the caller's included.
    public static func multiply(
        _ x: borrowing Matrix,
        _ w: borrowing Matrix,
        transposingRight: Bool = false,
        into y: inout Matrix,
        threadCount: Int = 1
    ) {
        let depth = x.columnCount
        let columnCount = y.columnCount
        let rowCount = x.rowCount
        precondition(y.rowCount == rowCount)
        precondition(
            transposingRight
                ? w.rowCount == columnCount && w.columnCount == depth
                : w.rowCount == depth && w.columnCount == columnCount
        )
        guard rowCount > 0, columnCount > 0, depth > 0 else { return }
        let shareCount = max(1, min(threadCount, rowCount))
        // Each thread writes its own rows of y alone, and `y` is exclusively ours until all have finished.
        nonisolated(unsafe) let (left, right, result) = (x.base, w.base, y.base)
        let (leftStride, rightStride, resultStride) = (x.stride, w.stride, y.stride)
        concurrently(shareCount) { share in
            let begin = rowCount * share / shareCount
            let end = rowCount * (share + 1) / shareCount
            let scope = qk_blas_enter()
            cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                transposingRight ? CblasTrans : CblasNoTrans,
                blasint(end - begin),
                blasint(columnCount),
                blasint(depth),
                1,
                left + begin * leftStride,
                blasint(leftStride),
                right,
                blasint(rightStride),
                0,
                result + begin * resultStride,
                blasint(resultStride)
            )
            qk_blas_leave(scope)
        }
    }

    /// The processor that OpenBLAS chose its kernels for (`SkylakeX`, `Zen`, …).
    public static var coreName: String { String(cString: openblas_get_corename()) }
}
