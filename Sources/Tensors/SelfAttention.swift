import CKernels

/// Attention of every token of a sequence to every token of the same sequence, over a ragged batch
/// (Vaswani et al., "Attention is all you need", 2017, section 3.2).
///
/// Sequences lie one after the other without padding, so that no work is done for padding. Memory is linear in
/// the longest sequence.
public struct SelfAttention: Sendable {
    /// How many heads.
    public let headCount: Int
    /// Numbers of a query, key or value in one head.
    public let headWidth: Int
    private let kernels: Kernels

    /// Attention with scores scaled by `1 / √headWidth`.
    public init(headCount: Int, headWidth: Int, kernels: Kernels = .best) {
        self.headCount = headCount
        self.headWidth = headWidth
        self.kernels = kernels
    }

    /// Memory for sequences of up to `tokenCount` tokens.
    public func makeScratch(tokenCount: Int) -> Matrix {
        Matrix(
            rowCount: 1,
            columnCount: kernels.table.pointee.attention_scratch(tokenCount, headWidth)
        )
    }

    /// Computes the attention of each sequence.
    ///
    /// - Parameters:
    ///   - projections: `[tokens × 3 · headCount · headWidth]`: queries, then keys, then values of each token.
    ///   - offsets: where each sequence begins, and at the end where the last one ends.
    ///   - scratch: from ``makeScratch(tokenCount:)`` with at least the longest sequence's length.
    ///   - y: `[tokens × headCount · headWidth]`.
    public func callAsFunction(
        _ projections: borrowing Matrix,
        offsets: [Int],
        scratch: inout Matrix,
        into y: inout Matrix
    ) {
        let width = headCount * headWidth
        precondition(projections.columnCount == 3 * width && y.columnCount == width)
        precondition((offsets.last ?? 0) <= min(projections.rowCount, y.rowCount))
        for (begin, end) in zip(offsets, offsets.dropFirst()) {
            precondition(begin >= 0 && begin <= end)
            let needed = kernels.table.pointee.attention_scratch(end - begin, headWidth)
            precondition(needed <= scratch.columnCount)
            kernels.table.pointee.attention(
                projections.base + begin * projections.stride,
                projections.stride,
                end - begin,
                headCount,
                headWidth,
                1 / Float(headWidth).squareRoot(),
                y.base + begin * y.stride,
                y.stride,
                scratch.base
            )
        }
    }
}
