/// A fixed reduction of rows to fewer numbers: `y = W · (x − mean)`, where the rows of W are the directions in which training rows
/// vary most (Pearson, "On lines and planes of closest fit to systems of points in space", 1901).
public struct PrincipalComponents: Sendable {
    /// Numbers in a row before.
    public let inputCount: Int
    /// Numbers in a row after.
    public let outputCount: Int
    /// `[inputCount]`: the mean of the training rows.
    public let mean: [Float]
    /// `[outputCount × inputCount]`, row-major: directions of norm 1, that of the largest variance first.
    public let components: [Float]
    /// `[outputCount]`: the variance of the training rows in each direction.
    public let variances: [Float]
    /// The variance of the training rows in all directions.
    public let totalVariance: Float
    /// What made the training rows, in the words of whoever trained.
    public let source: String

    private let layer: Linear

    /// The share of the training rows' variance that is left.
    public var keptShare: Float {
        totalVariance > 0 ? variances.reduce(0, +) / totalVariance : 1
    }

    /// A reduction by given directions.
    ///
    /// - Precondition: the counts fit each other.
    public init(
        mean: [Float],
        components: [Float],
        variances: [Float],
        totalVariance: Float,
        source: String = ""
    ) {
        inputCount = mean.count
        outputCount = variances.count
        precondition(components.count == mean.count * variances.count, "a direction an output")
        self.mean = mean
        self.components = components
        self.variances = variances
        self.totalVariance = totalVariance
        self.source = source
        let biases = (0..<variances.count).map { output in
            var sum = 0.0
            for input in mean.indices {
                sum += Double(components[output * mean.count + input]) * Double(mean[input])
            }
            return Float(-sum)
        }
        layer = Linear(
            weights: [FloatTensor(shape: [variances.count, mean.count], values: components)],
            biases: [FloatTensor(shape: [variances.count], values: biases)]
        )
    }

    /// Reduces the first `rowCount` rows of `x` to those of `y`, in one product on the calling thread.
    ///
    /// - Parameters:
    ///   - x: `[≥ rowCount × inputCount]`.
    ///   - y: `[≥ rowCount × outputCount]`.
    public func callAsFunction(_ x: borrowing Matrix, rowCount: Int, into y: inout Matrix) {
        layer(x, rowCount: rowCount, into: &y)
    }
}
