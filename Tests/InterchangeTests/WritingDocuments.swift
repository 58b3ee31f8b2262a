import Interchange
import JSON
import Quiver
import TestSupport
import Testing

@Suite struct `Writing documents` {
    private let folder = TemporaryDirectory()

    @Test(arguments: [UInt64(1), 2, 3])
    func `what is written is read back as it was`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let schema = CollectionConfiguration(
            vectorFields: [
                VectorField(dimension: 3, metric: .l2, isOptional: true),
                VectorField(
                    name: "b",
                    dimension: 1,
                    metric: .l2,
                    isOptional: true,
                    rowColumns: [RowColumn(name: "n", type: .float32)]
                ),
            ],
            fields: FieldType.allCases.map { Field(name: "\($0)", type: $0) }
        )
        let store = try Store.create(at: folder.file("store"))
        let from = try store.createCollection("from", schema)
        let into = try store.createCollection("into", schema)
        var batch = WriteBatch()
        for key in UInt64(0)..<40 {
            var document = Document(key: .integer(key), vectors: [:])
            if Bool.random(using: &random) { document.text = "t\(key)\n\u{1}" }
            for type in FieldType.allCases where Bool.random(using: &random) {
                document.fields["\(type)"] = type.random(&random)
            }
            if Bool.random(using: &random) {
                let count = 3 * Int.random(in: 1...3, using: &random)
                document.vectors[""] = (0..<count).map { _ in .anyFinite(&random) }
            }
            if Bool.random(using: &random) {
                let count = Int.random(in: 1...3, using: &random)
                document.vectors["b"] = (0..<count).map { _ in .anyFinite(&random) }
                document.columns["b"] = [
                    "n": .float32((0..<count).map { _ in .anyFinite(&random) })
                ]
            }
            batch.insert(document)
        }
        try from.write(batch)
        var writer = JSONWriter()
        try from.snapshot().scan(contents: .all) { document in
            do {
                try writer.document(document, schema: schema, withVersion: false)
                writer.newline()
            } catch {
                Issue.record("\(error)")
            }
            return true
        }
        let file = try folder.write(writer.bytes, to: "all.jsonl")
        var importer = try Importer(into: into)
        importer.batchCount = 7
        try importer.run(try openDocuments(at: file, schema: schema)) { _, _ in true }
        let keys = (UInt64(0)..<40).map { Key.integer($0) }
        for (before, after) in zip(try from.documents(keys), try into.documents(keys)) {
            #expect(before?.text == after?.text, "seed \(seed)")
            #expect(before?.fields == after?.fields, "seed \(seed)")
            #expect(before?.vectors == after?.vectors, "seed \(seed)")
            #expect(before?.columns == after?.columns, "seed \(seed)")
        }
    }
}

extension Float {
    /// A number of any size whose square's sum fits, subnormal ones among them.
    fileprivate static func anyFinite(_ random: inout SplitMix64) -> Float {
        Float.random(in: -9...9, using: &random)
            * Float(sign: .plus, exponent: .random(in: -148...40, using: &random), significand: 1)
    }
}

extension FieldType {
    fileprivate func random(_ random: inout SplitMix64) -> FieldValue {
        if Int.random(in: 0..<8, using: &random) == 0 { return .null }
        let count = Int.random(in: 0...4, using: &random)
        switch self {
        case .string: return .string(["", "é", "\u{0}\"\\", "𝄞"][min(count, 3)])
        case .int64: return .int64(.random(in: .min ... .max, using: &random))
        case .double:
            return .double(
                Double.random(in: -1...1, using: &random)
                    * Double(
                        sign: .plus,
                        exponent: .random(in: -1_070...1_023, using: &random),
                        significand: 1
                    )
            )
        case .bool: return .bool(.random(using: &random))
        case .timestamp:
            let seconds = Int64.random(in: -62_167_219_200...253_402_300_799, using: &random)
            let nanoseconds = UInt32.random(in: 0..<1_000_000_000, using: &random)
            return Timestamp(seconds: seconds, nanoseconds: nanoseconds).map { .timestamp($0) }
                ?? .null
        case .strings: return .strings((0..<count).map { String(repeating: "x", count: $0) })
        case .bytes: return .bytes((0..<count).map { _ in .random(in: 0...255, using: &random) })
        case .int32s:
            return .int32s((0..<count).map { _ in .random(in: .min ... .max, using: &random) })
        case .sparse:
            let vector = try? SparseVector(
                indices: (0..<count).map { UInt32($0) << 20 },
                values: (0..<count).map { _ in .random(in: 1e-6...1e6, using: &random) }
            )
            return vector.map { .sparse($0) } ?? .null
        }
    }
}
