import FAISS
import Glibc
import Testing

/// In processes of their own, since other tests start threads.
@Suite struct `The host process` {
    @Test func `keeps its threads and gets no new ones`() async {
        await #expect(processExitsWith: .success) {
            let before = threadCount()
            let rows = ClusteredRows(count: 3_000, dimension: 32, seed: 1)
            let values = rows.values
            for factory in ["Flat", "IVF16,Flat", "IVF16,SQ8", "PQ4x4fs", "HNSW16", "HNSW16,SQ8"] {
                var index = try Index(dimension: 32, factory: factory, metric: .l2)
                try index.train(values.span, threadCount: 4)
                #expect(threadCount() == before, "after training \(factory) with 4 threads")
                try index.add(values.span, threadCount: 4)
                #expect(threadCount() == before, "after filling \(factory) with 4 threads")
                try index.add(rows.values)
                #expect(threadCount() == before, "after filling \(factory)")
                _ = try index.search(rows.values, k: 10)
                #expect(threadCount() == before, "after searching \(factory)")
                _ = try index.search(rows.values, k: 10, threadCount: 4)
                #expect(threadCount() == before, "after searching \(factory) with 4 threads")
            }
            _ = try KMeans.train(rows.values, dimension: 32, count: 16)
            #expect(threadCount() == before, "after k-means")
        }
    }

    @Test func `keeps its count of OpenMP threads`() async {
        await #expect(processExitsWith: .success) {
            typealias Set = @convention(c) (Int32) -> Void
            typealias Get = @convention(c) () -> Int32
            let set = try #require(dlsym(nil, "omp_set_num_threads"))
            let get = try #require(dlsym(nil, "omp_get_max_threads"))
            unsafeBitCast(set, to: Set.self)(3)
            let rows = ClusteredRows(count: 500, dimension: 8, seed: 1)
            let index = try filled("IVF16,Flat", rows, .l2)
            _ = try index.search(rows.values, k: 10)
            #expect(throws: FAISSError.outOfRange(parameter: "k", allowed: 1...Int.max, found: 0)) {
                _ = try index.search(rows.values, k: 0)
            }
            #expect(unsafeBitCast(get, to: Get.self)() == 3)
        }
    }

    @Test func `hears nothing on stderr and stdout`() async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            // Fewer than 39 rows a list, where FAISS would warn.
            _ = try filled("IVF64,Flat", ClusteredRows(count: 100, dimension: 8, seed: 1), .l2)
            _ = try filled("HNSW8", ClusteredRows(count: 100, dimension: 8, seed: 1), .l2)
            // Each with the fewest rows that it takes.
            for factory in [
                "PQ4", "PQ4x4fs", "RQ2x6", "RQ2x4_Nrq2x4", "RQ2x4_Nlsq2x4", "RQ2x4_Ncqint8",
                "LSQ2x4", "PRQ2x2x4",
                "OPQ4,PQ4x4", "PCA4,Flat", "ITQ4,LSHt", "IVF16,PQ4x4fsr", "IVF16,RQ2x4",
                "IVF16(RCQ2x2),SQ8",
                "IMI2x4,PQ4", "IVF16,PQ2+4", "IVF16_HNSW4,SQ8",
            ] {
                var index = try Index(dimension: 8, factory: factory, metric: .l2)
                let count = index.requiredTrainingRows
                try index.train(ClusteredRows(count: count, dimension: 8, seed: 1).values)
                try index.add(ClusteredRows(count: 20, dimension: 8, seed: 2).values)
            }
            var binary = try BinaryIndex(dimension: 8, factory: "BIVF4")
            try binary.train([1, 2, 3, 4])
        }
        let heard = try #require(result)
        let text = String(
            decoding: heard.standardErrorContent + heard.standardOutputContent,
            as: UTF8.self
        )
        #expect(text.isEmpty, "\(text)")
    }
}

/// The threads of this process, as the kernel counts them.
private func threadCount() -> Int {
    guard let directory = opendir("/proc/self/task") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
        if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
}
