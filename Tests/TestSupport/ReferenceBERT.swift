import Glibc

/// BERT written down in the plainest way, in doubles, for one sequence: what the model must agree with.
public struct ReferenceBERT: Sendable {
    /// Numbers of a hidden state.
    public let width = 12
    /// How many attention heads.
    public let headCount = 3
    /// How many layers.
    public let layerCount = 2
    /// Numbers between the two products of the feed-forward part.
    public let intermediateWidth = 20
    /// How many tokens.
    public let vocabularyCount = 30
    /// The longest sequence.
    public let positionCount = 40
    private var weights: [String: (shape: [Int], values: [Float])] = [:]

    /// Random weights.
    public init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func add(_ name: String, _ shape: [Int]) {
            let count = shape.reduce(1, *)
            weights[name] = (
                shape, (0..<count).map { _ in .random(in: -0.8...0.8, using: &random) }
            )
        }
        add("embeddings.word_embeddings.weight", [vocabularyCount, width])
        add("embeddings.position_embeddings.weight", [positionCount, width])
        add("embeddings.token_type_embeddings.weight", [2, width])
        add("embeddings.LayerNorm.weight", [width])
        add("embeddings.LayerNorm.bias", [width])
        for layer in 0..<layerCount {
            let prefix = "encoder.layer.\(layer)"
            for part in ["self.query", "self.key", "self.value", "output.dense"] {
                add("\(prefix).attention.\(part).weight", [width, width])
                add("\(prefix).attention.\(part).bias", [width])
            }
            add("\(prefix).intermediate.dense.weight", [intermediateWidth, width])
            add("\(prefix).intermediate.dense.bias", [intermediateWidth])
            add("\(prefix).output.dense.weight", [width, intermediateWidth])
            add("\(prefix).output.dense.bias", [width])
            for norm in ["attention.output", "output"] {
                add("\(prefix).\(norm).LayerNorm.weight", [width])
                add("\(prefix).\(norm).LayerNorm.bias", [width])
            }
        }
    }

    /// Writes the weights, each name changed by `rename`.
    public func write(to path: String, rename: (String) -> String = { $0 }) throws {
        var writer = SafetensorsWriter()
        for (name, tensor) in weights.sorted(by: { $0.key < $1.key }) {
            writer.add(rename(name), shape: tensor.shape, tensor.values)
        }
        try writer.write(to: path)
    }

    /// The last layer's states.
    public func hiddenStates(_ tokens: [Int32], activation: (Double) -> Double) -> [[Double]] {
        var x = tokens.enumerated().map { position, token in
            let sum = (0..<width).map { column in
                value("embeddings.word_embeddings.weight", Int(token) * width + column)
                    + value("embeddings.position_embeddings.weight", position * width + column)
                    + value("embeddings.token_type_embeddings.weight", column)
            }
            return normalised(sum, "embeddings.LayerNorm")
        }
        for layer in 0..<layerCount {
            let prefix = "encoder.layer.\(layer)"
            let update = attention(x, prefix).map { linear($0, "\(prefix).attention.output.dense") }
            x = zip(x, update).map {
                normalised(added($0, $1), "\(prefix).attention.output.LayerNorm")
            }
            x = x.map { row in
                let inner = linear(row, "\(prefix).intermediate.dense").map(activation)
                let outer = linear(inner, "\(prefix).output.dense")
                return normalised(added(row, outer), "\(prefix).output.LayerNorm")
            }
        }
        return x
    }

    private func value(_ name: String, _ index: Int) -> Double {
        weights[name].map { Double($0.values[index]) } ?? .nan
    }

    private func added(_ left: [Double], _ right: [Double]) -> [Double] {
        zip(left, right).map { $0 + $1 }
    }

    private func linear(_ x: [Double], _ name: String) -> [Double] {
        let outputCount = weights["\(name).bias"]?.values.count ?? 0
        return (0..<outputCount).map { output in
            x.indices.reduce(value("\(name).bias", output)) {
                $0 + x[$1] * value("\(name).weight", output * x.count + $1)
            }
        }
    }

    private func normalised(_ x: [Double], _ name: String) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return x.indices.map {
            (x[$0] - mean) / (variance + 1e-12).squareRoot() * value("\(name).weight", $0)
                + value("\(name).bias", $0)
        }
    }

    private func attention(_ x: [[Double]], _ prefix: String) -> [[Double]] {
        let parts = ["query", "key", "value"].map { part in
            x.map { linear($0, "\(prefix).attention.self.\(part)") }
        }
        let headWidth = width / headCount
        var result = x.map { _ in [Double](repeating: 0, count: width) }
        for head in 0..<headCount {
            let columns = head * headWidth..<(head + 1) * headWidth
            for row in x.indices {
                let scores = x.indices.map { other in
                    exp(
                        columns.reduce(0) { $0 + parts[0][row][$1] * parts[1][other][$1] }
                            / Double(headWidth).squareRoot()
                    )
                }
                let sum = scores.reduce(0, +)
                for other in x.indices {
                    for column in columns {
                        result[row][column] += scores[other] / sum * parts[2][other][column]
                    }
                }
            }
        }
        return result
    }
}
