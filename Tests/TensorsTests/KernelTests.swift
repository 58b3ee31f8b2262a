import Glibc
import Tensors
import TestSupport
import Testing

/// A matrix of numbers from −1 to 1.
func randomMatrix(_ rowCount: Int, _ columnCount: Int, using random: inout SplitMix64) -> Matrix {
    var matrix = Matrix(rowCount: rowCount, columnCount: columnCount)
    for row in 0..<rowCount {
        for column in 0..<columnCount { matrix[row, column] = .random(in: -1...1, using: &random) }
    }
    return matrix
}

func randomTensor(_ shape: [Int], using random: inout SplitMix64) -> FloatTensor {
    let count = shape.reduce(1, *)
    return FloatTensor(
        shape: shape,
        values: (0..<count).map { _ in .random(in: -1...1, using: &random) }
    )
}

func gelu(_ x: Double) -> Double { x * (1 + erf(x / 2.0.squareRoot())) / 2 }

@Suite struct `Linear layers` {
    @Test(arguments: Kernels.available, [1, 5, 14, 15, 29, 130])
    func `agree with the definition for every number of rows`(kernels: Kernels, rowCount: Int) {
        var random = SplitMix64(seed: UInt64(rowCount))
        for (inputCount, outputCount) in [(1, 1), (7, 3), (33, 32), (64, 70), (40, 17)] {
            let weights = randomTensor([outputCount, inputCount], using: &random)
            let bias = randomTensor([outputCount], using: &random)
            let layer = Linear(weights: [weights], biases: [bias], kernels: kernels)
            let x = randomMatrix(rowCount, inputCount, using: &random)
            var y = Matrix(rowCount: rowCount, columnCount: outputCount)
            layer(x, rowCount: rowCount, into: &y)
            let (w, b) = (weights.copied(), bias.copied())
            for row in 0..<rowCount {
                for output in 0..<outputCount {
                    var expected = Double(b[output])
                    for input in 0..<inputCount {
                        expected += Double(x[row, input]) * Double(w[output * inputCount + input])
                    }
                    // 64 products of numbers below 1, each rounded to 2^-24.
                    #expect(abs(Double(y[row, output]) - expected) < 1e-5)
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `a row does not depend on the other rows`(kernels: Kernels) {
        var random = SplitMix64(seed: 3)
        let weights = randomTensor([50, 37], using: &random)
        let layer = Linear(weights: [weights], biases: [], kernels: kernels)
        let x = randomMatrix(150, 37, using: &random)
        var all = Matrix(rowCount: 150, columnCount: 50)
        layer(x, rowCount: 150, activation: .gelu, into: &all)
        for row in [0, 13, 14, 77, 149] {
            var one = Matrix(rowCount: 1, columnCount: 37)
            for column in 0..<37 { one[0, column] = x[row, column] }
            var alone = Matrix(rowCount: 1, columnCount: 50)
            layer(one, rowCount: 1, activation: .gelu, into: &alone)
            #expect(alone.row(0) == all.row(row))
        }
    }

    @Test func `rows past those asked for stay as they are`() {
        var random = SplitMix64(seed: 4)
        let layer = Linear(weights: [randomTensor([33, 8], using: &random)], biases: [])
        let x = randomMatrix(4, 8, using: &random)
        var y = Matrix(rowCount: 4, columnCount: 33)
        layer(x, rowCount: 3, into: &y)
        #expect(y.row(3) == Array(repeating: 0, count: 33))
        #expect(y.row(2).allSatisfy { $0 != 0 })
    }

    @Test(arguments: Kernels.available)
    func `concatenated layers give their outputs side by side`(kernels: Kernels) {
        var random = SplitMix64(seed: 5)
        let parts = [5, 40, 1].map { randomTensor([$0, 9], using: &random) }
        let biases = [5, 40, 1].map { randomTensor([$0], using: &random) }
        let x = randomMatrix(3, 9, using: &random)
        var together = Matrix(rowCount: 3, columnCount: 46)
        Linear(weights: parts, biases: biases, kernels: kernels)(x, rowCount: 3, into: &together)
        var joined: [Float] = []
        for (part, bias) in zip(parts, biases) {
            var y = Matrix(rowCount: 3, columnCount: part.shape[0])
            Linear(weights: [part], biases: [bias], kernels: kernels)(x, rowCount: 3, into: &y)
            joined += y.row(1)
        }
        #expect(together.row(1) == joined)
    }

    @Test(arguments: Kernels.available)
    func `activations agree with their definitions`(kernels: Kernels) {
        let identity = FloatTensor(shape: [1, 1], values: [1])
        let layer = Linear(weights: [identity], biases: [], kernels: kernels)
        func apply(_ activation: Activation, _ value: Float) -> Double {
            var x = Matrix(rowCount: 1, columnCount: 1)
            x[0, 0] = value
            var y = Matrix(rowCount: 1, columnCount: 1)
            layer(x, rowCount: 1, activation: activation, into: &y)
            return Double(y[0, 0])
        }
        for step in -1200...1200 {
            let value = Float(step) / 100
            let x = Double(value)
            #expect(apply(.relu, value) == max(0, x))
            #expect(abs(apply(.gelu, value) - gelu(x)) < 2e-6, "\(x)")
            let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
            #expect(abs(apply(.geluTanh, value) - x * (1 + tanh(inner)) / 2) < 2e-6, "\(x)")
        }
        for value: Float in [-1e30, -3e4, 3e4, 1e30] {
            let expected = Double(max(0, value))
            #expect(abs(apply(.gelu, value) - expected) <= abs(Double(value)) * 1e-6)
            #expect(abs(apply(.geluTanh, value) - expected) <= abs(Double(value)) * 1e-6)
        }
        #expect(apply(.gelu, .nan).isNaN)
    }
}

@Suite struct `Layer normalisation` {
    @Test(arguments: Kernels.available, [1, 3, 16, 31, 384])
    func `agrees with the definition`(kernels: Kernels, width: Int) {
        var random = SplitMix64(seed: UInt64(width))
        let gain = randomTensor([width], using: &random)
        let bias = randomTensor([width], using: &random)
        var x = randomMatrix(3, width, using: &random)
        // A large mean must not cost precision.
        for column in 0..<width { x[1, column] += 100 }
        let residual = randomMatrix(3, width, using: &random)
        let norm = LayerNorm(gain: gain, bias: bias, epsilon: 1e-5, kernels: kernels)
        let sums = (0..<3).map { row in (0..<width).map { Double(x[row, $0] + residual[row, $0]) } }
        norm.normalise(&x, adding: residual, rowCount: 3)
        for row in 0..<3 {
            let mean = sums[row].reduce(0, +) / Double(width)
            let variance = sums[row].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            for column in 0..<width {
                let expected =
                    (sums[row][column] - mean) / (variance + 1e-5).squareRoot()
                    * Double(gain.copied()[column]) + Double(bias.copied()[column])
                #expect(abs(Double(x[row, column]) - expected) < (row == 1 ? 1e-3 : 1e-5))
            }
        }
    }
}

@Suite struct `Attention` {
    @Test(arguments: Kernels.available, [(1, 1), (2, 32), (3, 5), (2, 64), (1, 80), (4, 16)])
    func `agrees with the definition over a ragged batch`(kernels: Kernels, heads: (Int, Int)) {
        let (headCount, headWidth) = heads
        let width = headCount * headWidth
        let lengths = [1, 2, 15, 33, 0, 70]
        let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        let total = lengths.reduce(0, +)
        var random = SplitMix64(seed: UInt64(headWidth))
        let projections = randomMatrix(total, 3 * width, using: &random)
        let attention = SelfAttention(headCount: headCount, headWidth: headWidth, kernels: kernels)
        var scratch = attention.makeScratch(tokenCount: 70)
        var y = Matrix(rowCount: total, columnCount: width)
        attention(projections, offsets: offsets, scratch: &scratch, into: &y)
        for (begin, end) in zip(offsets, offsets.dropFirst()) {
            for head in 0..<headCount {
                for token in begin..<end {
                    let scores = (begin..<end).map { other in
                        (0..<headWidth).reduce(0.0) { sum, d in
                            let column = head * headWidth + d
                            return sum
                                + Double(
                                    projections[token, column] * projections[other, width + column]
                                )
                        } / Double(headWidth).squareRoot()
                    }
                    let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
                    let sum = weights.reduce(0, +)
                    for d in 0..<headWidth {
                        let column = 2 * width + head * headWidth + d
                        var expected = 0.0
                        for (index, weight) in weights.enumerated() {
                            expected += weight / sum * Double(projections[begin + index, column])
                        }
                        #expect(abs(Double(y[token, head * headWidth + d]) - expected) < 1e-5)
                    }
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `scores of hundreds do not overflow`(kernels: Kernels) {
        var projections = Matrix(rowCount: 2, columnCount: 3)
        for column in 0..<2 {
            projections[0, column] = 400
            projections[1, column] = -400
        }
        projections[0, 2] = 1
        projections[1, 2] = 2
        let attention = SelfAttention(headCount: 1, headWidth: 1, kernels: kernels)
        var scratch = attention.makeScratch(tokenCount: 2)
        var y = Matrix(rowCount: 2, columnCount: 1)
        attention(projections, offsets: [0, 2], scratch: &scratch, into: &y)
        #expect(y[0, 0] == 1)
        #expect(y[1, 0] == 2)
    }
}

@Suite struct `Products by BLAS` {
    @Test(arguments: [false, true], [1, 2, 5])
    func `agree with the definition on any number of threads`(isTransposed: Bool, threadCount: Int)
    {
        var random = SplitMix64(seed: 9)
        let x = randomMatrix(7, 11, using: &random)
        let w =
            isTransposed ? randomMatrix(5, 11, using: &random) : randomMatrix(11, 5, using: &random)
        var y = Matrix(rowCount: 7, columnCount: 5)
        BLAS.multiply(x, w, transposingRight: isTransposed, into: &y, threadCount: threadCount)
        for row in 0..<7 {
            for column in 0..<5 {
                let expected = (0..<11).reduce(0.0) {
                    $0 + Double(x[row, $1]) * Double(isTransposed ? w[column, $1] : w[$1, column])
                }
                #expect(abs(Double(y[row, column]) - expected) < 1e-5)
            }
        }
    }
}
