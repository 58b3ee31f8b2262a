import CQuiverABI
import TestSupport
import Testing

@Suite struct HandleTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a handle works until it is closed, whatever was opened and closed in between`(
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        let opened = try OpenStore()
        var live: Set<qv_collection> = []
        var closed: Set<qv_collection> = []
        for step in 0..<2_000 {
            if Bool.random(using: &random) || live.isEmpty {
                var collection: qv_collection = 0
                try #require(qv_open_collection(opened.store, "c", &collection) == QV_OK)
                #expect(
                    collection != 0 && live.insert(collection).inserted,
                    "step \(step), seed \(seed)"
                )
                #expect(!closed.contains(collection), "step \(step), seed \(seed)")
            } else if let collection = live.randomElement(using: &random) {
                #expect(qv_close_collection(collection) == QV_OK, "step \(step), seed \(seed)")
                live.remove(collection)
                closed.insert(collection)
            }
            if let collection = closed.randomElement(using: &random) {
                #expect(qv_seal(collection, nil) == QV_ERROR_HANDLE, "step \(step), seed \(seed)")
            }
            if let collection = live.randomElement(using: &random) {
                #expect(qv_seal(collection, nil) == QV_OK, "step \(step), seed \(seed)")
            }
        }
        for collection in live { #expect(qv_close_collection(collection) == QV_OK) }
    }

    @Test func `numbers that were made up are refused`() {
        var random = SplitMix64(seed: 4)
        for _ in 0..<10_000 {
            let handle = random.next()
            #expect(qv_results_free(handle) == QV_ERROR_HANDLE)
            #expect(message.hasPrefix("\(handle) "))
        }
    }

    @Test func `every status has a name of its own`() {
        let names = (QV_OK...QV_ERROR_RERANKING).map { status in
            qv_status_name(status).map { String(cString: $0) } ?? ""
        }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.hasPrefix("QV_") })
        #expect(
            qv_status_name(QV_ERROR_RERANKING + 1).map { String(cString: $0) } == "unknown status"
        )
    }
}
