import ArgumentParser
import Quiver

struct AlterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alter",
        abstract: "Change a collection's fields or name, all at once or not at all.",
        discussion: """
            Whatever the order of the options, fields are dropped first, then renamed, then added; then \
            indexes are set, and what --match-on says takes the place of what it said before. What is dropped is gone at once. A vector field that is added is optional, \
            and a new index is built by the next import.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Option(
        name: .customLong("add-field"),
        help: ArgumentHelp(
            "A new metadata field; types are \(FieldType.names).",
            valueName: "name:type"
        ),
        transform: Field.parse
    )
    var addedFields: [Field] = []

    @Option(
        name: .customLong("drop-field"),
        help: ArgumentHelp("Drop a metadata field and its values.", valueName: "name")
    )
    var droppedFields: [String] = []

    @Option(
        name: .customLong("rename-field"),
        help: ArgumentHelp("Rename a metadata field.", valueName: "old:new"),
        transform: PairArgument.parse
    )
    var renamedFields: [PairArgument] = []

    @Option(
        name: .customLong("add-vector"),
        help: ArgumentHelp(
            "A new vector field: NAME:DIMENSION[:METRIC[:STORAGE[:INDEX]]].",
            valueName: "name:dimension"
        ),
        transform: VectorFieldArgument.parse
    )
    var addedVectors: [VectorFieldArgument] = []

    @Option(
        name: .customLong("row-column"),
        help: ArgumentHelp(
            "A number beside each vector of a field that is added; types are "
                + "\(RowColumn.NumberType.names).",
            valueName: "field:name:type"
        ),
        transform: RowColumnArgument.parse
    )
    var rowColumns: [RowColumnArgument] = []

    @Option(
        name: .customLong("drop-vector"),
        help: ArgumentHelp("Drop a vector field and its vectors.", valueName: "name")
    )
    var droppedVectors: [String] = []

    @Option(
        name: .customLong("rename-vector"),
        help: ArgumentHelp("Rename a vector field.", valueName: "old:new"),
        transform: PairArgument.parse
    )
    var renamedVectors: [PairArgument] = []

    @Option(
        name: .customLong("set-index"),
        help: ArgumentHelp(
            "Search a vector field by another index; :INDEX is that of the field without a name.",
            valueName: "name:index"
        ),
        transform: PairArgument.parse
    )
    var indexes: [PairArgument] = []

    @Option(
        name: .customLong("set-trained"),
        help: ArgumentHelp(
            "Begin the indexes of a vector field with this trained one; :FILE is that of the field without a name.",
            valueName: "name:file"
        ),
        completion: .file(),
        transform: PairArgument.parse
    )
    var trained: [PairArgument] = []

    @Option(
        name: .customLong("set-recall"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of the true nearest that searches are to find on average, to 1; 0: none is asked for.",
            valueName: "share"
        )
    )
    var recall: Double?

    @OptionGroup var texts: TextFieldArguments

    @Option(help: ArgumentHelp("Another name of the collection.", valueName: "new"))
    var rename: String?

    func validate() throws {
        for (option, renamed) in [
            ("--rename-field", renamedFields), ("--rename-vector", renamedVectors),
        ] {
            for pair in renamed where renamed.contains(where: { $0.value == pair.name }) {
                throw ValidationError(
                    "\(option) \(pair.name):\(pair.value): another one gives that name; "
                        + "rename one after the other"
                )
            }
        }
        for column in rowColumns where !addedVectors.contains(where: { $0.name == column.field }) {
            throw ValidationError(
                "--row-column \(column.field):\(column.column.name): "
                    + "there is no --add-vector of that name"
            )
        }
        guard hasChanges else { throw ValidationError("say what is to change") }
    }

    private var hasChanges: Bool {
        !addedFields.isEmpty || !droppedFields.isEmpty || !renamedFields.isEmpty
            || !addedVectors.isEmpty || !droppedVectors.isEmpty || !renamedVectors.isEmpty
            || !indexes.isEmpty || !trained.isEmpty || recall != nil || !texts.names.isEmpty
            || rename != nil
    }

    private func changes(to fields: [Field]) throws -> [SchemaChange] {
        var changes = droppedFields.map(SchemaChange.dropField)
        changes += droppedVectors.map(SchemaChange.dropVectorField)
        changes += renamedFields.map { .renameField($0.name, to: $0.value) }
        changes += renamedVectors.map { .renameVectorField($0.name, to: $0.value) }
        changes += addedFields.map(SchemaChange.addField)
        changes += try addedVectors.map {
            .addVectorField(try $0.field(isOptional: true, columns: rowColumns))
        }
        changes += try indexes.map {
            .setIndex(vectorField: $0.name, try IndexSpecification(parsing: $0.value))
        }
        changes += try trained.map {
            .setTrained(vectorField: $0.name, try TrainedIndex(contentsOf: $0.value))
        }
        if let texts = try texts.parsed(fields: fields + addedFields) {
            changes.append(.setTextFields(texts))
        }
        if let recall { changes.append(.setRecall(recall == 0 ? nil : recall)) }
        if let rename { changes.append(.renameCollection(rename)) }
        return changes
    }

    func run() throws {
        let collection = try target.open(.readWrite)
        let changes = try changes(to: try collection.snapshot().configuration.fields)
        try collection.alter(changes)
        StandardOutput.shared.write(
            "altered collection \(target.collection): \(counted(changes.count, "change"))\n"
        )
    }
}
