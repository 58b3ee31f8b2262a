internal import CKernels
internal import FAISS

/// Makes the sketches of a graph's rows where they are laid out (`GraphFormat`).
struct SketchWriter {
    let rows: Rows
    let format: GraphFormat

    /// Fewer numbers are compared as fast as they are fetched.
    private static let leastDimension = 32
    /// Of fewer rows all stay in a core's cache.
    private static let leastCount = 1_000
    /// Rows that the origin is the mean of, spread over all.
    private static let meanCount = 65_536

    /// Whether a walk over sketches of `rows` would be faster.
    static func gains(by rows: Rows) -> Bool {
        rows.storage == .float32 && rows.dimension >= leastDimension && rows.count >= leastCount
    }

    /// - Returns: `false` if the sketches would mislead.
    func write(to bytes: inout [UInt8]) throws(IndexError) -> Bool {
        let origin = meanRow()
        let outcome = bytes.withUnsafeMutableBytes { bytes in
            Result { () throws(FAISSError) in
                guard let start = bytes.baseAddress else { return false }
                let laidOut = (start + format.originOffset)
                    .bindMemory(to: Float.self, capacity: origin.count)
                let scales = (start + format.scalesOffset)
                    .bindMemory(to: Float.self, capacity: rows.count)
                let values = (start + format.sketchesOffset)
                    .bindMemory(to: Int8.self, capacity: rows.count * rows.dimension)
                laidOut.update(from: origin, count: origin.count)
                sketch(about: laidOut, scales, values)
                let sketches = GraphSketches(
                    origin: laidOut,
                    scales: scales,
                    values: values,
                    count: rows.count,
                    dimension: rows.dimension,
                    metric: rows.metric
                )
                return try RowSketches.areFaithful(
                    rows: rows.view,
                    sketches: sketches.view,
                    origin: laidOut
                )
            }
        }
        do {
            return try outcome.get()
        } catch {
            throw .building(message: error.description)
        }
    }

    /// What a row is multiplied by before it is sketched: under cosine, what brings it to length 1.
    private func factor(of row: Int) -> Float {
        guard rows.metric == .cosine, let norms = rows.view.norms else { return 1 }
        return norms[row] > 0 ? 1 / norms[row] : 0
    }

    private func numbers(of row: Int) -> UnsafePointer<Float> {
        // `gains` has looked: float32, and there are rows.
        rows.view.values.assumingMemoryBound(to: Float.self) + row * rows.dimension
    }

    private func meanRow() -> [Float] {
        var sums = [Double](repeating: 0, count: rows.dimension)
        let used = min(rows.count, Self.meanCount)
        for place in 0..<used {
            let row = place * rows.count / used
            let (numbers, factor) = (numbers(of: row), factor(of: row))
            for index in sums.indices { sums[index] += Double(numbers[index] * factor) }
        }
        return sums.map { Float($0 / Double(used)) }
    }

    private func sketch(
        about origin: UnsafePointer<Float>,
        _ scales: UnsafeMutablePointer<Float>,
        _ values: UnsafeMutablePointer<Int8>
    ) {
        let dimension = rows.dimension
        withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { moved in
            guard let moved = moved.baseAddress else { return }
            for row in 0..<rows.count {
                let (numbers, factor) = (numbers(of: row), factor(of: row))
                for index in 0..<dimension {
                    moved[index] = numbers[index] * factor - origin[index]
                }
                qk_quantize_int8(moved, dimension, values + row * dimension, scales + row)
            }
        }
    }
}
