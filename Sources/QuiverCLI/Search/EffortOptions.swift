import ArgumentParser
import Quiver

/// How hard a search looks.
struct EffortOptions: ParsableArguments {
    @Flag(help: "Compare every vector: the true answer, slower.")
    var exact = false

    @Flag(
        help:
            "Search by the indexes also where comparing the vectors that may be found would be faster."
    )
    var indexed = false

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
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of the true nearest that is to be found on average, above 0 to 1; how thoroughly to look is known from measurements.",
            valueName: "share"
        )
    )
    var recall: Double?

    @Flag(
        name: .customLong("no-sample"),
        help: "Keep none of the queries of --recall to measure with."
    )
    var keepsNoQueries = false

    @Option(
        help: ArgumentHelp(
            "Give up after this time, such as 50ms or 2s.",
            valueName: "time"
        )
    )
    var deadline: DurationArgument?

    func validate() throws {
        for (name, value) in [("--nprobe", nprobe), ("--ef-search", efSearch)] {
            if let value, value < 1 { throw ValidationError("\(name) is \(value), not at least 1") }
        }
        if let candidateFactor, !(1...1_000_000).contains(candidateFactor) {
            throw ValidationError("--candidates is \(candidateFactor), not within 1…1000000")
        }
        if let recall {
            guard recall > 0, recall <= 1 else {
                throw ValidationError("--recall is \(recall), not above 0 to 1")
            }
            guard (nprobe ?? efSearch) == nil && candidateFactor == nil else {
                throw ValidationError(
                    "--recall chooses how thoroughly to look; it goes with neither of --nprobe, --ef-search and --candidates"
                )
            }
        }
        guard !(exact && indexed) else {
            throw ValidationError("--exact and --indexed are different ways to search")
        }
        guard !exact || (nprobe ?? efSearch) == nil && candidateFactor == nil else {
            throw ValidationError(
                "--exact compares every vector; nothing else to set belongs to it"
            )
        }
    }

    private var mode: SearchRequest.Mode {
        exact ? .exact : indexed ? .indexed : .automatic
    }

    func apply(to request: inout SearchRequest) {
        request.mode = mode
        request.nprobe = nprobe
        request.efSearch = efSearch
        request.candidateFactor = candidateFactor
        request.recall = recall
        request.keepsQueries = !keepsNoQueries
        request.deadline = deadline.map { ContinuousClock.now + $0.duration }
        request.isCancelled = { Signals.isInterrupted }
        request.threadCount = threadCount
    }

    func apply(to request: inout NeighbourRequest) {
        request.mode = mode
        request.nprobe = nprobe
        request.efSearch = efSearch
        request.candidateFactor = candidateFactor
        request.threadCount = threadCount
    }
}

/// A time as it is typed: `50ms`, `2s`, `1.5s`.
struct DurationArgument: ExpressibleByArgument {
    var duration: Duration

    init?(argument: String) {
        let isMilliseconds = argument.hasSuffix("ms")
        guard argument.hasSuffix("s"),
            let number = Double(argument.dropLast(isMilliseconds ? 2 : 1)), number > 0,
            number < 1e9
        else { return nil }
        duration = .seconds(isMilliseconds ? number / 1_000 : number)
    }
}
