import CFAISS
import FAISS
import Testing

private let rows = ClusteredRows(count: 200, dimension: 6, seed: 21)

@Suite struct `What FAISS is spared` {
    @Test(arguments: [0, -1, 65_537, Int.max])
    func `a dimension out of range`(dimension: Int) {
        #expect(
            throws: FAISSError.outOfRange(
                parameter: "dimension",
                allowed: 1...65_536,
                found: dimension
            )
        ) {
            _ = try Index(dimension: dimension, factory: "Flat", metric: .l2)
        }
    }

    @Test func `numbers that are no whole rows`() throws {
        var index = try filled("Flat", rows, .l2)
        let ragged = [Float](repeating: 0, count: 13)
        let expected = FAISSError.notWholeRows(dimension: 6, valueCount: 13)
        #expect(throws: expected) { try index.add(ragged) }
        #expect(throws: expected) { try index.train(ragged) }
        #expect(throws: expected) { _ = try index.search(ragged, k: 1) }
        #expect(index.count == 200)
    }

    @Test(arguments: [Float.nan, -.nan, .signalingNaN, .infinity, -.infinity])
    func `rows that are not finite`(value: Float) throws {
        var values = rows.values
        values[6 * 150 + 5] = value
        var index = try Index(dimension: 6, factory: "IVF4,Flat", metric: .l2)
        #expect(throws: FAISSError.notFinite(row: 150)) { try index.train(values) }
        try index.train(rows.values)
        #expect(throws: FAISSError.notFinite(row: 150)) { try index.add(values) }
        #expect(throws: FAISSError.notFinite(row: 150)) { _ = try index.search(values, k: 1) }
        #expect(index.count == 0)
    }

    @Test func `numbers whose squares would overflow`() throws {
        var index = try Index(dimension: 2, factory: "Flat", metric: .l2)
        try index.add([1e15, -0.0, .leastNonzeroMagnitude, -1e15])
        for value in [Float(1e15).nextUp, -.greatestFiniteMagnitude] {
            #expect(throws: FAISSError.tooLarge(row: 1, limit: 1e15)) {
                try index.add([1, 1, 1, value])
            }
        }
        #expect(index.count == 2)
        var additive = try Index(dimension: 2, factory: "RQ2x4", metric: .l2)
        #expect(throws: FAISSError.tooLarge(row: 0, limit: 1e6)) { try additive.train([2e6, 0]) }
    }

    @Test func `work before training`() throws {
        var index = try Index(dimension: 6, factory: "IVF4,Flat", metric: .l2)
        #expect(index.isTrained == false)
        #expect(throws: FAISSError.notTrained) { try index.add(rows.values) }
        #expect(throws: FAISSError.notTrained) { _ = try index.search(rows.values, k: 1) }
        try index.train(rows.values)
        #expect(index.isTrained == true)
        #expect(throws: FAISSError.alreadyTrained) { try index.train(rows.values) }
    }

    @Test(arguments: ["IVF201,Flat", "IVF201,SQ8"])
    func `training with fewer rows than lists`(factory: String) throws {
        var index = try Index(dimension: 6, factory: factory, metric: .l2)
        #expect(throws: FAISSError.tooFewTrainingRows(required: 201, found: 200)) {
            try index.train(rows.values)
        }
        #expect(throws: FAISSError.tooFewTrainingRows(required: 201, found: 0)) {
            try index.train([Float]())
        }
    }

    @Test(arguments: ["IVF200,Flat", "IVF199,SQ8"])
    func `nothing when there is one row a list`(factory: String) throws {
        let index = try filled(factory, rows, .l2)
        let result = try index.search(
            rows.values,
            k: 1,
            parameters: SearchParameters(nprobe: 200)
        )
        #expect(result.labels.count == 200)
    }

    @Test(arguments: [0, -1, Int.min])
    func `a k below 1`(k: Int) throws {
        let index = try filled("Flat", rows, .l2)
        #expect(throws: FAISSError.outOfRange(parameter: "k", allowed: 1...Int.max, found: k)) {
            _ = try index.search(rows.values, k: k)
        }
    }

    @Test func `parameters that are out of range or of another kind`() throws {
        let flat = try filled("Flat", rows, .l2)
        let graph = try filled("HNSW8", rows, .l2)
        let lists = try filled("IVF4,Flat", rows, .l2)
        let query = [Float](repeating: 0, count: 6)
        func error(_ index: borrowing Index, _ parameters: SearchParameters) -> FAISSError? {
            do {
                _ = try index.search(query, k: 1, parameters: parameters)
                return nil
            } catch {
                return error
            }
        }
        #expect(
            error(flat, SearchParameters(nprobe: 1)) == .unknownParameter("nprobe", factory: "Flat")
        )
        #expect(
            error(graph, SearchParameters(nprobe: 1))
                == .unknownParameter("nprobe", factory: "HNSW8,Flat")
        )
        #expect(
            error(lists, SearchParameters(efSearch: 1))
                == .unknownParameter("efSearch", factory: "IVF4,Flat")
        )
        let range = 1...Int.max
        #expect(
            error(lists, SearchParameters(nprobe: 0))
                == .outOfRange(parameter: "nprobe", allowed: range, found: 0)
        )
        #expect(
            error(graph, SearchParameters(efSearch: -5))
                == .outOfRange(parameter: "efSearch", allowed: range, found: -5)
        )
        #expect(error(graph, SearchParameters(efSearch: Int.max)) == nil)
    }

    @Test func `nothing that it says is lost`() {
        var handle: OpaquePointer?
        #expect(cfaiss_index_create(8, "Nonsense", CFAISS_L2, &handle) == CFAISS_EXCEPTION)
        let message = String(cString: cfaiss_error_message())
        #expect(message.contains("could not parse") && message.contains("Nonsense"), "\(message)")
        #expect(handle == nil)
    }
}

@Suite struct `A factory string` {
    @Test(
        arguments: [
            ("Flat", "Flat"), ("IVF1,Flat", "IVF1,Flat"), ("IVF1048576,Flat", "IVF1048576,Flat"),
            ("IVF256,SQ8", "IVF256,SQ8"), ("HNSW2", "HNSW2,Flat"), ("HNSW512,Flat", "HNSW512,Flat"),
            ("HNSW", "HNSW32,Flat"),
        ]
    )
    func `is read and written`(text: String, canonical: String) throws {
        #expect(try FactoryString(text).description == canonical)
        #expect(try FactoryString(canonical) == FactoryString(text))
    }

    @Test(
        arguments: [
            "", " ", ",", "flat", "Flat ", " Flat", "Flat,", "Flat,Flat", ",Flat", "Flat\0", "Flät",
            "IVF", "IVF,Flat",
            "IVF0,Flat", "IVF1048577,Flat", "IVF99999999999999999999,Flat", "IVF-1,Flat",
            "IVF+1,Flat", "IVF01,Flat",
            "IVF 4,Flat", "IVF4", "IVF4,", "IVF4,Flat,Flat", "IVF４,Flat",
            "HNSW0", "HNSW1", "HNSW513", "HNSW32,", "HNSW32,Flat,", "HNSW32 ",
            "PQ0", "OPQ0,Flat", "Flat\u{301}",
        ]
    )
    func `that is not built is refused before FAISS sees it`(text: String) {
        let error = #expect(throws: FAISSError.self) {
            _ = try Index(dimension: 8, factory: text, metric: .l2)
        }
        guard case .unsupportedFactory(text, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `is refused with a reason that helps`() {
        func reason(_ text: String) -> String? {
            do {
                _ = try FactoryString(text)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(reason("HNSW0") == "factory string \"HNSW0\": M is to be 2 to 512")
        #expect(
            reason("HNSW16,LSH")
                == "factory string \"HNSW16,LSH\": HNSW16 is to be followed by Flat, SQ…, PQ… or an additive code, not \"LSH\""
        )
    }
}
