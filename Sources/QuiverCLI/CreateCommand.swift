import ArgumentParser
import Encoders
import Quiver

struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a collection, and the store if it is not there.",
        discussion: """
            --dimension makes one vector field without a name, --vector one with a name; a collection \
            may have any number of them, or metadata fields alone. --encoder makes the one without a \
            name for that encoder's rows, with the row columns that it gives, and remembers it.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Option(
        name: .customLong("field"),
        help: ArgumentHelp(
            "A metadata field; types are \(FieldType.names).",
            valueName: "name:type"
        ),
        transform: Field.parse
    )
    var fields: [Field] = []

    @Option(
        name: .customLong("vector"),
        help: ArgumentHelp(
            "A vector field: NAME:DIMENSION[:METRIC[:STORAGE[:INDEX]]].",
            valueName: "name:dimension"
        ),
        transform: VectorFieldArgument.parse
    )
    var vectors: [VectorFieldArgument] = []

    @Option(
        name: .customLong("row-column"),
        help: ArgumentHelp(
            "A number beside each vector of a field; types are \(RowColumn.NumberType.names).",
            valueName: "field:name:type"
        ),
        transform: RowColumnArgument.parse
    )
    var rowColumns: [RowColumnArgument] = []

    @Option(
        name: .customLong("optional-vector"),
        help: ArgumentHelp(
            "Let documents have no vector of this field.",
            valueName: "name"
        )
    )
    var optionalVectors: [String] = []

    @Option(
        parsing: .unconditional,
        help: "Numbers in a vector, 1 to \(VectorField.maximumDimension)."
    )
    var dimension: Int?

    @Option(help: "What \"near\" means (default: cosine).")
    var metric: CaseArgument<Metric>?

    @Option(help: "How the numbers of a vector are stored (default: float32).")
    var storage: CaseArgument<Storage>?

    @Option(
        help: ArgumentHelp(
            "How vectors are searched: automatic, exact, graph, ivf, or a FAISS factory string "
                + "(default: automatic).",
            discussion: "Such as IVF1024,SQ8 or HNSW32,SQ8 or OPQ32,IVF1024,PQ32x4fs."
        ),
        completion: .list(["automatic", "exact", "graph", "ivf"])
    )
    var index: String?

    @Option(
        help: ArgumentHelp(
            "What the indexes of a vector field begin with in the place of training: a file of quiver train, or of FAISS's "
                + "write_index; may be repeated.",
            discussion:
                "FILE is of the field without a name, or of the only one; NAME:FILE of another.",
            valueName: "[name:]file"
        ),
        completion: .file()
    )
    var trained: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of the true nearest that searches are to find on average, above 0 to 1, unless they say otherwise.",
            valueName: "share"
        )
    )
    var recall: Double?

    @OptionGroup var texts: TextFieldArguments

    @OptionGroup(title: "Encoder")
    var encoder: EncoderArguments

    /// All vector fields as they were typed, that of `--dimension` or `--encoder` first.
    private func vectorArguments(dimension: Int?) -> [VectorFieldArgument] {
        guard let dimension else { return vectors }
        let unnamed = VectorFieldArgument(
            name: VectorField.unnamed,
            dimension: dimension,
            metric: metric?.value ?? .cosine,
            storage: storage?.value ?? (metric?.value == .hamming ? .binary : .float32),
            index: index ?? "automatic"
        )
        return [unnamed] + vectors
    }

    func validate() throws {
        if let dimension, !(1...VectorField.maximumDimension ~= dimension) {
            throw ValidationError(
                "--dimension is \(dimension), not within 1…\(VectorField.maximumDimension)"
            )
        }
        if let recall, !(recall > 0 && recall <= 1) {
            throw ValidationError("--recall is \(recall), not above 0 to 1")
        }
        guard dimension == nil || encoder.encoder == nil else {
            throw ValidationError("--dimension and --encoder both make the field without a name")
        }
        // How many numbers an encoder makes is known when it is open.
        let makesUnnamed = dimension != nil || encoder.encoder != nil
        if !makesUnnamed {
            let options = [
                metric.map { _ in "--metric" }, storage.map { _ in "--storage" },
                index.map { _ in "--index" },
            ]
            if let option = options.compactMap({ $0 }).first {
                throw ValidationError(
                    "\(option) belongs to --dimension; of a field with a name it is a part of --vector"
                )
            }
            guard !(vectors.isEmpty && fields.isEmpty) else {
                throw ValidationError(
                    "say what the collection holds, with --dimension, --encoder, --vector or --field"
                )
            }
        }
        let names = vectorArguments(dimension: makesUnnamed ? 1 : nil).map(\.name)
        if makesUnnamed, vectors.contains(where: { $0.name == VectorField.unnamed }) {
            throw ValidationError(
                "\(dimension == nil ? "--encoder" : "--dimension") and --vector both make the field "
                    + "without a name"
            )
        }
        for name in optionalVectors where !names.contains(name) {
            throw ValidationError("--optional-vector \(name): there is no --vector of that name")
        }
        for column in rowColumns where !names.contains(column.field) {
            throw ValidationError(
                "--row-column \(column.field):\(column.column.name): there is "
                    + (column.field.isEmpty ? "no --dimension" : "no --vector of that name")
            )
        }
    }

    /// By the vector fields' names.
    private func trainedIndexes(_ fields: [VectorField]) throws -> [String: TrainedIndex] {
        var indexes: [String: TrainedIndex] = [:]
        for argument in trained {
            var (name, path) = (fields.count == 1 ? fields[0].name : VectorField.unnamed, argument)
            if let colon = argument.firstIndex(of: ":"),
                fields.contains(where: { $0.name == argument[..<colon] })
            {
                (name, path) = (
                    String(argument[..<colon]), String(argument[argument.index(after: colon)...])
                )
            }
            guard let field = fields.first(where: { $0.name == name }) else {
                throw ValidationError("--trained \(argument): say of which field, as in NAME:FILE")
            }
            guard indexes[name] == nil else {
                throw ValidationError("--trained \(argument): the field has one already")
            }
            let index = try TrainedIndex(contentsOf: path)
            guard field.index == .automatic || field.index == .faiss(index.kind) else {
                throw ValidationError(
                    "--trained \(argument) is for the index \(index.kind), and the field's is to be \(field.index)"
                )
            }
            indexes[name] = index
        }
        return indexes
    }

    func run() throws {
        let opened = try encoder.description.map { try OpenedEncoder(opening: $0) }
        var columns = rowColumns
        if let opened, !columns.contains(where: { $0.field == VectorField.unnamed }) {
            columns += opened.encoder.rowColumns.map {
                RowColumnArgument(field: VectorField.unnamed, column: $0)
            }
        }
        var configuration = CollectionConfiguration(
            vectorFields: try vectorArguments(dimension: dimension ?? opened?.dimension).map {
                try $0.field(isOptional: optionalVectors.contains($0.name), columns: columns)
            },
            fields: fields
        )
        configuration.recall = recall
        if let texts = try texts.parsed(fields: fields) { configuration.textFields = texts }
        // Before a store is made for nothing.
        try configuration.check()
        let trained = try trainedIndexes(configuration.vectorFields)
        for place in configuration.vectorFields.indices {
            guard let index = trained[configuration.vectorFields[place].name] else { continue }
            try configuration.vectorFields[place].take(index)
        }
        let store =
            Store.exists(at: target.store)
            ? try Store.open(at: target.store) : try Store.create(at: target.store)
        _ = try store.createCollection(
            target.collection,
            configuration,
            encoders: opened.map { [VectorField.unnamed: $0.remembered] } ?? [:],
            trained: trained
        )
        let parts =
            configuration.vectorFields.map { field in
                (field.name.isEmpty ? "" : "\(printable(field.name)): ") + description(of: field)
            } + configuration.fields.map { "\(printable($0.name)): \($0.type)" }
        StandardOutput.shared.write(
            "created collection \(target.collection) in \(target.store): "
                + parts.joined(separator: "; ") + "\n"
        )
    }
}

/// A vector field without its name.
func description(of field: VectorField) -> String {
    "dimension \(field.dimension), \(field.metric), \(field.storage), \(field.index)"
        + (field.isOptional ? ", optional" : "")
        + (field.rowColumns.isEmpty
            ? ""
            : ", columns "
                + field.rowColumns.map { "\(printable($0.name)) \($0.type)" }
                .joined(separator: " "))
}
