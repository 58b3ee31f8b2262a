/// A key space inside an environment, opened by ``Environment/database(_:create:integerKeys:)``.
///
/// A plain value, good for as long as its environment is open.
public struct Database: Sendable, Hashable {
    /// The name under which the environment knows it.
    public let name: String
    /// Whether keys are `UInt64`, ordered as numbers, or bytes, ordered as `memcmp` orders them.
    public let hasIntegerKeys: Bool

    let handle: UInt32
    let environment: UInt64
}
