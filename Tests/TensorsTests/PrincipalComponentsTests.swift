import Tensors
import TestSupport
import Testing

@Suite struct `Principal components` {
    /// Rows that vary by 3, 2 and 1 in three directions of `dimension`, and hardly in the others.
    private func rows(_ count: Int, dimension: Int, seed: UInt64) -> [Float] {
        var random = SplitMix64(seed: seed)
        return (0..<count).flatMap { _ in
            (0..<dimension).map { column in
                let spread: Float = column == 4 ? 3 : column == 1 ? 2 : column == 7 ? 1 : 0.01
                return Float(column) * 10 + .random(in: -spread...spread, using: &random)
            }
        }
    }

    private func trained(_ rows: [Float], dimension: Int, count: Int) throws -> PrincipalComponents
    {
        var training = PrincipalComponentsTraining(dimension: dimension)
        training.add(rows[...], threadCount: 2)
        return try #require(training.components(count, source: "test"))
    }

    @Test func `are the directions in which rows vary most`() throws {
        let found = try trained(rows(20_000, dimension: 9, seed: 1), dimension: 9, count: 3)
        for (row, column) in [4, 1, 7].enumerated() {
            #expect(found.components[row * 9 + column] > 0.999)
            // A uniform number within ±s has the variance s²/3.
            let spread = Float(3 - row)
            #expect(abs(found.variances[row] - spread * spread / 3) < 0.1)
        }
        #expect(found.keptShare > 0.999)
        for column in 0..<9 { #expect(abs(found.mean[column] - Float(column) * 10) < 0.1) }
    }

    @Test(arguments: [1, 8, 64, 384])
    func `reduce rows as their formula says`(count: Int) throws {
        let dimension = 384
        var random = SplitMix64(seed: 3)
        let rows = (0..<600 * dimension).map { _ in Float.random(in: -1...2, using: &random) }
        let found = try trained(rows, dimension: dimension, count: count)
        var x = Matrix(rowCount: 600, columnCount: dimension)
        for (index, value) in rows.enumerated() { x[index / dimension, index % dimension] = value }
        var y = Matrix(rowCount: 600, columnCount: count)
        found(x, rowCount: 599, into: &y)
        for row in [0, 7, 598] {
            for output in Set([0, count / 2, count - 1]) {
                var expected = 0.0
                for column in 0..<dimension {
                    expected +=
                        Double(found.components[output * dimension + column])
                        * Double(rows[row * dimension + column] - found.mean[column])
                }
                #expect(abs(Double(y[row, output]) - expected) < 1e-4)
            }
        }
        #expect(y[599, 0] == 0)
        // Directions are orthonormal.
        for (left, right) in [(0, 0), (count - 1, count - 1), (0, count - 1)] {
            let product = (0..<dimension).reduce(0.0) { sum, column in
                sum + Double(found.components[left * dimension + column])
                    * Double(found.components[right * dimension + column])
            }
            #expect(abs(product - (left == right ? 1 : 0)) < 1e-5)
        }
    }

    @Test func `do not depend on how rows come in`() throws {
        let rows = rows(5000, dimension: 9, seed: 2)
        let whole = try trained(rows, dimension: 9, count: 2)
        var training = PrincipalComponentsTraining(dimension: 9)
        training.add(rows[..<900])
        training.add(rows[900..<900])
        training.add(rows[900...])
        let parts = try #require(training.components(2))
        for (left, right) in zip(whole.components, parts.components) {
            #expect(abs(left - right) < 1e-3)
        }
        #expect(training.rowCount == 5000)
    }

    @Test func `of nothing, of too few numbers and of infinities there are none`() {
        var training = PrincipalComponentsTraining(dimension: 2)
        #expect(training.components(1) == nil)
        training.add([1, 2])
        #expect(training.components(3) == nil && training.components(0) == nil)
        #expect(training.components(2)?.variances == [0, 0])
        training.add([.infinity, 2])
        #expect(training.components(1) == nil)
    }

    @Test func `are the same once written and read`() throws {
        let folder = TemporaryDirectory()
        let path = folder.file("reduction.safetensors")
        let found = try trained(rows(500, dimension: 9, seed: 4), dimension: 9, count: 3)
        for _ in 0..<2 { try found.write(to: path) }
        let read = try PrincipalComponents(path: path)
        #expect(read.mean == found.mean && read.components == found.components)
        #expect(read.variances == found.variances && read.source == "test")
        #expect(read.keptShare == found.keptShare)
        #expect(throws: TensorError.self) { try PrincipalComponents(path: folder.file("none")) }
    }

    @Test func `are refused where their file is of another kind or its parts do not fit`() throws {
        let folder = TemporaryDirectory()
        let path = folder.file("x.safetensors")
        var writer = SafetensorsWriter()
        writer.add("mean", shape: [2], [0, 0])
        try writer.write(to: path)
        let error = #expect(throws: TensorError.self) { try PrincipalComponents(path: path) }
        #expect("\(error, default: "")".contains("quiver-principal-components-1"))
        let metadata = "\"__metadata__\":{\"format\":\"quiver-principal-components-1\"}"
        for (mean, components, variances) in [
            ("[2]", "[2,2]", "[1]"), ("[2]", "[1,2]", "[2]"), ("[1]", "[3,1]", "[3]"),
            ("[0]", "[0,0]", "[0]"), ("[1,2]", "[1,2]", "[1]"),
        ] {
            var entries = [metadata]
            var end = 0
            for (name, shape) in [
                ("mean", mean), ("components", components), ("variances", variances),
                ("total_variance", "[1]"),
            ] {
                let count = shape.dropFirst().dropLast().split(separator: ",")
                    .reduce(1) { $0 * (Int($1) ?? 0) }
                entries.append(
                    "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),"
                        + "\"data_offsets\":[\(end),\(end + count * 4)]}"
                )
                end += count * 4
            }
            let header = "{\(entries.joined(separator: ","))}"
            try SafetensorsWriter.write(
                header: header,
                body: [UInt8](repeating: 0, count: end),
                to: path
            )
            #expect(throws: TensorError.self, "\(header)") { try PrincipalComponents(path: path) }
        }
    }
}
