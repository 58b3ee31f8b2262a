import ArgumentParser
import Encoders
import Interchange
import JSON
import Quiver

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find the documents nearest to a text, to vectors, or to another document.",
        discussion: "Name exactly one of --text, --vectors and --like."
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

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A document's key; the document itself is left out.", valueName: "key")
    )
    var like: KeyArgument?

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

    @Option(
        name: .customShort("k"),
        parsing: .unconditional,
        help: "Hits wanted for each query, at least 1."
    )
    var k = 10

    @Flag(help: "Compare every vector: the true answer, slower.")
    var exact = false

    @Option(parsing: .unconditional, help: "Lists of an inverted file that are visited.")
    var nprobe: Int?

    @Option(
        name: .customLong("ef-search"),
        parsing: .unconditional,
        help: "Candidates that a walk through a graph keeps."
    )
    var efSearch: Int?

    @Option(
        name: .customLong("candidates"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Candidates a hit that an index of codes finds before they are compared exactly.",
            valueName: "factor"
        )
    )
    var candidateFactor: Double?

    @Option(
        help: ArgumentHelp(
            "What hits carry beside key and score: text, fields, vector, columns.",
            valueName: "parts"
        ),
        completion: .list(["text", "fields", "vector", "columns", "text,fields"])
    )
    var with: ContentsArgument?

    @Flag(help: "One JSON object a query.")
    var json = false

    func validate() throws {
        guard k >= 1 else { throw ValidationError("-k is \(k), not at least 1") }
        for (name, value) in [("--nprobe", nprobe), ("--ef-search", efSearch)] {
            if let value, value < 1 { throw ValidationError("\(name) is \(value), not at least 1") }
        }
        if let candidateFactor, !(1...1_000_000).contains(candidateFactor) {
            throw ValidationError("--candidates is \(candidateFactor), not within 1…1000000")
        }
        guard !exact || (nprobe ?? efSearch) == nil && candidateFactor == nil else {
            throw ValidationError(
                "--exact compares every vector; nothing else to set belongs to it"
            )
        }
        let sources = [text != nil, vectors != nil, like != nil].count { $0 }
        guard sources == 1 else {
            throw ValidationError("name exactly one of --text, --vectors and --like")
        }
        if with?.includesVersion == true {
            throw ValidationError(
                "every hit has its version; --with is text, fields, vector, columns"
            )
        }
        guard encoder == nil || text != nil else {
            throw ValidationError("--encoder belongs to --text; vectors are not encoded")
        }
    }

    func run() throws {
        let snapshot = try state.snapshot(of: target)
        let field = try snapshot.configuration.vectorField(
            vectorField,
            ofCollection: target.collection
        )
        var request = SearchRequest(queries: [], k: k, mode: exact ? .exact : .automatic)
        request.vectorField = field.name
        request.threadCount = threadCount
        request.nprobe = nprobe
        request.efSearch = efSearch
        request.candidateFactor = candidateFactor
        request.contents = with?.contents ?? []
        // A list without texts would say little to a person.
        if !json { request.contents.insert(.text) }
        var printer = HitPrinter(asJSON: json, schema: snapshot.configuration)
        if let text {
            let encoder = try encoder(of: snapshot, field)
            request.queries = [try encoder.queryVector(of: text)]
            // Where the collection remembers none, that its vectors are this one's is the caller's word.
            if try snapshot.encoder(of: field.name) != nil { request.encoder = encoder.identity }
            try printer.print(try snapshot.search(request))
        } else if let like {
            let stored = try snapshot.documents([like.key], contents: .vectors)
            guard let document = stored.first ?? nil else { throw StoreError.unknownKey(like.key) }
            guard let rows = document.vectors[field.name], !rows.isEmpty else {
                throw StoreError.missingVectors(key: like.key, field: field.name)
            }
            // The document's first row stands for it.
            request.queries = [Array(rows.prefix(field.dimension))]
            request.excludedKeys = [like.key]
            try printer.print(try snapshot.search(request))
        } else if let vectors {
            let file = try VectorFile(path: vectors)
            for start in stride(from: 0, to: file.count, by: Self.queryBatchCount) {
                try Signals.check()
                let rows = start..<min(start + Self.queryBatchCount, file.count)
                let numbers = try file.rows(rows)
                request.queries = rows.indices.map { ordinal in
                    let first = (ordinal - rows.startIndex) * file.dimension
                    return Array(numbers[first..<first + file.dimension])
                }
                do {
                    try printer.print(try snapshot.search(request))
                } catch let error as StoreError {
                    throw refusal(of: error, in: vectors, from: start)
                }
            }
        }
    }

    /// Queries that are read and answered together.
    private static let queryBatchCount = 256

    private func encoder(
        of snapshot: Snapshot,
        _ field: VectorField
    ) throws -> OpenedEncoder {
        if let folder = encoder {
            // The same one, elsewhere.
            var description =
                try rememberedDescription(of: snapshot, field.name)
                ?? EncoderDescription(folder: folder)
            description.folder = folder
            return try OpenedEncoder(description)
        }
        guard let remembered = try openRememberedEncoder(of: snapshot, field.name) else {
            throw StoreError.noEncoder(collection: target.collection)
        }
        return remembered
    }
}

/// `error` with the row of `file` that it is about, where the queries that it counts began at row `start`.
private func refusal(
    of error: StoreError,
    in file: String,
    from start: Int
) -> InterchangeError {
    let row: Int
    let moved: StoreError
    switch error {
    case .dimensionMismatch(nil, _, _, _):
        (row, moved) = (start, error)
    case .notFinite(nil, let field, let query, let position):
        row = start + query
        moved = .notFinite(key: nil, field: field, row: row, position: position)
    case .normOverflow(nil, let field, let query):
        row = start + query
        moved = .normOverflow(key: nil, field: field, row: row)
    case .zeroVector(nil, let field, let query):
        row = start + query
        moved = .zeroVector(key: nil, field: field, row: row)
    default: return .refused(error, at: nil)
    }
    return .refused(moved, at: SourcePosition(file: file, unit: .row, number: row))
}
