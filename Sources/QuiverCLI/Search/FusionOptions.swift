import ArgumentParser
import Quiver

/// How the lists of words and vectors, dense or sparse, become one.
struct FusionOptions: ParsableArguments {
    enum Method: String, CaseIterable, Sendable {
        case ranks
        case scores
    }

    @Option(
        help: """
            Of several of vectors, --match and --sparse: 'ranks' adds 1 / (60 + rank), 'scores' scores scaled to 0…1.
            """
    )
    var fusion: CaseArgument<Method>?

    @Option(
        name: .customLong("rank-constant"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How little the first ranks are ahead under --fusion ranks, in the place of 60.",
            valueName: "n"
        )
    )
    var rankConstant: Double?

    @Option(
        help: ArgumentHelp(
            "The weights of vectors, words and the sparse vector, of those that there are, in this order: 0.7,0.3.",
            valueName: "w,w"
        ),
        transform: FusionOptions.weights
    )
    var weights: [Double]?

    @Option(
        name: .customLong("list-length"),
        parsing: .unconditional,
        help: "Hits of each list that are fused, or listed by --lists."
    )
    var listLength: Int?

    @Flag(help: "Show the list of each, too.")
    var lists = false

    func validate() throws {
        if let rankConstant {
            guard rankConstant >= 0, rankConstant.isFinite else {
                throw ValidationError("--rank-constant is \(rankConstant), not at least 0")
            }
            guard fusion?.value != .scores else {
                throw ValidationError("--rank-constant belongs to --fusion ranks")
            }
        }
        let limit = SearchRequest.maximumCandidateCount
        if let listLength, !(1...limit).contains(listLength) {
            throw ValidationError("--list-length is \(listLength), not within 1…\(limit)")
        }
    }

    func apply(to request: inout SearchRequest) {
        request.candidateCount = listLength
        request.returnsLists = lists
    }

    func parsed(sourceCount: Int) -> Fusion {
        switch fusion?.value ?? .ranks {
        case .ranks: .reciprocalRank(constant: rankConstant ?? 60, weights: weights)
        case .scores: .weighted(weights ?? Array(repeating: 1, count: sourceCount))
        }
    }

    @Sendable private static func weights(_ argument: String) throws -> [Double] {
        let weights = argument.split(separator: ",").compactMap { Double($0) }
        guard weights.count >= 2, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw ValidationError("expected numbers, 0 or more, with commas between them")
        }
        return weights
    }
}
