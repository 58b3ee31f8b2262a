import CQuiverABI
import Testing

/// What a hit is told by.
struct FoundHit: Equatable {
    let key: String
    let score: Float
    let row: UInt64
    let version: UInt64

    init(key: qv_key, score: Float, row: UInt64, version: UInt64) {
        let bytes = UnsafeRawBufferPointer(start: key.bytes, count: Int(key.length))
        self.key = String(decoding: bytes, as: UTF8.self)
        self.score = score
        self.row = row
        self.version = version
    }

    init(_ hit: qv_hit) {
        self.init(key: hit.key, score: hit.score, row: hit.row, version: hit.version)
    }
}

/// The hits of a query, one by one.
func hits(of results: qv_results, _ query: UInt64) throws -> [FoundHit] {
    var count: UInt64 = 0
    try #require(qv_results_hit_count(results, query, &count) == QV_OK, "\(message)")
    return try (0..<count).map { index in
        var hit = qv_hit.sized()
        try #require(qv_results_hit(results, query, index, &hit) == QV_OK, "\(message)")
        return FoundHit(hit)
    }
}

/// The same, in one call.
func bulkHits(of results: qv_results, _ query: UInt64) throws -> [FoundHit] {
    var count: UInt64 = 0
    try #require(qv_results_hit_count(results, query, &count) == QV_OK, "\(message)")
    var hits = [qv_hit](repeating: .sized(), count: Int(count))
    try #require(qv_results_hits(results, query, 0, count, &hits) == QV_OK, "\(message)")
    return hits.map(FoundHit.init)
}

/// The same, from the arrays of all hits.
func columns(of results: qv_results, _ query: Int) throws -> [FoundHit] {
    var arrays = qv_hit_arrays.sized()
    try #require(qv_results_arrays(results, &arrays) == QV_OK, "\(message)")
    let ends = try #require(arrays.ends)
    let keys = try #require(arrays.keys)
    let scores = try #require(arrays.scores)
    let rows = try #require(arrays.rows)
    let versions = try #require(arrays.versions)
    return (Int(ends[query])..<Int(ends[query + 1])).map {
        FoundHit(key: keys[$0], score: scores[$0], row: rows[$0], version: versions[$0])
    }
}

/// A struct of the header that begins with its own size.
protocol SizedStruct {
    init()
    var struct_size: UInt32 { get set }
}

extension SizedStruct {
    /// With its size, or another one, and zeros.
    static func sized(_ size: UInt32? = nil) -> Self {
        var made = Self()
        made.struct_size = size ?? UInt32(MemoryLayout<Self>.size)
        return made
    }
}

extension qv_search_options: SizedStruct {}
extension qv_query: SizedStruct {}
extension qv_source: SizedStruct {}
extension qv_scope: SizedStruct {}
extension qv_hit: SizedStruct {}
extension qv_hit_arrays: SizedStruct {}
extension qv_search_part: SizedStruct {}
extension qv_search_step: SizedStruct {}
extension qv_field: SizedStruct {}
extension qv_vector_field: SizedStruct {}
extension qv_text_field: SizedStruct {}
extension qv_snapshot_report: SizedStruct {}
extension qv_collection_options: SizedStruct {}
