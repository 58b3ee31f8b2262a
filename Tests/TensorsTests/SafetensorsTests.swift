import Tensors
import TestSupport
import Testing

@Suite struct `Reading safetensors` {
    private let folder = TemporaryDirectory()
    private var path: String { folder.file("model.safetensors") }

    private func opening(header: String, body: [UInt8] = []) throws -> SafetensorsFile {
        try SafetensorsWriter.write(header: header, body: body, to: path)
        return try SafetensorsFile(path: path)
    }

    @Test func `float32 numbers are read where they are mapped`() throws {
        var writer = SafetensorsWriter()
        writer.add("padding to four bytes, or not", type: "U8", shape: [4], bytes: [1, 2, 3, 4])
        writer.add("w", shape: [2, 3], [1, -2, 3.5, 0, .infinity, 1e-30])
        try writer.write(to: path)
        let file = try SafetensorsFile(path: path)
        let tensor = try FloatTensor(file.tensor("w"), expecting: [2, 3])
        #expect(tensor.copied() == [1, -2, 3.5, 0, .infinity, 1e-30])
        #expect(file.tensors.map(\.name) == ["padding to four bytes, or not", "w"])
        #expect(try tensor.isMapped == (file.tensor("w").range.lowerBound % 4 == 0))
    }

    @Test func `numbers at an odd offset are copied`() throws {
        for padding in 0..<4 {
            var writer = SafetensorsWriter()
            writer.add(
                "odd",
                type: "U8",
                shape: [padding],
                bytes: Array(repeating: 0, count: padding)
            )
            writer.add("w", shape: [2], [0.25, -8])
            try writer.write(to: path)
            let file = try SafetensorsFile(path: path)
            let tensor = try FloatTensor(file.tensor("w"), expecting: [2])
            #expect(tensor.copied() == [0.25, -8])
        }
    }

    @Test func `half precisions and doubles are converted`() throws {
        let numbers: [Float] = [0, 1, -1.5, 65504, 6e-8]
        var writer = SafetensorsWriter()
        writer.add(
            "f16",
            type: "F16",
            shape: [5],
            bytes: numbers.flatMap { littleEndianBytes(Float16($0).bitPattern) }
        )
        writer.add(
            "bf16",
            type: "BF16",
            shape: [5],
            bytes: numbers.flatMap { littleEndianBytes(UInt16($0.bitPattern >> 16)) }
        )
        writer.add(
            "f64",
            type: "F64",
            shape: [5],
            bytes: numbers.flatMap { littleEndianBytes(Double($0).bitPattern) }
        )
        try writer.write(to: path)
        let file = try SafetensorsFile(path: path)
        func read(_ name: String) throws -> [Float] {
            try FloatTensor(file.tensor(name), expecting: [5]).copied()
        }
        #expect(try read("f64") == numbers)
        #expect(try read("f16") == numbers.map { Float(Float16($0)) })
        #expect(try read("bf16") == numbers.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) })
    }

    @Test func `metadata, empty tensors and single numbers are legal`() throws {
        let header = """
            {"__metadata__":{"format":"pt"},"one":{"dtype":"F32","shape":[],"data_offsets":[0,4]},\
            "none":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]}}
            """
        let file = try opening(header: header, body: littleEndianBytes(Float(3).bitPattern))
        #expect(file.metadata == ["format": "pt"])
        #expect(try FloatTensor(file.tensor("one"), expecting: []).copied() == [3])
        #expect(try FloatTensor(file.tensor("none"), expecting: [0, 7]).copied() == [])
    }

    @Test func `a tensor that is not there or of another shape is named`() throws {
        var writer = SafetensorsWriter()
        writer.add("w", shape: [2, 1], [1, 2])
        writer.add("ids", type: "I64", shape: [1], bytes: littleEndianBytes(Int64(5)))
        try writer.write(to: path)
        let file = try SafetensorsFile(path: path)
        #expect(throws: TensorError.missing(path: path, tensor: "v")) { try file.tensor("v") }
        #expect(
            throws: TensorError.shape(path: path, tensor: "w", expected: [1, 2], found: [2, 1])
        ) {
            try FloatTensor(file.tensor("w"), expecting: [1, 2])
        }
        #expect(throws: TensorError.notFloats(path: path, tensor: "ids", found: .int64)) {
            try FloatTensor(file.tensor("ids"), expecting: [1])
        }
    }

    enum Refusal: String, CaseIterable {
        case headerLength, header, headerField, elementType, shapeOverflow, byteCount, offsets,
            gapOrOverlap

        init?(_ error: TensorError) {
            switch error {
            case .headerLength: self = .headerLength
            case .header: self = .header
            case .headerField: self = .headerField
            case .elementType: self = .elementType
            case .shapeOverflow: self = .shapeOverflow
            case .byteCount: self = .byteCount
            case .offsets: self = .offsets
            case .gapOrOverlap: self = .gapOrOverlap
            default: return nil
            }
        }
    }

    @Test(arguments: [
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, Refusal.byteCount),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, .offsets),
        (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#, .offsets),
        (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, .gapOrOverlap),
        (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, .gapOrOverlap),
        (#"{}"#, .gapOrOverlap),
        (
            #"{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}}"#,
            .gapOrOverlap
        ),
        (
            #"{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
            .header
        ),
        (#"{"w":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}"#, .elementType),
        (#"{"w":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}"#, .headerField),
        (#"{"w":{"shape":[2],"data_offsets":[0,8]}}"#, .headerField),
        (#"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, .headerField),
        (#"{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, .headerField),
        (#"{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}"#, .headerField),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}"#, .headerField),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, .headerField),
        (#"{"w":[]}"#, .headerField),
        (#"[]"#, .headerField),
        (#"{"__metadata__":{"a":1}}"#, .headerField),
        (
            #"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
            .shapeOverflow
        ),
        (
            #"{"w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}"#,
            .shapeOverflow
        ),
        (#"{"w":"#, .header),
        ("", .header),
    ])
    func `a wrong header is refused`(header: String, expected: Refusal) throws {
        let error = #expect(throws: TensorError.self) {
            try opening(header: header, body: Array(repeating: 0, count: 8))
        }
        #expect(error.flatMap(Refusal.init) == expected, "\(String(describing: error))")
    }

    @Test(arguments: [UInt64.max, 1 << 62, 100_000_001, 9])
    func `a header longer than the file is refused`(byteCount: UInt64) throws {
        try write(littleEndianBytes(byteCount) + Array("{}      ".utf8), to: path)
        #expect(throws: TensorError.headerLength(path: path, found: byteCount, limit: 8)) {
            try SafetensorsFile(path: path)
        }
    }

    @Test func `every truncation of a file is refused`() throws {
        var writer = SafetensorsWriter()
        writer.add("a", shape: [3], [1, 2, 3])
        writer.add("b", shape: [1], [4])
        try writer.write(to: path)
        let whole = try read(path)
        for count in whole.indices {
            try write(Array(whole[..<count]), to: path)
            #expect(throws: TensorError.self, "cut to \(count) bytes") {
                try SafetensorsFile(path: path)
            }
        }
    }

    @Test(arguments: [UInt64](1...4))
    func `a damaged header is refused or stays inside the file`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var writer = SafetensorsWriter()
        writer.add("a", shape: [3], [1, 2, 3])
        writer.add("b", shape: [1], [4])
        try writer.write(to: path)
        let whole = try read(path)
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
            try write(bytes, to: path)
            guard let file = try? SafetensorsFile(path: path) else { continue }
            for tensor in file.tensors {
                #expect(tensor.range.upperBound <= bytes.count, "seed \(seed)")
                _ = try? FloatTensor(tensor, expecting: tensor.shape).copied()
            }
        }
    }

    @Test func `a missing file is named`() {
        #expect(throws: TensorError.self) {
            try SafetensorsFile(path: "/nowhere/model.safetensors")
        }
    }
}
