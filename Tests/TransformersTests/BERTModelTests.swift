import Glibc
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct `The BERT forward pass` {
    private let reference = ReferenceBERT(seed: 17)
    private let folder = TemporaryDirectory()
    private var path: String { folder.file("model.safetensors") }
    private let sequences: [[Int32]] = [
        [1, 2, 3], [29], Array(0..<30) + [4, 5], [7, 7, 7, 7, 0],
    ]

    private func configuration(_ activation: Activation = .gelu) -> BERTConfiguration {
        BERTConfiguration(
            vocabularyCount: reference.vocabularyCount,
            hiddenWidth: reference.width,
            layerCount: reference.layerCount,
            headCount: reference.headCount,
            intermediateWidth: reference.intermediateWidth,
            activation: activation,
            maximumPositionCount: reference.positionCount
        )
    }

    /// The hidden states of each sequence, run in one batch.
    private func states(_ model: BERTModel, _ sequences: [[Int32]]) throws -> [[[Float]]] {
        var batch = RaggedBatch()
        for sequence in sequences { batch.append(sequence) }
        var workspace = model.makeWorkspace(tokenCapacity: 100, longestCapacity: 40)
        try model.run(batch, in: &workspace)
        return sequences.indices.map { index in
            batch.range(of: index).map { workspace.hidden.row($0) }
        }
    }

    @Test(arguments: Kernels.available, [Activation.gelu, .geluTanh, .relu])
    func `agrees with the plain definition`(kernels: Kernels, activation: Activation) throws {
        try reference.write(to: path)
        let file = try SafetensorsFile(path: path)
        let model = try BERTModel(
            configuration: configuration(activation),
            weights: file,
            kernels: kernels
        )
        let found = try states(model, sequences)
        for (index, sequence) in sequences.enumerated() {
            let expected = reference.hiddenStates(sequence) { x in
                switch activation {
                case .relu: max(0, x)
                case .geluTanh:
                    x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
                default: x * (1 + erf(x / 2.0.squareRoot())) / 2
                }
            }
            for (row, values) in expected.enumerated() {
                for (column, value) in values.enumerated() {
                    #expect(abs(Double(found[index][row][column]) - value) < 1e-4)
                }
            }
        }
    }

    @Test func `a sequence's states do not depend on its batch`() throws {
        try reference.write(to: path)
        let model = try BERTModel(
            configuration: configuration(),
            weights: SafetensorsFile(path: path)
        )
        let together = try states(model, sequences)
        for (index, sequence) in sequences.enumerated() {
            #expect(try states(model, [sequence])[0] == together[index])
        }
    }

    @Test func `names with the prefix of a checkpoint with a head, and old names, are found`()
        throws
    {
        try reference.write(to: path)
        let plain = try BERTModel(
            configuration: configuration(),
            weights: SafetensorsFile(path: path)
        )
        let expected = try states(plain, sequences)
        let old = folder.file("old.safetensors")
        try reference.write(to: old) { name in
            var name = "bert.\(name)"
            for (new, old) in [
                ("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta"),
            ]
            where name.hasSuffix(new) {
                name = String(name.dropLast(new.count)) + old
            }
            return name
        }
        let renamed = try BERTModel(
            configuration: configuration(),
            weights: SafetensorsFile(path: old)
        )
        #expect(try states(renamed, sequences) == expected)
    }

    @Test func `a weight that is missing or of another shape is named`() throws {
        let lost = "encoder.layer.1.output.dense.bias"
        try reference.write(to: path) { $0 == lost ? "elsewhere" : $0 }
        #expect(throws: TransformerError.weights(.missing(path: path, tensor: lost))) {
            try BERTModel(configuration: configuration(), weights: SafetensorsFile(path: path))
        }
        try reference.write(to: path)
        var wider = configuration()
        wider.intermediateWidth = 21
        let wrong = TensorError.shape(
            path: path,
            tensor: "encoder.layer.0.intermediate.dense.weight",
            expected: [21, 12],
            found: [20, 12]
        )
        #expect(throws: TransformerError.weights(wrong)) {
            try BERTModel(configuration: wider, weights: SafetensorsFile(path: path))
        }
    }

    @Test func `sequences that the model cannot take are refused`() throws {
        try reference.write(to: path)
        let model = try BERTModel(
            configuration: configuration(),
            weights: SafetensorsFile(path: path)
        )
        var workspace = model.makeWorkspace(tokenCapacity: 100, longestCapacity: 100)
        func run(_ sequence: [Int32]) throws {
            var batch = RaggedBatch()
            batch.append(sequence)
            try model.run(batch, in: &workspace)
        }
        #expect(throws: TransformerError.emptySequence) { try run([]) }
        #expect(throws: TransformerError.sequenceTooLong(tokenCount: 41, limit: 40)) {
            try run(Array(repeating: 1, count: 41))
        }
        for token: Int32 in [-1, 30, .max] {
            #expect(throws: TransformerError.tokenOutOfRange(token: token, vocabularyCount: 30)) {
                try run([1, token])
            }
        }
    }

    @Test func `pooling agrees with its definitions`() throws {
        try reference.write(to: path)
        let model = try BERTModel(
            configuration: configuration(),
            weights: SafetensorsFile(path: path)
        )
        var batch = RaggedBatch()
        batch.append([5])
        batch.append([1, 2, 3])
        var workspace = model.makeWorkspace(tokenCapacity: 4, longestCapacity: 3)
        try model.run(batch, in: &workspace)
        let rows = (1..<4).map { workspace.hidden.row($0) }
        for column in 0..<reference.width {
            let values = rows.map { $0[column] }
            let sum = values.reduce(0, +)
            func pooled(_ pooling: Pooling) -> Float {
                pooling.pool(workspace, tokens: 1..<4)[column]
            }
            #expect(abs(pooled(.mean) - sum / 3) < 1e-6)
            #expect(pooled(.cls) == values[0])
            #expect(pooled(.max) == values.max())
            #expect(abs(pooled(.meanSquareRootLength) - sum / Float(3).squareRoot()) < 1e-6)
        }
    }
}
