import Foundation

extension IndexKind {
    /// Each of `kinds` with one of `others`, drawn with a seed of the day that is printed (`QUIVER_KIND_SEED` repeats it); with every one
    /// of them if `QUIVER_EVERY_KIND` is set.
    public static func drawn<Other>(
        _ kinds: [IndexKind],
        _ others: some Collection<Other>
    ) -> [(IndexKind, Other)] {
        let environment = ProcessInfo.processInfo.environment
        let others = Array(others)
        guard environment["QUIVER_EVERY_KIND"] == nil else {
            return kinds.flatMap { kind in others.map { (kind, $0) } }
        }
        let seed =
            environment["QUIVER_KIND_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
        print("kinds drawn with QUIVER_KIND_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        return kinds.map { ($0, others[Int.random(in: others.indices, using: &random)]) }
    }
}
