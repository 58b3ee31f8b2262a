import TestSupport

/// Seeded rows around a few centres: what embeddings look like, and what IVF and graphs are made for.
struct ClusteredRows {
    let dimension: Int
    let values: [Float]

    var count: Int { values.count / dimension }

    init(dimension: Int, values: [Float]) {
        self.dimension = dimension
        self.values = values
    }

    init(count: Int, dimension: Int, clusters: Int = 32, spread: Float = 0.5, seed: UInt64) {
        // The centres come from a seed of their own, so that rows and queries share them.
        var centreRandom = SplitMix64(seed: 1)
        var random = SplitMix64(seed: seed)
        let centres = (0..<clusters * dimension).map { _ in
            Float.random(in: -1...1, using: &centreRandom)
        }
        var values: [Float] = []
        values.reserveCapacity(count * dimension)
        for _ in 0..<count {
            let centre = Int.random(in: 0..<clusters, using: &random)
            for i in 0..<dimension {
                values.append(
                    centres[centre * dimension + i]
                        + Float.random(in: -spread...spread, using: &random)
                )
            }
        }
        self.dimension = dimension
        self.values = values
    }

    subscript(row: Int) -> ArraySlice<Float> {
        values[row * dimension..<(row + 1) * dimension]
    }
}
