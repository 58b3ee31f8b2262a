import Foundation
import TestSupport
import Testing
import Transformers

@Suite struct `BERT configurations` {
    private let folder = TemporaryDirectory()
    private var path: String { folder.file("config.json") }

    private func reading(_ json: String) throws -> BERTConfiguration {
        try Data(json.utf8).write(to: URL(fileURLWithPath: path))
        return try BERTConfiguration(path: path)
    }

    @Test func `fields are read, and those that are absent have Hugging Face's defaults`() throws {
        let small = try reading(
            """
            {"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
             "intermediate_size": 1536, "hidden_act": "gelu_new", "layer_norm_eps": 1e-5, "vocab_size": 100,
             "max_position_embeddings": 64, "type_vocab_size": 3, "position_embedding_type": "absolute",
             "use_cache": true, "unknown": [1, 2]}
            """
        )
        let expected = BERTConfiguration(
            vocabularyCount: 100,
            hiddenWidth: 384,
            layerCount: 6,
            headCount: 12,
            intermediateWidth: 1536,
            activation: .geluTanh,
            layerNormEpsilon: 1e-5,
            maximumPositionCount: 64,
            typeCount: 3
        )
        #expect(small == expected)
        let base = try reading(#"{"model_type": "bert"}"#)
        #expect(base.hiddenWidth == 768 && base.layerCount == 12 && base.vocabularyCount == 30_522)
    }

    @Test(arguments: [
        (#"{"model_type": "roberta"}"#, "model_type"),
        (
            #"{"model_type": "bert", "position_embedding_type": "relative_key"}"#,
            "position_embedding_type"
        ),
        (#"{"model_type": "bert", "is_decoder": true}"#, "is_decoder"),
        (#"{"model_type": "bert", "hidden_act": "silu"}"#, "hidden_act"),
    ])
    func `what is not implemented is named`(json: String, expected: String) {
        let error = #expect(throws: TransformerError.self) { try reading(json) }
        guard case .unsupported(_, let field, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(field == expected)
    }

    @Test(arguments: [
        (#"{"model_type": "bert", "hidden_size": "384"}"#, "hidden_size"),
        (#"{"model_type": "bert", "hidden_size": -1}"#, "hidden_size"),
        (#"{"model_type": "bert", "hidden_size": 99999999999999999999}"#, "hidden_size"),
        (
            #"{"model_type": "bert", "hidden_size": 10, "num_attention_heads": 3}"#,
            "num_attention_heads"
        ),
        (#"{"model_type": "bert", "num_attention_heads": 0}"#, "num_attention_heads"),
        (#"{"model_type": "bert", "layer_norm_eps": -1}"#, "layer_norm_eps"),
        (#"{"model_type": 3}"#, "model_type"),
    ])
    func `what is out of range is named`(json: String, expected: String) {
        let error = #expect(throws: TransformerError.self) { try reading(json) }
        guard case .invalidField(_, let field, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(field == expected)
    }

    @Test func `a file that is missing, not JSON or without a type is named`() throws {
        #expect(throws: TransformerError.missingField(path: path, field: "model_type")) {
            try reading("{}")
        }
        #expect(throws: TransformerError.missingField(path: path, field: "model_type")) {
            try reading("[]")
        }
        #expect(throws: TransformerError.self) { try reading("{") }
        #expect(throws: TransformerError.self) {
            try BERTConfiguration(path: "/nowhere/config.json")
        }
    }
}
