/// How a graph is built.
///
/// Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
/// Navigable Small World graphs" (2016), names them so.
public struct GraphParameters: Sendable, Equatable {
    /// Links a row on each upper level, twice as many on level 0: more cost memory (8·M bytes a row) and time
    /// and help recall.
    public var M: Int
    /// Candidates kept while a row's links are chosen: more cost time at the build and help recall.
    public var efConstruction: Int
    /// Of the levels and the order of insertion: the same rows, parameters and seed give the same bytes
    /// (on machines with the same instruction set, since sums round differently).
    public var seed: UInt64

    /// What M may be.
    public static let allowedM = 2...512
    /// What efConstruction may be.
    public static let allowedEfConstruction = 1...65_536

    /// Parameters, each with the default that was measured to reach recall@10 of 0.97 and more at the default
    /// efSearch on 384 dimensions.
    public init(M: Int = 16, efConstruction: Int = 100, seed: UInt64 = 0) {
        self.M = M
        self.efConstruction = efConstruction
        self.seed = seed
    }

    func check() throws(IndexError) {
        guard Self.allowedM.contains(M) else {
            throw .parameter(name: "M", allowed: Self.allowedM, found: M)
        }
        guard Self.allowedEfConstruction.contains(efConstruction) else {
            throw .parameter(
                name: "efConstruction",
                allowed: Self.allowedEfConstruction,
                found: efConstruction
            )
        }
    }
}
