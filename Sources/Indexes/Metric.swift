internal import CKernels

/// What "near" means.
///
/// Inside an index everything is a *distance*, smaller is nearer; a *score* is what a user sees.
///
/// | metric | distance | score |
/// | --- | --- | --- |
/// | `l2` | Σ (q − x)² | the same, lower is nearer |
/// | `innerProduct` | −Σ q·x | Σ q·x, higher is nearer |
/// | `cosine` | −Σ q·x / (‖q‖·‖x‖) | the cosine, higher is nearer |
/// | `hamming` | how many of the numbers, 0 or 1, differ | the same, lower is nearer |
public enum Metric: UInt8, Sendable, CaseIterable {
    /// The squared Euclidean distance.
    case l2 = 0
    /// The dot product.
    case innerProduct = 1
    /// The cosine of the angle.
    case cosine = 2
    /// The number of bits that differ, of rows of bits.
    case hamming = 3

    /// Whether a higher score means nearer.
    public var higherIsNearer: Bool { self == .innerProduct || self == .cosine }

    /// The score that users see for a distance.
    public func score(fromDistance distance: Float) -> Float {
        // 0 − x and not −x: a score of zero is +0.
        higherIsNearer ? 0 - distance : distance
    }

    var kernelMetric: UInt8 {
        switch self {
        case .l2: UInt8(QK_L2)
        case .innerProduct: UInt8(QK_INNER_PRODUCT)
        case .cosine: UInt8(QK_COSINE)
        case .hamming: UInt8(QK_HAMMING)
        }
    }
}
