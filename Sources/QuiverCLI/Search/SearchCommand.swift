import ArgumentParser
import Interchange
import JSON
import Quiver

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find documents by vectors, by words, by sparse vectors, or by several of these.",
        discussion: """
            Vectors come from --text, --vectors or --like; --match looks for words, --sparse for sparse vectors. With \
            several of these, their lists are fused into one. With --like or --unlike, all vectors of --vectors are examples, too.

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
        name: .customLong("unlike-vectors"),
        help: ArgumentHelp(
            "Vectors that hits are not to be like: a file as of --vectors.",
            valueName: "file"
        ),
        completion: .file(extensions: ["npy", "fvecs", "fbin"])
    )
    var unlikeVectors: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Words that hits are to have.", valueName: "words")
    )
    var match: String?

    @OptionGroup var scoring: WordOptions

    @Option(
        help: ArgumentHelp(
            "Sparse vectors: a file of JSON Lines, {\"indices\":[3,17],\"values\":[0.5,2]}, a query a line.",
            valueName: "file"
        ),
        completion: .file(extensions: ["jsonl"])
    )
    var sparse: String?

    @Option(
        name: .customLong("sparse-field"),
        help: ArgumentHelp(
            "The field of sparse vectors that is searched, if there are several.",
            valueName: "name"
        )
    )
    var sparseField: String?

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
    @OptionGroup(title: "Fusion") var fusion: FusionOptions
    @OptionGroup(title: "Effort") var effort: EffortOptions

    @Flag(help: "Say how the answer was come by, and in what time.")
    var explain = false

    @Flag(help: "One JSON object a query.")
    var json = false

    /// Whether something is looked for that is like some examples, and unlike others.
    var hasExamples: Bool { !like.isEmpty || !unlike.isEmpty || unlikeVectors != nil }

    func validate() throws {
        let hasVectors = vectors != nil || !like.isEmpty
        guard text == nil || !hasVectors else {
            throw ValidationError("--text goes with neither of --vectors and --like")
        }
        guard text != nil || hasVectors || match != nil || sparse != nil else {
            throw ValidationError(
                "say what to look for: --text, --vectors, --like, --match or --sparse"
            )
        }
        guard sparse != nil || sparseField == nil else {
            throw ValidationError("--sparse-field belongs to --sparse")
        }
        guard match != nil || !scoring.isSaid else {
            throw ValidationError("--plain and --bm25 belong to --match")
        }
        guard hasVectors || unlike.isEmpty && unlikeVectors == nil else {
            throw ValidationError(
                "--unlike and --unlike-vectors belong to --like or --vectors"
            )
        }
        guard encoder == nil || text != nil else {
            throw ValidationError("--encoder belongs to --text; vectors are not encoded")
        }
        guard !together || vectors != nil && !hasExamples else {
            throw ValidationError("--together belongs to --vectors without --like and --unlike")
        }
        let isLikeOne =
            like.count == 1 && vectors == nil && unlike.isEmpty && unlikeVectors == nil
        guard combine == nil || together || text != nil || isLikeOne else {
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
            request.queries = portion.map { part in
                var sources: [SearchQuery.Source] = []
                if let target = part.target {
                    let combination = combine?.value ?? queries.combination
                    sources.append(.vectors(VectorQuery(target, combination: combination)))
                }
                if let words {
                    sources.append(.words(WordQuery(words, bm25: scoring.bm25 ?? BM25())))
                }
                if let vector = part.sparse {
                    sources.append(.sparse(SparseQuery(vector, field: sparseField)))
                }
                return SearchQuery(
                    sources,
                    fusion: sources.count > 1
                        ? fusion.parsed(sourceCount: sources.count) : .reciprocalRank(),
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
        if scoring.plain { return TextQuery(words: text) }
        let names = snapshot.configuration.textFields.map { $0.field ?? "text" }
        do {
            return try TextQuery(parsing: text, fields: Set(names))
        } catch {
            throw StoreError.invalidSearch(reason: "--match: \(error)")
        }
    }
}
