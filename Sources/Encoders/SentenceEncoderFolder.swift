import Files
import Glibc
import JSON
import Quiver
import Transformers

/// What a sentence-transformers folder says beside the model itself.
///
/// `modules.json` lists the modules: a `Transformer`, a `Pooling` with a `config.json` of its own and perhaps a
/// `Normalize`. Without it, the folder is a bare Hugging Face model and sentence-transformers' default
/// holds: the mean of the last hidden states, not normalised.
struct SentenceEncoderFolder {
    let path: String
    let transformerPath: String
    private(set) var pooling = Pooling.mean
    private(set) var normalises = false
    /// `max_seq_length`, where the folder says.
    let maximumTokenCount: Int?
    /// What is put before a text of each role (`prompts` in `config_sentence_transformers.json`).
    let prefixes: [EncoderRole: String]

    init(path: String) throws(EncoderError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .notAFolder(path: path)
        }
        self.path = path
        var transformerPath = path
        if let modules = try Self.configuration("modules.json", in: path) {
            for (position, module) in try Self.modules(of: modules).enumerated() {
                let folder = module.path.isEmpty ? path : "\(path)/\(module.path)"
                switch (position, module.type) {
                case (0, "Transformer"):
                    transformerPath = folder
                case (1, "Pooling"):
                    pooling = try Self.pooling(in: folder)
                case (2, "Normalize"):
                    normalises = true
                default:
                    throw .model(
                        .unsupported(
                            path: modules.path,
                            field: "type",
                            found: "\"\(module.type)\" at position \(position)",
                            supported: "Transformer, Pooling, Normalize in this order"
                        )
                    )
                }
            }
        }
        self.transformerPath = transformerPath
        maximumTokenCount = try Self.maximumTokenCount(in: transformerPath)
        prefixes = try Self.prefixes(in: path)
    }

    /// The path of a file that must be there.
    func file(_ name: String) throws(EncoderError) -> String {
        let file = "\(transformerPath)/\(name)"
        guard Self.exists(file) else { throw .missingFile(folder: transformerPath, file: name) }
        return file
    }

    private static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// A configuration file; nil where there is none.
    private static func configuration(
        _ name: String,
        in folder: String
    ) throws(EncoderError) -> ConfigurationFile? {
        let path = "\(folder)/\(name)"
        guard exists(path) else { return nil }
        do {
            return try ConfigurationFile(path: path)
        } catch {
            throw .model(error)
        }
    }

    /// The modules' types, without the Python package that they are in, and their folders.
    private static func modules(
        of file: ConfigurationFile
    ) throws(EncoderError) -> [(type: String, path: String)] {
        var modules: [(type: String, path: String)] = []
        for value in file.value.array ?? [] {
            guard
                let type = value.object?["type"]?.string?.split(separator: ".").last,
                let path = value.object?["path"]?.string,
                // A folder of this folder, and no other.
                !path.hasPrefix("/"), !path.split(separator: "/").contains("..")
            else { break }
            modules.append((String(type), path))
        }
        guard !modules.isEmpty, modules.count == file.value.array?.count else {
            throw .model(
                .invalidField(
                    path: file.path,
                    field: "modules",
                    expected: "an array of objects with \"type\" and \"path\"",
                    found: file.value.kind
                )
            )
        }
        return modules
    }

    /// The pooling of a module's folder: `pooling_mode` with a name, or one true flag among the older
    /// `pooling_mode_…`.
    private static func pooling(in folder: String) throws(EncoderError) -> Pooling {
        guard let file = try configuration("config.json", in: folder) else {
            throw .missingFile(folder: folder, file: "config.json")
        }
        let flags = [
            "pooling_mode_cls_token": "cls",
            "pooling_mode_max_tokens": "max",
            "pooling_mode_mean_tokens": "mean",
            "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
            "pooling_mode_weightedmean_tokens": "weightedmean",
            "pooling_mode_lasttoken": "lasttoken",
        ]
        let poolings: [String: Pooling] = [
            "cls": .cls, "max": .max, "mean": .mean, "mean_sqrt_len_tokens": .meanSquareRootLength,
        ]
        do throws(TransformerError) {
            var names: [String] = []
            if file["pooling_mode"] != nil {
                names = [try file.string("pooling_mode")]
            } else {
                for (flag, name) in flags.sorted(by: { $0.key < $1.key })
                where try file.bool(flag, default: false) {
                    names.append(name)
                }
            }
            guard names.count == 1, let pooling = poolings[names[0]] else {
                throw TransformerError.unsupported(
                    path: file.path,
                    field: "pooling_mode",
                    found: names.isEmpty ? "none" : names.joined(separator: " with "),
                    supported: poolings.keys.sorted().joined(separator: ", ")
                )
            }
            guard try file.bool("include_prompt", default: true) else {
                throw TransformerError.unsupported(
                    path: file.path,
                    field: "include_prompt",
                    found: "false",
                    supported: "true"
                )
            }
            return pooling
        } catch {
            throw .model(error)
        }
    }

    private static func maximumTokenCount(in folder: String) throws(EncoderError) -> Int? {
        guard let file = try configuration("sentence_bert_config.json", in: folder) else {
            return nil
        }
        do throws(TransformerError) {
            guard try !file.bool("do_lower_case", default: false) else {
                throw TransformerError.unsupported(
                    path: file.path,
                    field: "do_lower_case",
                    found: "true",
                    supported: "false"
                )
            }
            guard file["max_seq_length"] != nil else { return nil }
            return try file.integer("max_seq_length", in: 1...(1 << 20))
        } catch {
            throw .model(error)
        }
    }

    /// sentence-transformers looks for a prompt under these names, in this order, then for the default one.
    private static func prefixes(in folder: String) throws(EncoderError) -> [EncoderRole: String] {
        guard let file = try configuration("config_sentence_transformers.json", in: folder) else {
            return [:]
        }
        let prompts = file["prompts"]?.object ?? JSONObject()
        let standard = file["default_prompt_name"]?.string
        var prefixes: [EncoderRole: String] = [:]
        for (role, names) in [
            EncoderRole.query: ["query"], .document: ["document", "passage", "corpus"],
        ] {
            let name = (names + [standard].compactMap { $0 }).first { prompts[$0]?.string != nil }
            if let name, let prefix = prompts[name]?.string, !prefix.isEmpty {
                prefixes[role] = prefix
            }
        }
        return prefixes
    }
}
