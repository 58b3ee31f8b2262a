import ArgumentParser
import Interchange
import JSON
import Quiver

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find documents by vectors, by words, or by both.",
        discussion: """
            Vectors come from one of --text, --vectors and --like; --match looks for words. With both, the two lists are \
            fused into one.

            --match takes words, "phrases", beginnings of words*, +required and -forbidden ones, field:words, and words^2 \
            that count double.
            """
    )

    @OptionGroup var target: CollectionArguments
    @OptionGroup var state: SnapshotArguments

    @Option(parsing: .unconditional, help: "A text, which the collection's encoder encodes.")
    var text: String?

    @Option(
        help: ArgumentHelp(
            "Query vectors: an .npy, .fvecs or .fbin file, a query a row.",
            valueName: "file"
        ),
        completion: .file(extensions: ["npy", "fvecs", "fbin"])
    )
    var vectors: String?

    @Flag(help: "All vectors of the file are one query.")
    var together = false

    @Option(
        help: """
            What several vectors look for: rows near 'any' of them, near their 'mean', or documents by 'maxSim'.
            """
    )
    var combine: CaseArgument<VectorQuery.Combination>?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A document that hits are to be like, which itself is left out; may be repeated.",
            valueName: "key"
        )
    )
    var like: [KeyArgument] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A document that hits are not to be like; may be repeated.",
            valueName: "key"
        )
    )
    var unlike: [KeyArgument] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Words that hits are to have.", valueName: "words")
    )
    var match: String?

    @Option(
        name: .customLong("vector-field"),
        help: ArgumentHelp(
            "The vector field that is searched, if there are several.",
            valueName: "name"
        )
    )
    var vectorField: String?

    @Option(
        help: ArgumentHelp("The encoder's folder, if it is not where it was.", valueName: "dir"),
        completion: .directory
    )
    var encoder: String?

    @OptionGroup(title: "What may be found") var scope: ScopeOptions
    @OptionGroup(title: "Hits") var hits: HitOptions
    @OptionGroup(title: "Words and vectors") var fusion: FusionOptions
    @OptionGroup(title: "Effort") var effort: EffortOptions

    @Flag(help: "Say how the answer was come by, and in what time.")
    var explain = false

    @Flag(help: "One JSON object a query.")
    var json = false

    func validate() throws {
        let sources = [text != nil, vectors != nil, !like.isEmpty].count { $0 }
        guard sources <= 1 else {
            throw ValidationError("name only one of --text, --vectors and --like")
        }
        guard sources == 1 || match != nil else {
            throw ValidationError("say what to look for: --text, --vectors, --like or --match")
        }
        guard unlike.isEmpty || !like.isEmpty else {
            throw ValidationError("--unlike belongs to --like")
        }
        guard encoder == nil || text != nil else {
            throw ValidationError("--encoder belongs to --text; vectors are not encoded")
        }
        guard !together || vectors != nil else {
            throw ValidationError("--together belongs to --vectors")
        }
        guard combine == nil || together || text != nil || (like.count == 1 && unlike.isEmpty)
        else {
            throw ValidationError(
                "--combine belongs to --vectors with --together, to --text, or to one --like"
            )
        }
    }

    func run() throws {
        let snapshot = try state.snapshot(of: target)
        var request = SearchRequest([], contents: [])
        hits.apply(to: &request)
        effort.apply(to: &request)
        fusion.apply(to: &request)
        request.scope = try scope.scope()
        request.explains = explain
        // A list without texts would say little to a person.
        if !json { request.contents.insert(.text) }
        let words = try match.map { try self.words($0, of: snapshot) }
        var printer = HitPrinter(asJSON: json, schema: snapshot.configuration)
        var queries = try QuerySource(self, snapshot)
        request.vectorField = queries.vectorField
        request.encoder = queries.encoder
        while let portion = try queries.next() {
            try Signals.check()
            request.queries = portion.map { target in
                var sources: [SearchQuery.Source] = []
                if let target {
                    let combination = combine?.value ?? queries.combination
                    sources.append(.vectors(VectorQuery(target, combination: combination)))
                }
                if let words { sources.append(.words(WordQuery(words))) }
                return SearchQuery(
                    sources,
                    fusion: sources.count > 1 ? fusion.parsed() : .reciprocalRank(),
                    text: text ?? match
                )
            }
            do {
                try printer.print(try scope.explaining { try snapshot.search(request) })
            } catch let error as StoreError {
                throw queries.refusal(of: error)
            }
        }
    }

    private func words(_ text: String, of snapshot: Snapshot) throws -> TextQuery {
        let names = snapshot.configuration.textFields.map { $0.field ?? "text" }
        do {
            return try TextQuery(parsing: text, fields: Set(names))
        } catch {
            throw StoreError.invalidSearch(reason: "--match: \(error)")
        }
    }
}
