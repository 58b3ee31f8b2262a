import FAISS
import Glibc
import TestSupport
import Testing

private let rows = ClusteredRows(count: 300, dimension: 8, seed: 61)

private func refused(_ count: Int) -> FAISSError {
    .outOfRange(parameter: "threadCount", allowed: 1...1_024, found: count)
}

@Suite struct `A thread count` {
    @Test(arguments: [0, -1, 1_025, Int.max, .min])
    func `out of range is refused everywhere`(count: Int) throws {
        let values = rows.values
        var index = try Index(dimension: 8, factory: "IVF4,Flat", metric: .l2)
        #expect(throws: refused(count)) { try index.train(values, threadCount: count) }
        try index.train(values)
        #expect(throws: refused(count)) { try index.add(values, threadCount: count) }
        let labels = (0..<300).map { Int64($0) }
        #expect(throws: refused(count)) {
            try index.add(values, labels: labels, threadCount: count)
        }
        #expect(throws: refused(count)) { _ = try index.search(values, k: 1, threadCount: count) }
        #expect(throws: refused(count)) {
            _ = try index.rangeSearch(values, radius: 1, threadCount: count)
        }
        #expect(throws: refused(count)) {
            _ = try index.operatingPoints(for: values, truth: labels, k: 1, threadCount: count)
        }
        #expect(throws: refused(count)) {
            _ = try KMeans.train(values, dimension: 8, count: 2, threadCount: count)
        }
        let means = try KMeans.train(values, dimension: 8, count: 2)
        #expect(throws: refused(count)) { _ = try means.assign(values, threadCount: count) }
        var transform = try VectorTransform(
            dimension: 8,
            .productRotation(parts: 2, dimension: nil)
        )
        #expect(throws: refused(count)) { try transform.train(values, threadCount: count) }
        var bits = try BinaryIndex(dimension: 8, factory: "BIVF4")
        let bytes = (0..<200).map { UInt8($0) }
        #expect(throws: refused(count)) { try bits.train(bytes, threadCount: count) }
        try bits.train(bytes)
        #expect(throws: refused(count)) { try bits.add(bytes, threadCount: count) }
        #expect(throws: refused(count)) { _ = try bits.search(bytes, k: 1, threadCount: count) }
        #expect(throws: refused(count)) {
            try withRows(values, dimension: 8) { rows throws(FAISSError) in
                _ = try HNSWGraph.build(
                    rows: rows,
                    M: 8,
                    efConstruction: 40,
                    seed: 1,
                    threadCount: count
                )
            }
        }
        #expect(index.count == 0 && bits.count == 0)
    }

    /// In a process of its own, since other tests start threads.
    @Test func `starts no more threads than there are pieces of work`() async {
        await #expect(processExitsWith: .success) {
            let rows = ClusteredRows(count: 300, dimension: 8, seed: 61)
            let before = threadCount()
            var most = 0
            func told() -> Bool {
                most = max(most, threadCount() - before)
                return true
            }
            for factory in ["Flat", "IVF4,Flat", "HNSW8", "HNSW8,SQ8"] {
                var index = try Index(dimension: 8, factory: factory, metric: .l2)
                try index.train(rows.values, threadCount: 1_024) { _, _ in told() }
                // 300 rows are 19 pieces of 16.
                #expect(most <= 19, "training \(factory)")
                most = 0
                try index.add(Array(rows.values.prefix(8)), threadCount: 1_024) { _, _ in told() }
                #expect(most == 0, "adding a row to \(factory)")
                try index.add(rows.values, threadCount: 1_024) { _, _ in told() }
                #expect(most <= 3, "adding to \(factory)")
                most = 0
            }
        }
    }
}

private func threadCount() -> Int {
    guard let directory = opendir("/proc/self/task") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
        if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
}
