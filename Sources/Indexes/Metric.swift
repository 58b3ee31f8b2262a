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
public enum Metric: UInt8, Sendable, CaseIterable {
    /// The squared Euclidean distance.
    case l2 = 0
    /// The dot product.
    case innerProduct = 1
    /// The cosine of the angle.
    case cosine = 2

    /// Whether a higher score means nearer.
    public var higherIsNearer: Bool { self != .l2 }

    /// The score that users see for a distance.
    public func score(fromDistance distance: Float) -> Float {
        // 0 − x and not −x: a score of zero is +0.
        self == .l2 ? distance : 0 - distance
    }

    var kernelMetric: UInt8 {
        switch self {
        case .l2: UInt8(QK_L2)
        case .innerProduct: UInt8(QK_INNER_PRODUCT)
        case .cosine: UInt8(QK_COSINE)
        }
    }
}
