import Foundation

/// Of each list one case, drawn with a seed of the day that is printed (`QUIVER_KIND_SEED` repeats it); all of them if
/// `QUIVER_EVERY_KIND` is set.
public func drawnCases<Case>(of lists: [[Case]]) -> [Case] {
    let environment = ProcessInfo.processInfo.environment
    guard environment["QUIVER_EVERY_KIND"] == nil else { return lists.flatMap(\.self) }
    let seed = environment["QUIVER_KIND_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
    print("cases drawn with QUIVER_KIND_SEED=\(seed)")
    var random = SplitMix64(seed: seed)
    return lists.compactMap { $0.randomElement(using: &random) }
}
