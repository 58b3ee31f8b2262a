// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_cluster(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_clustering_options>?,
    _ clustering: UnsafeMutablePointer<qv_clustering>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Arguments.output(clustering, "clustering")
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_clustering_options(reading: options, "options")
        let field = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        let wanted = try ClusteringOptions(settings)
        let progress = ProgressCallback(settings.progress, settings.context)
        let snapshot = try collection.snapshot()
        let found = try engine { () throws(StoreError) in
            try snapshot.cluster(
                vectorField: field,
                count: Int(settings.cluster_count),
                options: wanted
            ) { progress.goesOn($0, $1) }
        }
        output.pointee = try HandleTable.shared.insert(.clustering(ClusteringAnswer(found)))
    }
}

@c @implementation
public func qv_clustering_rows(
    _ clustering: qv_clustering,
    _ clusters: UnsafeMutablePointer<UnsafePointer<Int32>?>?,
    _ row_count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(clustering, "clustering", \.clustering)
        clusters?.pointee = answer.clusters
        row_count?.pointee = UInt64(answer.rowCount)
    }
}

@c @implementation
public func qv_clustering_centroids(
    _ clustering: qv_clustering,
    _ centroids: UnsafeMutablePointer<UnsafePointer<Float>?>?,
    _ cluster_count: UnsafeMutablePointer<UInt32>?,
    _ dimension: UnsafeMutablePointer<UInt32>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(clustering, "clustering", \.clustering)
        centroids?.pointee = answer.centroids
        cluster_count?.pointee = UInt32(answer.count)
        dimension?.pointee = UInt32(answer.dimension)
    }
}

@c @implementation
public func qv_clustering_free(_ clustering: qv_clustering) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(clustering, "clustering", \.clustering)
    }
}

@c @implementation
public func qv_row_scores(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ pairs: UnsafePointer<UInt64>?,
    _ pair_count: UInt64,
    _ thread_count: UInt32,
    _ scores: UnsafeMutablePointer<Float>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let threadCount = try Arguments.threadCount(thread_count)
        guard pair_count <= UInt64(Int.max / 2) else {
            throw .argument("pair_count is \(pair_count)")
        }
        let numbers = try Arguments.array(pairs, count: 2 * pair_count, "pairs")
        guard pair_count > 0 else { return }
        let output = try Arguments.output(scores, "scores")
        let rows = stride(from: 0, to: numbers.count, by: 2).map {
            (Int(clamping: numbers[$0]), Int(clamping: numbers[$0 + 1]))
        }
        let snapshot = try collection.snapshot()
        let found = try engine { () throws(StoreError) in
            try snapshot.scores(ofRowPairs: rows, vectorField: field, threadCount: threadCount)
        }
        for place in found.indices { output[place] = found[place] }
    }
}

extension ClusteringOptions {
    fileprivate init(_ settings: qv_clustering_options) throws(CallFailure) {
        self.init()
        if settings.iteration_count > 0 { iterationCount = Int(settings.iteration_count) }
        if settings.rows_per_cluster > 0 {
            rowsPerCluster = Int(clamping: settings.rows_per_cluster)
        }
        seed = settings.seed
        threadCount = try Arguments.threadCount(settings.thread_count)
    }
}

/// A clustering as C reads it.
///
/// `@unchecked Sendable`: the pointers lead into `arena`, and nothing is written after `init`.
final class ClusteringAnswer: @unchecked Sendable {
    let clusters: UnsafePointer<Int32>
    let rowCount: Int
    let centroids: UnsafePointer<Float>
    let count: Int
    let dimension: Int
    private let arena: Arena

    init(_ clustering: Clustering) {
        var arena = Arena()
        clusters = arena.copy(clustering.clusters)
        rowCount = clustering.clusters.count
        centroids = arena.copy(clustering.centroids.flatMap { $0 })
        count = clustering.centroids.count
        dimension = clustering.centroids.first?.count ?? 0
        self.arena = arena
    }
}
