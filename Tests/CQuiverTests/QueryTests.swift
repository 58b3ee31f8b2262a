import CQuiverABI
import TestSupport
import Testing

@Suite struct QueryTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a query of one vector finds what the plain search finds, hit by hit and in bulk`(
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        let opened = try OpenStore()
        for number in 0..<60 {
            let key = Bool.random(using: &random) ? "key \(number)" : "k\(number)"
            let vector = (0..<3).map { _ in Float.random(in: -1...1, using: &random) }
            try opened.upsert(key, vector, text: "word \(number % 7)")
        }
        for _ in 0..<20 {
            let vectors = (0..<6).map { _ in Float.random(in: -1...1, using: &random) }
            var options = qv_search_options.sized()
            options.k = UInt32.random(in: 1...80, using: &random)
            var plain: qv_results = 0
            try #require(qv_search(opened.collection, vectors, 2, 3, &options, &plain) == QV_OK)
            let asked = try opened.search(
                [Array(vectors[..<3]), Array(vectors[3...])],
                &options
            )
            defer {
                qv_results_free(plain)
                qv_results_free(asked)
            }
            for query in 0..<2 as Range<UInt64> {
                let expected = try hits(of: plain, query)
                #expect(!expected.isEmpty, "seed \(seed)")
                #expect(try hits(of: asked, query) == expected, "seed \(seed)")
                #expect(try bulkHits(of: asked, query) == expected, "seed \(seed)")
                #expect(try columns(of: asked, Int(query)) == expected, "seed \(seed)")
            }
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `pages neither repeat a hit nor miss one`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let opened = try OpenStore()
        for number in 0..<50 {
            try opened.upsert(
                "\(number)",
                (0..<3).map { _ in Float.random(in: -1...1, using: &random) },
                text: nil
            )
        }
        var options = qv_search_options.sized()
        options.k = 50
        let all = try opened.search([[1, 2, 3]], &options)
        defer { qv_results_free(all) }
        options.k = 7
        var found: [FoundHit] = []
        while true {
            options.offset = UInt64(found.count)
            let page = try opened.search([[1, 2, 3]], &options)
            defer { qv_results_free(page) }
            let hits = try hits(of: page, 0)
            if hits.isEmpty { break }
            found += hits
        }
        #expect(found == (try hits(of: all, 0)), "seed \(seed)")
    }

    @Test func `a struct that is shorter, longer or misaligned is refused by each part of a query`()
        throws
    {
        let opened = try OpenStore()
        try opened.upsert("a", [1, 2, 3], text: "word")
        let vector: [Float] = [1, 2, 3]
        vector.withUnsafeBufferPointer { vector in
            for size in [0, 1, 4, 55, 119, 4_097, .max] as [UInt32] {
                withSizes(vector, source: size) { status in
                    #expect(status(opened.collection) == QV_ERROR_ARGUMENT, "\(size)")
                }
                withSizes(vector, query: size) { status in
                    #expect(status(opened.collection) == QV_ERROR_ARGUMENT, "\(size)")
                }
                withSizes(vector, scope: size) { status in
                    #expect(status(opened.collection) == QV_ERROR_ARGUMENT, "\(size)")
                }
            }
            withSizes(vector) { status in #expect(status(opened.collection) == QV_OK) }
        }
    }

    private func withSizes(
        _ vector: UnsafeBufferPointer<Float>,
        source sourceSize: UInt32? = nil,
        query querySize: UInt32? = nil,
        scope scopeSize: UInt32? = nil,
        _ body: ((qv_collection) -> qv_status) -> Void
    ) {
        body { collection in
            var scope = qv_scope.sized(scopeSize)
            return withUnsafePointer(to: &scope) { scope in
                var source = qv_source.sized(sourceSize)
                source.vectors = vector.baseAddress
                source.vector_count = 1
                source.dimension = 3
                return withUnsafePointer(to: &source) { source in
                    var query = qv_query.sized(querySize)
                    query.sources = source
                    query.source_count = 1
                    query.scope = scope
                    var options = qv_search_options.sized()
                    options.k = 1
                    var results: qv_results = 0
                    let status = qv_search_queries(collection, &query, 1, &options, &results)
                    if status == QV_OK { qv_results_free(results) }
                    return status
                }
            }
        }
    }

    @Test func `results of another kind, freed or never made have no parts`() throws {
        let opened = try OpenStore()
        try opened.upsert("a", [1, 2, 3], text: "word")
        var options = qv_search_options.sized()
        options.k = 1
        options.flags = UInt32(QV_SEARCH_EXPLAIN | QV_SEARCH_LISTS)
        let freed = try opened.search([[1, 2, 3]], &options)
        #expect(qv_results_free(freed) == QV_OK)
        for handle in [0, 1, freed, opened.collection, opened.store, .max] {
            var hit = qv_hit.sized()
            var arrays = qv_hit_arrays.sized()
            var part = qv_search_part.sized()
            var step = qv_search_step.sized()
            var field = qv_field.sized()
            var list: UnsafePointer<qv_listed_hit>?
            var count: UInt64 = 7
            for status in [
                qv_results_hits(handle, 0, 0, 1, &hit), qv_results_arrays(handle, &arrays),
                qv_results_part(handle, 0, 0, &part), qv_results_step(handle, 0, 0, &step),
                qv_results_group(handle, 0, 0, &field), qv_results_list_count(handle, 0, &count),
                qv_results_list(handle, 0, 0, &list, &count),
                qv_results_explanation_counts(handle, 0, &count, nil),
            ] {
                #expect(status == QV_ERROR_HANDLE, "\(handle)")
            }
            #expect(count == 7 && list == nil && arrays.hit_count == 0)
        }
    }

    @Test func `what an answer is read into is refused unless it has a size`() throws {
        let opened = try OpenStore()
        try opened.upsert("a", [1, 2, 3], text: "word")
        var options = qv_search_options.sized()
        options.k = 1
        options.flags = UInt32(QV_SEARCH_EXPLAIN)
        let results = try opened.search([[1, 2, 3]], &options)
        defer { qv_results_free(results) }
        for size in [0, 1, 23, 4_097, .max] as [UInt32] {
            var hit = qv_hit.sized(size)
            var arrays = qv_hit_arrays.sized(size)
            var part = qv_search_part.sized(size)
            var step = qv_search_step.sized(size)
            var field = qv_field.sized(size)
            for status in [
                qv_results_hits(results, 0, 0, 1, &hit), qv_results_arrays(results, &arrays),
                qv_results_part(results, 0, 0, &part), qv_results_step(results, 0, 0, &step),
                qv_results_group(results, 0, 0, &field),
            ] {
                #expect(status == QV_ERROR_ARGUMENT, "\(size)")
            }
        }
        var arrays = qv_hit_arrays.sized()
        #expect(qv_results_arrays(results, &arrays) == QV_OK)
        // Of a key that is a string there is no integer.
        #expect(arrays.hit_count == 1 && arrays.integer_keys == nil)
    }
}
