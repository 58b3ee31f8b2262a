import Quiver
import TestSupport
import Testing

/// Random operations against a dictionary: what the store answers must be what the dictionary answers.
@Suite struct StoreModelTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `random writes, deletes, seals and reopens match a dictionary`(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        var generator = SplitMix64(seed: seed)
        let metric = Metric.ofNumbers[Int(seed % 3)]
        let dimension = Int.random(in: 1...24, using: &generator)
        var options = Store.Options()
        options.tailByteCount = 20_000
        var store = try Store.create(at: directory.file("store"), options: options)
        var collection = try store.createCollection(
            "things",
            CollectionConfiguration(dimension: dimension, metric: metric, index: .graph)
        )
        var model: [Key: Document] = [:]
        for step in 0..<150 {
            var batch = WriteBatch()
            var touched: Set<Key> = []
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                let number = UInt64.random(in: 0..<300, using: &generator)
                let key: Key = number % 3 == 0 ? .string("key-\(number)") : .integer(number)
                guard touched.insert(key).inserted else { continue }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    batch.delete(key)
                    model[key] = nil
                } else {
                    let vector = (0..<dimension).map { _ in
                        Float.random(in: -1...1, using: &generator)
                    }
                    let text = Bool.random(using: &generator) ? "text \(step) of \(key)" : nil
                    let document = Document(key: key, text: text, vector: vector)
                    batch.upsert(document)
                    model[key] = document
                }
            }
            try collection.write(batch)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0: try collection.seal()
            case 1: try collection.maintain(threadCount: 2)
            case 2:
                store.close()
                store = try Store.open(at: directory.file("store"), options: options)
                collection = try store.collection("things")
            default: break
            }
            if step % 10 == 0 {
                try compare(collection, model, metric, seed: seed, generator: &generator)
            }
        }
        try compare(collection, model, metric, seed: seed, generator: &generator)
        let reader = try Store.open(at: directory.file("store"), access: .readOnly)
        try compare(
            try reader.collection("things"),
            model,
            metric,
            seed: seed,
            generator: &generator
        )
    }

    private func compare(
        _ collection: Collection,
        _ model: [Key: Document],
        _ metric: Metric,
        seed: UInt64,
        generator: inout SplitMix64
    ) throws {
        #expect(try collection.statistics().liveCount == model.count, "seed \(seed)")
        let keys = Array(model.keys.sorted().prefix(20)) + ["missing", 1_000_000]
        let found = try collection.documents(keys)
        for (key, document) in zip(keys, found) {
            #expect(document?.text == model[key]?.text, "seed \(seed), key \(key)")
            #expect(document?.vector == model[key]?.vectors[""], "seed \(seed), key \(key)")
        }
        let query = (0..<collection.configuration.vectorFields[0].dimension).map { _ in
            Float.random(in: -1...1, using: &generator)
        }
        let expected = bruteForce(
            query,
            model.mapValues { $0.vectors[""] ?? [] },
            metric: metric,
            k: 10
        )
        let hits = try collection.search(
            SearchRequest(queries: [query], k: 10, mode: .exact, contents: [.text])
        )[0].hits
        #expect(hits.count == expected.count, "seed \(seed)")
        for (hit, truth) in zip(hits, expected) {
            #expect(
                abs(Double(hit.score) - truth.score) < 1e-4,
                "seed \(seed), \(hit.key) for \(truth.key)"
            )
            #expect(hit.text == model[hit.key]?.text, "seed \(seed)")
        }
    }
}
