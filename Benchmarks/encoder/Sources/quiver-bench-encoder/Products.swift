import Foundation
import Tensors

/// The best rate of several runs of the linear layers' products, by our kernels and by OpenBLAS, on one thread:
/// as JSON objects.
func products() -> [String] {
    [
        (20, 384, 1152), (252, 384, 1152), (252, 384, 384), (252, 384, 1536), (252, 1536, 384),
        (1024, 1024, 1024),
    ]
    .map { rowCount, depth, columnCount in
        let values = (0..<columnCount * depth).map { Float($0 % 17) / 10 - 0.8 }
        let weights = FloatTensor(shape: [columnCount, depth], values: values)
        let layer = Linear(weights: [weights], biases: [])
        var x = Matrix(rowCount: rowCount, columnCount: depth)
        var w = Matrix(rowCount: columnCount, columnCount: depth)
        for row in 0..<rowCount { for column in 0..<depth { x[row, column] = 0.1 } }
        for row in 0..<columnCount {
            for column in 0..<depth { w[row, column] = values[row * depth + column] }
        }
        var y = Matrix(rowCount: rowCount, columnCount: columnCount)
        let operationCount = 2 * Double(rowCount * depth * columnCount)
        let ours = operationCount / bestSeconds { layer(x, rowCount: rowCount, into: &y) }
        let openblas =
            operationCount / bestSeconds { BLAS.multiply(x, w, transposingRight: true, into: &y) }
        return """
            {"rows": \(rowCount), "depth": \(depth), "columns": \(columnCount), \
            "ours": \(ours), "openblas": \(openblas)}
            """
    }
}

private func bestSeconds(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    var best = Double.infinity
    let end = clock.now.advanced(by: .milliseconds(200))
    while clock.now < end { best = min(best, clock.measure(body) / .seconds(1)) }
    return best
}
