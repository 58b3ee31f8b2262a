import Glibc
import TestSupport

/// The draws that fuzzing needs.
extension SplitMix64 {
    mutating func pick<Element>(_ values: [Element]) -> Element {
        values[Int.random(in: 0..<values.count, using: &self)]
    }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &self) < percent
    }

    /// Rows of ordinary, equal, zero, tiny or great numbers.
    mutating func rows(_ count: Int, _ dimension: Int) -> [Float] {
        let scale = pick([1, 1, 1, 0, 1e-30, 1e15, 1e-3] as [Float])
        let distinct = pick([count, count, 1, 2])
        var rows: [Float] = []
        rows.reserveCapacity(count * dimension)
        for row in 0..<count {
            if row >= max(distinct, 1) {
                rows.append(
                    contentsOf: rows[
                        (row % distinct) * dimension..<(row % distinct + 1) * dimension
                    ]
                )
            } else {
                for _ in 0..<dimension {
                    rows.append(Float.random(in: -1...1, using: &self) * scale)
                }
            }
        }
        return rows
    }
}

/// Prints at once, past any buffer: the process may die in the next call.
func announce(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}
