import CFAISS
import TestSupport

/// K-means, and transforms.
func tryLearningCalls(_ random: inout SplitMix64) {
    let rows = random.rows(SplitMix64.arrayCount, 8)
    if random.chance(50) { tryKMeans(rows, &random) } else { tryTransform(rows, &random) }
}

private func tryKMeans(_ rows: [Float], _ random: inout SplitMix64) {
    let settings = cfaiss_kmeans_settings(
        dimension: random.pick([8, 8, 8, 1, 0, -1, 65_537, .min, .max]),
        centroid_count: random.pick([1, 2, 7, 300, 301, 0, -1, .min, .max]),
        iteration_count: random.pick([1, 2, 4, 0, -1, .min]),
        redo_count: random.pick([1, 2, 0, -1, .min]),
        seed: random.pick([0, 1, -1, .min, .max]),
        is_spherical: random.pick([0, 1, -1]),
        rows_per_centroid: random.pick([1, 5, 256, .max, 0, -1, .min])
    )
    let n = random.count()
    // Rows beyond those there are would be read.
    guard n <= SplitMix64.arrayCount else { return }
    announce("k-means \(n) \(settings)")
    var centroids = [Float](repeating: 0, count: SplitMix64.arrayCount * 8)
    var objectives = [Float](repeating: 0, count: 8)
    var objectiveCount: Int32 = -1
    let given = random.chance(95) ? rows : nil
    let work = random.work()
    let objectivesAreGiven = random.chance(95)
    let countIsGiven = random.chance(95)
    let status = optionally(random.chance(95), &centroids) { centroids in
        optionally(objectivesAreGiven, &objectives) { objectives in
            optionally(countIsGiven, &objectiveCount) {
                cfaiss_kmeans_train(settings, n, given, work, centroids, objectives, $0)
            }
        }
    }
    guard status != CFAISS_OK || 0...8 ~= objectiveCount else {
        fail("\(objectiveCount) objectives")
    }
    guard settings.centroid_count <= SplitMix64.arrayCount else { return }
    var assigned = [Int32](repeating: 0, count: SplitMix64.arrayCount)
    let threadCount = random.threadCount()
    let centroidsAreGiven = random.chance(95)
    _ = optionally(random.chance(95), &assigned) {
        cfaiss_kmeans_assign(
            settings,
            centroidsAreGiven ? centroids : nil,
            n,
            given,
            threadCount,
            $0
        )
    }
}

private func tryTransform(_ rows: [Float], _ random: inout SplitMix64) {
    var transform: OpaquePointer?
    let factory = random.pick(["PCA4", "PCAW8", "PCAR4", "OPQ4", "ITQ", "RR", "L2norm", "Pad16"])
    let dimension = random.pick([8, 8, 8, 8, 0, -1, 65_537, .min, .max] as [Int32])
    announce("transform \(factory) \(dimension)")
    let text =
        random.chance(95) ? factory : random.pick([nil, "Flat", "PCA4,PCA2", "IVF4", "", ","])
    _ = optionally(random.chance(98), &transform) { cfaiss_transform_create(dimension, text, $0) }
    defer { cfaiss_transform_destroy(transform) }
    var info = cfaiss_transform_info()
    for _ in 0..<6 {
        let n = random.count()
        let given = random.chance(95)
        guard n <= SplitMix64.arrayCount else { continue }
        var result = [Float](repeating: 0, count: SplitMix64.arrayCount * 16)
        let place = random.chance(98) ? transform : nil
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            announce("train \(n)")
            let status = cfaiss_transform_train(place, n, given ? rows : nil, random.threadCount())
            guard isIntact(status) else { return }
        case 1:
            announce("apply \(n)")
            _ = optionally(given, &result) {
                cfaiss_transform_apply(place, n, given ? rows : nil, $0)
            }
        case 2:
            // Transformed rows may be wider than rows.
            let wide = rows + rows
            announce("reverse \(n)")
            _ = optionally(given, &result) {
                cfaiss_transform_reverse(place, n, given ? wide : nil, $0)
            }
        default:
            _ = optionally(given, &info) { cfaiss_transform_describe(place, $0) }
            var text = [CChar](repeating: 0, count: 64)
            _ = cfaiss_transform_factory(place, &text, random.pick([0, 1, 4, 64]))
        }
    }
}
