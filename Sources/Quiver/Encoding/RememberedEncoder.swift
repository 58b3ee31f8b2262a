/// The encoder whose vectors a vector field holds.
public struct RememberedEncoder: Sendable, Hashable {
    /// What decides whether another encoder is the same.
    public let identity: EncoderIdentity
    /// Where it was when it was first used: a hint for opening it again, its identity decides.
    public let location: String

    /// An encoder and where it lies.
    public init(identity: EncoderIdentity, location: String) {
        self.identity = identity
        self.location = location
    }
}
