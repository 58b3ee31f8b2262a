import CFAISS
import CKernels
import TestSupport

/// The builder of a segment's graph, over views of rows that lack what they need or say what they are not.
func tryGraphCalls(_ random: inout SplitMix64) {
    let count = random.pick([0, 1, 2, 40, 300] as [UInt64])
    let values = random.rows(SplitMix64.arrayCount, 8)
    let numbers = (0..<SplitMix64.arrayCount).map { _ in
        random.pick([1, 1, 1, 0.5, 0, .nan, .infinity, -1] as [Float])
    }
    let settings = cfaiss_hnsw_settings(
        M: random.pick([2, 4, 16, 512, 513, 1, 0, -1, .min, .max]),
        ef_construction: random.pick([1, 20, 65_536, 65_537, 0, -1, .min, .max]),
        seed: random.pick([0, 1, .max]),
        thread_count: random.threadCount()
    )
    let stop = random.chance(20)
    values.withUnsafeBufferPointer { values in
        numbers.withUnsafeBufferPointer { numbers in
            var rows = qk_rows(
                values: random.chance(95) ? UnsafeRawPointer(values.baseAddress) : nil,
                norms: random.chance(80) ? numbers.baseAddress : nil,
                scales: random.chance(80) ? numbers.baseAddress : nil,
                count: random.chance(95) ? count : random.pick([1 << 31, .max, 1 << 63]),
                dimension: random.pick([8, 8, 8, 1, 0, 65_537, .max]),
                storage: random.pick([0, 0, 1, 2, 3, 255]),
                metric: random.pick([0, 1, 2, 3, 255])
            )
            announce("graph \(rows) \(settings)")
            var badRow: UInt64 = 0
            var graph: OpaquePointer?
            let rowIsGiven = random.chance(97)
            let graphIsGiven = random.chance(97)
            let status = optionally(random.chance(97), &rows) { rows in
                optionally(rowIsGiven, &badRow) { badRow in
                    optionally(graphIsGiven, &graph) {
                        cfaiss_hnsw_build(
                            rows,
                            settings,
                            { context, _ in context == nil ? 0 : 1 },
                            stop ? UnsafeMutableRawPointer(bitPattern: 8) : nil,
                            badRow,
                            $0
                        )
                    }
                }
            }
            let arrays = cfaiss_hnsw_get_arrays(graph)
            guard arrays.row_count == (status == CFAISS_OK ? count : 0) else {
                fail("\(arrays.row_count) rows")
            }
            for link in UnsafeBufferPointer(
                start: arrays.neighbors,
                count: Int(arrays.neighbor_count)
            ) where link < -1 || link >= Int64(count) {
                fail("a link to row \(link)")
            }
            cfaiss_hnsw_destroy(graph)
        }
    }
}
