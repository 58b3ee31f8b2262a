import CFAISS
import CKernels
import Testing

/// Arguments that the Swift side never hands over, and another caller of the header might.
@Suite struct `The header's own checks` {
    private let values = ClusteredRows(count: 300, dimension: 8, seed: 51).values

    private func build(
        _ change: (inout qk_rows, inout cfaiss_hnsw_settings) -> Void
    ) -> cfaiss_status {
        values.withUnsafeBufferPointer { values in
            var rows = qk_rows(
                values: values.baseAddress,
                norms: nil,
                scales: nil,
                count: 300,
                dimension: 8,
                storage: UInt8(QK_FLOAT32),
                metric: UInt8(QK_L2)
            )
            var settings = cfaiss_hnsw_settings(
                M: 8,
                ef_construction: 40,
                seed: 0,
                thread_count: 1
            )
            change(&rows, &settings)
            var badRow: UInt64 = 0
            var graph: OpaquePointer?
            defer { cfaiss_hnsw_destroy(graph) }
            return cfaiss_hnsw_build(&rows, settings, nil, nil, &badRow, &graph)
        }
    }

    @Test func `refuse a graph of rows that lack what they need`() {
        #expect(build { _, _ in } == CFAISS_OK)
        #expect(build { rows, _ in rows.values = nil } == CFAISS_INVALID)
        #expect(build { rows, _ in rows.metric = UInt8(QK_COSINE) } == CFAISS_INVALID)
        #expect(build { rows, _ in rows.storage = UInt8(QK_INT8) } == CFAISS_INVALID)
        #expect(build { rows, _ in rows.storage = 3 } == CFAISS_INVALID)
        #expect(build { rows, _ in rows.metric = 3 } == CFAISS_INVALID)
        #expect(build { rows, _ in rows.dimension = 0 } == CFAISS_INVALID)
        #expect(build { rows, _ in rows.count = 1 << 31 } == CFAISS_INVALID)
        for M in [Int32.min, -1, 0, 1, 513, .max] {
            #expect(build { _, settings in settings.M = M } == CFAISS_INVALID, "M \(M)")
        }
        for candidates in [Int32.min, 0, 65_537, .max] {
            #expect(
                build { _, settings in settings.ef_construction = candidates } == CFAISS_INVALID
            )
        }
        #expect(
            cfaiss_hnsw_build(nil, cfaiss_hnsw_settings(), nil, nil, nil, nil) == CFAISS_INVALID
        )
    }

    @Test func `answer for a handle that is missing`() {
        let arrays = cfaiss_hnsw_get_arrays(nil)
        #expect(arrays.row_count == 0 && arrays.entry_point == -1)
        #expect(cfaiss_range_hits_count(nil) == 0)
        cfaiss_range_hits_copy(nil, nil, nil, nil)
    }

    /// FAISS would write past its matrices.
    @Test func `refuse OPQ with fewer rows than dimensions`() {
        var transform: OpaquePointer?
        defer { cfaiss_transform_destroy(transform) }
        #expect(cfaiss_transform_create(300, "OPQ4", &transform) == CFAISS_OK)
        let rows = [Float](repeating: 0.5, count: 299 * 300)
        #expect(cfaiss_transform_train(transform, 299, rows, 1) == CFAISS_INVALID)
    }

    /// FAISS makes room for as many candidates as it is told to keep: 16 GiB.
    @Test(arguments: ["IVF4_HNSW4,SQ8", "HNSW8,Flat"])
    func `make no room for more candidates than rows`(factory: String) {
        var index: OpaquePointer?
        defer { cfaiss_index_destroy(index) }
        #expect(cfaiss_index_create(8, factory, CFAISS_L2, &index) == CFAISS_OK)
        let work = cfaiss_work(thread_count: 1, progress: nil, context: nil)
        #expect(cfaiss_index_train(index, 300, values, work) == CFAISS_OK)
        #expect(cfaiss_index_add(index, 300, values, nil, work) == CFAISS_OK)
        var parameters = cfaiss_search_parameters()
        parameters.nprobe = 4
        parameters.ef_search = .max
        parameters.quantizer_ef_search = .max
        var distances: [Float] = [0]
        var labels: [Int64] = [-1]
        let query = Array(values.prefix(8))
        #expect(
            cfaiss_index_search(index, 1, query, 1, parameters, &distances, &labels) == CFAISS_OK
        )
        #expect(labels == [0])
    }
}
