import Tensors
import Transformers

/// What becomes of the hidden states of a text's tokens.
enum RowKind: Sendable {
    /// One row a text.
    case pooled(Pooling, normalises: Bool)
    /// One row a token, reduced or not.
    case tokens(PrincipalComponents?)

    /// How many rows a text becomes.
    func rowCount(of text: TokenizedText) -> Int {
        switch self {
        case .pooled: 1
        case .tokens: text.kept.count
        }
    }

    /// Memory for the reduced states of `tokenCapacity` tokens.
    func makeScratch(tokenCapacity: Int) -> Matrix {
        guard case .tokens(let reduction?) = self else {
            return Matrix(rowCount: 0, columnCount: 0)
        }
        return Matrix(rowCount: tokenCapacity, columnCount: reduction.outputCount)
    }

    /// The rows of `texts` after a forward pass over them, `[rows × dimension]`.
    ///
    /// - Parameter dimension: how many numbers of each row are wanted.
    func rows(
        of texts: [TokenizedText],
        _ batch: RaggedBatch,
        dimension: Int,
        in workspace: borrowing BERTWorkspace,
        _ scratch: inout Matrix
    ) -> [Float] {
        var rows: [Float] = []
        switch self {
        case .pooled(let pooling, let normalises):
            rows.reserveCapacity(texts.count * dimension)
            for position in texts.indices {
                var vector = pooling.pool(workspace, tokens: batch.range(of: position))
                vector.removeLast(vector.count - dimension)
                if normalises { normaliseLength(of: &vector) }
                rows.append(contentsOf: vector)
            }
        case .tokens(let reduction):
            rows.reserveCapacity(batch.tokens.count * dimension)
            reduction?(workspace.hidden, rowCount: batch.tokens.count, into: &scratch)
            for (position, text) in texts.enumerated() {
                let first = batch.range(of: position).lowerBound
                let kept = first + text.kept.lowerBound..<first + text.kept.upperBound
                if reduction == nil {
                    workspace.hidden.append(rows: kept, columnCount: dimension, to: &rows)
                } else {
                    scratch.append(rows: kept, columnCount: dimension, to: &rows)
                }
            }
        }
        return rows
    }
}
