import Encoders
import TestSupport
import Testing
import Transformers

@Suite struct `Opening an encoder's folder` {
    private let tiny: TinyEncoder
    private var path: String { tiny.folder.path }

    init() throws {
        tiny = try TinyEncoder()
    }

    private func openingError() -> EncoderError? {
        do throws(EncoderError) {
            _ = try SentenceEncoder(folder: path)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"])
    func `a missing file is named`(name: String) throws {
        try tiny.remove(name)
        #expect(openingError() == .missingFile(folder: path, file: name))
    }

    @Test func `a path that is no folder is named`() {
        for wrong in ["\(path)/nowhere", "\(path)/config.json"] {
            #expect(throws: EncoderError.notAFolder(path: wrong)) {
                try SentenceEncoder(folder: wrong)
            }
        }
    }

    @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors", "modules.json"])
    func `a damaged file is named`(name: String) throws {
        for text in ["", "{", "[1, 2", "\u{0}\u{1}", "[]", "{}", "[1]"] {
            try tiny.write(name, text)
            let error = openingError()
            #expect(
                error?.description.contains(name) == true,
                "\(text): \(String(describing: error))"
            )
        }
    }

    @Test(arguments: [
        #"[{"type": "x.Transformer", "path": ""}, {"type": "x.Dense", "path": "1_Dense"}]"#,
        #"[{"type": "x.Pooling", "path": "1_Pooling"}]"#,
        #"[{"type": "x.Transformer", "path": ""}, {"type": "x.Normalize", "path": ""}]"#,
        #"[{"type": "x.Transformer", "path": "../elsewhere"}]"#,
        #"[{"type": "x.Transformer", "path": "/etc"}]"#,
    ])
    func `modules that are not implemented are refused`(modules: String) throws {
        try tiny.write("modules.json", modules)
        #expect(openingError()?.description.contains("modules.json") == true)
    }

    @Test(arguments: [
        #"{"pooling_mode": "lasttoken"}"#, #"{"pooling_mode_lasttoken": true}"#, "{}",
        #"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#,
        #"{"pooling_mode": "mean", "include_prompt": false}"#, #"{"pooling_mode_mean_tokens": 1}"#,
    ])
    func `poolings that are not implemented are refused`(pooling: String) throws {
        try tiny.writeModules(pooling: pooling, normalises: false)
        #expect(openingError()?.description.contains("1_Pooling/config.json") == true)
    }

    @Test func `a tokenizer of another model is refused`() throws {
        try tiny.write(
            "config.json",
            """
            {"model_type": "bert", "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
             "intermediate_size": 20, "hidden_act": "relu", "vocab_size": 24, "max_position_embeddings": 40}
            """
        )
        // The weights disagree with that configuration, and are looked at first.
        guard case .model(.weights(.shape)) = openingError() else {
            Issue.record("\(String(describing: openingError()))")
            return
        }
    }

    @Test(arguments: [1, 2])
    func `a length with no room for a token is refused`(limit: Int) throws {
        try tiny.write("sentence_bert_config.json", #"{"max_seq_length": \#(limit)}"#)
        guard case .tokenizer(.limitTooSmall) = openingError() else {
            Issue.record("\(String(describing: openingError()))")
            return
        }
    }
}
