import CQuiverABI
import Quiver

extension NeighbourRequest {
    /// What a C caller asks for. Its vectors are read where they are, until the call returns.
    init(_ settings: qv_neighbour_options) throws(CallFailure) {
        let isOfVectors = settings.flags & UInt32(QV_NEIGHBOURS_OF_VECTORS) != 0
        guard settings.flags & ~UInt32(QV_NEIGHBOURS_OF_VECTORS) == 0 else {
            throw .argument("options: flags is \(settings.flags), which has an unknown bit")
        }
        self.init(k: Int(settings.k), threadCount: try Arguments.threadCount(settings.thread_count))
        vectorField = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        filter = try settings.filter.map { (pointer) throws(CallFailure) in
            try Arguments.filter(pointer, "options: filter")
        }
        mode = try Arguments.mode(settings.mode)
        efSearch = settings.ef_search == 0 ? nil : Int(settings.ef_search)
        nprobe = settings.nprobe == 0 ? nil : Int(settings.nprobe)
        candidateFactor =
            settings.candidate_factor == 0 ? nil : Double(settings.candidate_factor)
        shard = Int(settings.shard)
        shardCount = max(1, Int(settings.shard_count))
        if settings.memory_byte_count > 0 {
            memoryByteCount = Int(clamping: settings.memory_byte_count)
        }
        if isOfVectors {
            let vectors = try QueryNumbers(settings)
            queries = try engine { () throws(StoreError) in
                try .checksummed(count: vectors.count, read: vectors.numbers)
            }
        } else if settings.vectors != nil || settings.vector_count > 0 {
            throw .argument("options: vectors count with QV_NEIGHBOURS_OF_VECTORS alone")
        }
    }
}

extension Arguments {
    static func mode(_ mode: UInt32) throws(CallFailure) -> SearchRequest.Mode {
        switch mode {
        case UInt32(QV_SEARCH_AUTOMATIC): return .automatic
        case UInt32(QV_SEARCH_EXACT): return .exact
        case UInt32(QV_SEARCH_INDEXED): return .indexed
        default:
            throw .argument(
                "options: mode is \(mode), expected QV_SEARCH_AUTOMATIC, QV_SEARCH_EXACT or QV_SEARCH_INDEXED"
            )
        }
    }
}

/// Vectors of a caller's that is still waiting for its call.
private struct QueryNumbers: Sendable {
    let count: Int
    private let dimension: Int
    // The caller's own, which nobody writes while its call runs; read within it alone.
    private nonisolated(unsafe) let all: UnsafeBufferPointer<Float>

    init(_ settings: qv_neighbour_options) throws(CallFailure) {
        guard (1...VectorField.maximumDimension).contains(Int(settings.dimension)) else {
            throw CallFailure(
                status: QV_ERROR_VECTOR,
                message: "options: vectors have \(settings.dimension) numbers each, and no "
                    + "vector field has"
            )
        }
        let (numberCount, isTooLarge) = settings.vector_count.multipliedReportingOverflow(
            by: UInt64(settings.dimension)
        )
        guard !isTooLarge else {
            throw .argument("options: \(settings.vector_count) vectors are too many")
        }
        all = try Arguments.array(settings.vectors, count: numberCount, "options: vectors")
        dimension = Int(settings.dimension)
        count = Int(settings.vector_count)
    }

    @Sendable func numbers(_ range: Range<Int>) throws(StoreError) -> [Float] {
        Array(all[range.lowerBound * dimension..<range.upperBound * dimension])
    }
}
