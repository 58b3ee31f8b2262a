import Foundation
import TestSupport

/// A sentence-transformers folder with a random model of 12 numbers a row, whose files a test may change.
struct TinyEncoder {
    let folder = TemporaryDirectory()
    let reference = ReferenceBERT(seed: 99)

    init() throws {
        try write(
            "config.json",
            """
            {"model_type": "bert", "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
             "intermediate_size": 20, "hidden_act": "relu", "vocab_size": 30, "max_position_embeddings": 40}
            """
        )
        try reference.write(to: folder.file("model.safetensors"))
        let letters = "abcdefghij".enumerated().map {
            "\"\($1)\": \($0 + 5), \"##\($1)\": \($0 + 15)"
        }
        try write(
            "tokenizer.json",
            """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [
              {"id": 0, "special": true, "content": "[UNK]", "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false},
              {"id": 1, "special": true, "content": "[CLS]", "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false},
              {"id": 2, "special": true, "content": "[SEP]", "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
               "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                 "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100,
               "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, \(letters.joined(separator: ", "))}}}
            """
        )
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: folder.file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: folder.file(name))
    }

    /// Makes it a folder with pooling of the given configuration, and perhaps a normalisation.
    func writeModules(pooling: String, normalises: Bool) throws {
        let normalize =
            #", {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}"#
        try write(
            "modules.json",
            """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}\
            \(normalises ? normalize : "")]
            """
        )
        try write("1_Pooling/config.json", pooling)
    }
}
