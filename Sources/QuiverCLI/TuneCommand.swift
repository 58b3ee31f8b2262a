import ArgumentParser
import Interchange
import JSON
import Quiver

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract:
            "Try indexes on a collection's own data, and show what each finds in which time and space.",
        discussion: """
            Each index is built over the collection's segments, beside the one that they have, and asked queries whose exact \
            answers are known: those of --queries, else those that searches with --recall have kept, if there are 100 of \
            them, else documents of the collection, each as if it were not there. Times are those of one search after the \
            other on one thread. Nothing in the collection changes, unless --apply is given.

            The fastest index that finds --recall of the -k nearest in --memory is marked; --apply makes it the collection's, \
            and --recall its target.
            """
    )

    @OptionGroup var target: CollectionArguments

    @Option(
        name: .customLong("vector-field"),
        help: "The vector field; needed where there are several."
    )
    var vectorField: String?

    @Option(
        name: .customLong("index"),
        help: ArgumentHelp(
            "An index to be tried, as 'quiver create --index' takes it; may be repeated. Unless given: graphs, inverted files and codes that suit the data.",
            valueName: "index"
        )
    )
    var indexes: [String] = []

    @Option(
        help: ArgumentHelp(
            "What users ask: vectors in a .npy, .fvecs or .fbin file.",
            valueName: "file"
        ),
        completion: .file()
    )
    var queries: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The share of the true nearest that is wanted.", valueName: "share")
    )
    var recall = 0.95

    @Option(name: .short, parsing: .unconditional, help: "The nearest documents that count.")
    var k = 10

    @Option(help: ArgumentHelp("The bytes that the indexes may take.", valueName: "bytes"))
    var memory: ByteCountArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Queries that each index is asked, at least 100.", valueName: "count")
    )
    var sample = 1_000

    @Option(parsing: .unconditional, help: "Of the choice of the queries.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Draw recall and queries a second into this file.",
            valueName: "file"
        ),
        completion: .file(extensions: ["svg"])
    )
    var svg: String?

    @Flag(help: "Make the marked index the collection's, and --recall its target.")
    var apply = false

    @Flag(help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard recall > 0, recall < 1 else {
            throw ValidationError("--recall is \(recall), not above 0 and below 1")
        }
        guard 1...SearchRequest.maximumCandidateCount ~= k else {
            throw ValidationError("-k is \(k), not 1 to \(SearchRequest.maximumCandidateCount)")
        }
        guard 100...1_000_000 ~= sample else {
            throw ValidationError("--sample is \(sample), not 100 to 1000000")
        }
    }

    func run() throws {
        let collection = try target.open(.readWrite)
        let field = try collection.snapshot().configuration.vectorField(
            vectorField,
            ofCollection: target.collection
        )
        let specifications = try indexes.map { try IndexSpecification(parsing: $0) }
        let queries = try queries.map { try allVectors(ofFile: $0) } ?? []
        var options = TuningOptions()
        options.recall = recall
        options.k = k
        options.indexByteLimit = memory?.byteCount
        options.queryCount = sample
        options.seed = seed
        options.threadCount = threadCount
        let progressLine = ProgressLine()
        defer { progressLine.clear() }
        let tuning = try collection.tune(
            vectorField: field.name,
            specifications,
            queries: queries,
            options: options
        ) { specification, progress in
            progressLine.show(progress, of: specification.description)
            return !Signals.isInterrupted
        }
        progressLine.clear()
        if json {
            var writer = JSONWriter()
            try writer.tuning(tuning)
            try StandardOutput.shared.writeLine(&writer)
        } else {
            TuningTable(tuning).write(to: .shared)
        }
        // What took long to find is shown before anything else can fail.
        try StandardOutput.shared.flush()
        if let svg { try TradeOffChart(tuning, title: target.collection).write(to: svg) }
        guard apply else { return }
        try collection.alter([
            .setIndex(vectorField: field.name, tuning.best.specification), .setRecall(recall),
        ])
        try collection.maintain(threadCount: threadCount) { progress in
            progressLine.show(progress)
            return !Signals.isInterrupted
        }
        progressLine.clear()
        if !json {
            StandardOutput.shared.write(
                "applied: index \(tuning.best.specification), recall \(decimal(recall, places: 3))\n"
            )
        }
    }
}

extension JSONWriter {
    fileprivate mutating func tuning(_ tuning: IndexTuning) throws {
        beginObject()
        name("basis")
        string(tuning.basis.rawValue)
        for (name, value) in [
            ("queries", tuning.queryCount), ("k", tuning.k), ("rows", tuning.rowCount),
            ("rowBytes", tuning.rowByteCount),
        ] {
            self.name(name)
            integer(value)
        }
        name("recall")
        try double(tuning.recall)
        name("best")
        string(tuning.best.specification.description)
        name("trials")
        beginArray()
        for trial in tuning.trials { try self.trial(trial, recall: tuning.recall) }
        endArray()
        endObject()
    }

    private mutating func trial(_ trial: IndexTrial, recall: Double) throws {
        beginObject()
        name("index")
        string(trial.specification.description)
        name("indexedSegments")
        integer(trial.indexedSegmentCount)
        if let refusal = trial.refusal {
            name("refusal")
            string(refusal)
        }
        name("buildSeconds")
        try double(trial.buildTime.seconds)
        name("indexBytes")
        integer(trial.indexByteCount)
        if let time = trial.queryTime(forRecall: recall) {
            name("microseconds")
            try double(time.seconds * 1e6)
        }
        name("points")
        beginArray()
        for (point, times) in zip(trial.curve.points, trial.times) {
            beginObject()
            try measured(trial.curve.estimate(atEffort: point.effort))
            name("microseconds")
            try double(times.mean.seconds * 1e6)
            name("microseconds99")
            try double(times.percentile99.seconds * 1e6)
            endObject()
        }
        endArray()
        endObject()
    }
}
