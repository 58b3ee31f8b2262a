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

    /// Parameters, each with its default.
    ///
    /// On 43,000 MiniLM embeddings of dictionary definitions (384 float32) and 1,000 usage examples as
    /// queries, under cosine, at efSearch 64, one AVX-512 core of a busy machine:
    ///
    /// | M | efConstruction | build, s | bytes a row | recall@10 | queries/s |
    /// | --- | --- | --- | --- | --- | --- |
    /// | 12 | 100 | 12.6 | 101 | .967 | 5,950 |
    /// | 16 | 60 | 8.5 | 133 | .965 | 5,440 |
    /// | **16** | **100** | 13.7 | 133 | .976 | 5,140 |
    /// | 16 | 150 | 23.0 | 133 | .979 | 4,730 |
    /// | 24 | 100 | 15.8 | 197 | .983 | 4,870 |
    /// | 32 | 100 | 18.2 | 260 | .986 | 3,800 |
    ///
    /// float16 rows reach the same recall at 8,940 queries/s, int8 rows at 12,930.
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
