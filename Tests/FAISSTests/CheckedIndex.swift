import SearcherChecks
import Testing

/// An index of FAISS's that our searchers and FAISS itself can be asked about.
final class CheckedIndex {
    private let handle: OpaquePointer
    let dimension: Int

    init(
        _ factory: String,
        dimension: Int,
        innerProduct: Bool = false,
        rows: [Float],
        adding added: Int,
        firstLabel: Int64 = 0,
        labelStep: Int64 = 1,
        byResidual: Bool? = nil
    ) throws {
        self.dimension = dimension
        handle = try #require(
            checked_index_create(
                factory,
                Int32(dimension),
                innerProduct ? 1 : 0,
                Int64(rows.count / dimension),
                rows,
                Int64(added),
                firstLabel,
                labelStep,
                byResidual.map { $0 ? 1 : 0 } ?? -1
            )
        )
    }

    /// An index in FAISS's own format.
    init(bytes: [UInt8], dimension: Int) throws {
        self.dimension = dimension
        handle = try #require(checked_index_read(bytes, bytes.count))
    }

    deinit { checked_index_destroy(handle) }

    struct Answer {
        var distances: [Float]
        var labels: [Int64]
        let k: Int

        func labels(of query: Int) -> [Int64] { Array(labels[query * k..<(query + 1) * k]) }
        func distances(of query: Int) -> [Float] { Array(distances[query * k..<(query + 1) * k]) }
    }

    func ours(
        _ queries: [Float],
        k: Int,
        _ settings: checked_settings = checked_settings(),
        members: [UInt8]? = nil
    ) throws -> Answer {
        var settings = settings
        let flags = members ?? []
        return try flags.withUnsafeBufferPointer { flags in
            settings.members = members == nil ? nil : flags.baseAddress
            settings.label_count = flags.count
            return try answer(checked_index_search_fast, queries, k, settings)
        }
    }

    /// The labels of all rows within a radius of the queries.
    func labels(within radius: Float, of queries: [Float]) throws -> [Int64] {
        var labels: [Int64] = []
        let status = withUnsafeMutablePointer(to: &labels) { labels in
            checked_index_range_search(
                handle,
                Int64(queries.count / dimension),
                queries,
                radius,
                { context, label in
                    context?.assumingMemoryBound(to: [Int64].self).pointee.append(label)
                },
                labels
            )
        }
        try #require(status == 1)
        return labels
    }

    /// Takes the labels from an IDMap's rows from `count` on.
    func forgetLabels(from count: Int) {
        checked_index_forget_labels(handle, Int64(count))
    }

    /// Whether a row can be added.
    func adds(_ row: [Float], label: Int64) -> Bool {
        checked_index_add(handle, row, label) == 1
    }

    func plain(
        _ queries: [Float],
        k: Int,
        _ settings: checked_settings = checked_settings()
    ) throws -> Answer {
        try answer(checked_index_search_plain, queries, k, settings)
    }

    private func answer(
        _ search: (
            OpaquePointer?, Int64, UnsafePointer<Float>?, Int64, checked_settings,
            UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Int64>?
        ) -> Int32,
        _ queries: [Float],
        _ k: Int,
        _ settings: checked_settings
    ) throws -> Answer {
        let count = queries.count / dimension
        var answer = Answer(
            distances: Array(repeating: .nan, count: count * k),
            labels: Array(repeating: -2, count: count * k),
            k: k
        )
        let status = search(
            handle,
            Int64(count),
            queries,
            Int64(k),
            settings,
            &answer.distances,
            &answer.labels
        )
        try #require(status == 1)
        return answer
    }
}
