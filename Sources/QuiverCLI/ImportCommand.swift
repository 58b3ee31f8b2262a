import ArgumentParser
import Encoders
import Interchange
import Quiver

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring documents into a collection, in place of those of the same key.",
        discussion: """
            FILE is JSONL, a document a line ({"key":"a","text":"…","vector":[…],"fields":{…}}, with \
            "vectors":{"NAME":[…]} for named vector fields), or .npy, .fvecs or .fbin, whose rows get \
            their numbers, from 0, as keys; - is JSONL from standard input.
            A document without a vector gets the one that the encoder makes of its text, or those of \
            its tokens, with the row columns that the collection has of token, position, start and \
            end. Each batch is kept as a whole or not at all; a line on standard output acknowledges it.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Argument(
        help: ArgumentHelp(
            "Files in the order in which they are to be imported.",
            valueName: "file"
        ),
        completion: .file()
    )
    var files: [String]

    @OptionGroup(title: "Encoder, which the collection remembers, so that it is named only once")
    var encoder: EncoderArguments

    @Option(
        name: .customLong("vector-field"),
        help: ArgumentHelp(
            "The vector field that rows go into and texts are encoded for, if there are several.",
            valueName: "name"
        )
    )
    var vectorField: String?

    @Option(
        name: .customLong("key-field"),
        help: ArgumentHelp("The member of JSONL that is the key (default: key).", valueName: "name")
    )
    var keyField: String?

    @Option(
        name: .customLong("text-field"),
        help: ArgumentHelp(
            "A member of JSONL that is the text; several are joined by a newline (default: text).",
            valueName: "name"
        )
    )
    var textFields: [String] = []

    @Option(
        name: .customLong("ignore-field"),
        help: ArgumentHelp("A member of JSONL to pass over.", valueName: "name")
    )
    var ignoredFields: [String] = []

    @Flag(
        name: .customLong("ignore-unknown"),
        help: "Pass over members of JSONL that are no fields of the collection."
    )
    var ignoresUnknown = false

    @Flag(help: "Refuse keys that are there, instead of replacing their documents.")
    var insert = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Lines or rows in a batch.", valueName: "n")
    )
    var batch = 1000

    @Flag(help: "Acknowledge each batch with a line {\"acknowledged\":N}, N in total so far.")
    var json = false

    func validate() throws {
        guard batch >= 1 else { throw ValidationError("--batch is \(batch), not at least 1") }
    }

    func run() throws {
        let start = ContinuousClock.now
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let collection = try target.open(.readWrite)
        var importer = try Importer(into: collection, vectorField: vectorField)
        importer.isInserting = insert
        importer.batchCount = batch
        try setEncoder(of: &importer, collection)
        for file in files {
            try run(&importer, file, collection.configuration, progressLine)
        }
        try buildIndexes(of: collection, progressLine)
        progressLine.clear()
        summarize(
            "imported \(counted(importer.progress.documentCount, "document")), "
                + "\(importer.progress.replacedCount) of them in place of others, "
                + "in \(decimal((ContinuousClock.now - start).seconds, places: 1)) s\n",
            asJSON: json
        )
    }

    /// Lets `importer` use the encoder named on the command line, which is opened and bound now, or the remembered one, which
    /// is opened when a text needs it.
    private func setEncoder(of importer: inout Importer, _ collection: Collection) throws {
        importer.request.threadCount = threadCount
        let schema = collection.configuration
        if let description = encoder.description {
            let opened = try OpenedEncoder(opening: description)
            let field = try schema.vectorField(vectorField, ofCollection: collection.name)
            guard field.dimension == opened.dimension else {
                throw EncoderFailure(
                    message: "\(description.folder): the encoder makes vectors of dimension "
                        + "\(opened.dimension), collection \(collection.name) holds another; "
                        + "create a collection with --dimension \(opened.dimension)"
                )
            }
            try collection.bind(to: opened.remembered, vectorField: field.name)
            importer.request = opened.request
            importer.openEncoder = { () throws(InterchangeError) in opened.encoder }
        } else if let field = vectorField ?? schema.vectorFields.first?.name {
            let snapshot = try collection.snapshot()
            importer.request.prefixDimension =
                try rememberedDescription(of: snapshot, field)?.prefixDimension
            importer.openEncoder = { () throws(InterchangeError) in
                do {
                    return try openRememberedEncoder(of: snapshot, field)?.encoder
                } catch {
                    throw .encoder(reason: explanation(of: error) ?? "\(error)")
                }
            }
        }
    }

    /// What the members of JSONL are called.
    private var names: MemberNames {
        var names = MemberNames()
        names.key = keyField
        names.texts = textFields
        names.ignored = Set(ignoredFields)
        names.ignoresUnknown = ignoresUnknown
        return names
    }

    private func run(
        _ importer: inout Importer,
        _ file: String,
        _ schema: CollectionConfiguration,
        _ progressLine: ProgressLine
    ) throws {
        let reader = try openDocuments(
            at: file,
            schema: schema,
            vectorField: vectorField,
            names: names,
            isCancelled: { Signals.isInterrupted }
        )
        let earlier = importer.progress.documentCount
        var outputError: (any Error)?
        do {
            try importer.run(reader) { event, progress in
                if event == .acknowledged {
                    do {
                        try acknowledge(progress.documentCount, asJSON: json, progressLine)
                    } catch {
                        outputError = error
                        return false
                    }
                }
                let completed = progress.documentCount + progress.encodedCount - earlier
                progressLine.show(
                    "importing \(file)",
                    completed: completed,
                    unit: "documents",
                    fraction: reader.byteCount.map {
                        Double(reader.consumedByteCount) / Double(max(1, $0))
                    }
                )
                return !Signals.isInterrupted
            }
        } catch {
            throw outputError.map(AcknowledgementLost.init) ?? error
        }
    }

    private func buildIndexes(of collection: Collection, _ progressLine: ProgressLine) throws {
        do {
            try collection.maintain(threadCount: threadCount) { progress in
                progressLine.show(progress)
                return !Signals.isInterrupted
            }
        } catch {
            if isInterruption(error) { throw IndexingInterrupted() }
            throw error
        }
    }
}

/// Everything is imported, but the last graphs are not built.
struct IndexingInterrupted: Error {}
