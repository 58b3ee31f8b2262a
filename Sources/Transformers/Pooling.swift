import Tensors

/// How the hidden states of a sequence's tokens become one vector.
public enum Pooling: String, Sendable, Equatable, CaseIterable {
    /// The mean over all tokens.
    case mean
    /// The state of the first token.
    case cls
    /// The largest value of each component.
    case max
    /// The sum over all tokens, divided by the square root of their number.
    case meanSquareRootLength

    /// One vector from the states of the tokens at `tokens` after a forward pass in `workspace`.
    ///
    /// - Precondition: `tokens` is not empty.
    public func pool(_ workspace: borrowing BERTWorkspace, tokens: Range<Int>) -> [Float] {
        switch self {
        case .mean:
            return workspace.hidden.mean(ofRows: tokens)
        case .cls:
            return workspace.hidden.row(tokens.lowerBound)
        case .max:
            return workspace.hidden.maximum(ofRows: tokens)
        case .meanSquareRootLength:
            let factor = Float(tokens.count).squareRoot()
            return workspace.hidden.mean(ofRows: tokens).map { $0 * factor }
        }
    }
}
