/// Gathers what principal components are found from: the mean and covariance of rows, a batch at a time, in float64.
public struct PrincipalComponentsTraining {
    /// Numbers in a row.
    public let dimension: Int
    /// Rows so far.
    public private(set) var rowCount = 0

    /// The mean of the first batch, which is taken off all rows: sums of squares then stay small beside their differences.
    private var origin: [Float] = []
    private var sums: [Double]
    private var products: [Double]

    /// Training on rows of `dimension` numbers.
    public init(dimension: Int) {
        precondition(dimension > 0)
        self.dimension = dimension
        sums = Array(repeating: 0, count: dimension)
        products = Array(repeating: 0, count: dimension * dimension)
    }

    /// Takes in rows, `[n × dimension]`, row-major.
    ///
    /// - Parameter threadCount: how many threads may work at once, the caller's included.
    public mutating func add(_ rows: ArraySlice<Float>, threadCount: Int = 1) {
        precondition(rows.count.isMultiple(of: dimension), "whole rows")
        var start = rows.startIndex
        while start < rows.endIndex {
            let end = min(start + Self.batchRowCount * dimension, rows.endIndex)
            addBatch(rows[start..<end], threadCount: threadCount)
            start = end
        }
    }

    /// Few enough that float32 sums of products lose nothing that counts.
    private static let batchRowCount = 4096

    private mutating func addBatch(_ rows: ArraySlice<Float>, threadCount: Int) {
        let count = rows.count / dimension
        if origin.isEmpty {
            var means = [Double](repeating: 0, count: dimension)
            for (index, value) in rows.enumerated() { means[index % dimension] += Double(value) }
            origin = means.map { Float($0 / Double(count)) }
        }
        var columns = Matrix(rowCount: dimension, columnCount: count)
        for row in 0..<count {
            let first = rows.startIndex + row * dimension
            for column in 0..<dimension {
                let value = rows[first + column] - origin[column]
                columns[column, row] = value
                sums[column] += Double(value)
            }
        }
        var product = Matrix(rowCount: dimension, columnCount: dimension)
        BLAS.multiply(
            columns,
            columns,
            transposingRight: true,
            into: &product,
            threadCount: threadCount
        )
        for row in 0..<dimension {
            for column in 0..<dimension {
                products[row * dimension + column] += Double(product[row, column])
            }
        }
        rowCount += count
    }

    /// The first `count` principal components of the rows so far.
    ///
    /// - Parameter source: see ``PrincipalComponents/source``.
    /// - Returns: `nil` without a row, for more components than the rows have numbers, and where the rows are not finite.
    public func components(_ count: Int, source: String = "") -> PrincipalComponents? {
        guard rowCount > 0, (1...dimension).contains(count) else { return nil }
        let means = sums.map { $0 / Double(rowCount) }
        var covariance = products
        for row in 0..<dimension {
            for column in 0..<dimension {
                let place = row * dimension + column
                covariance[place] = products[place] / Double(rowCount) - means[row] * means[column]
            }
        }
        guard covariance.allSatisfy(\.isFinite),
            let eigen = SymmetricEigen(covariance, order: dimension)
        else { return nil }
        return PrincipalComponents(
            mean: zip(origin, means).map { Float(Double($0) + $1) },
            components: eigen.vectors.prefix(count * dimension).map { Float($0) },
            variances: eigen.values.prefix(count).map { Float(max(0, $0)) },
            totalVariance: Float(eigen.values.reduce(0) { $0 + max(0, $1) }),
            source: source
        )
    }
}
