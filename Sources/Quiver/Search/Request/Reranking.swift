/// What gives the candidates of a search other scores: a cross-encoder, a judge of citations, a late interaction of its own.
public protocol Reranker: Sendable {
    /// What the candidates must carry.
    var contents: Contents { get }

    /// The scores of some candidates of one query, in their order; higher is better.
    ///
    /// Called from a thread of the search, of several at once if it has several.
    ///
    /// - Parameters:
    ///   - candidates: the best first.
    ///   - query: as it was asked.
    ///   - number: the query's place in the request.
    ///   - isCancelled: whether the search is to end: its deadline has passed, or it was cancelled.
    /// - Throws: what ends the search, with `rerankingFailed`.
    func scores(
        of candidates: [Hit],
        for query: SearchQuery,
        number: Int,
        isCancelled: () -> Bool
    ) throws -> [Float]
}

/// The rescoring of the best hits of a search inside of it.
public struct Reranking: Sendable {
    /// What rescores them.
    public var reranker: any Reranker
    /// How many of the best are rescored, 1…`SearchRequest.maximumCandidateCount`. No others are found.
    public var count: Int

    /// Rescores the best `count`.
    public init(_ reranker: any Reranker, count: Int = 100) {
        self.reranker = reranker
        self.count = count
    }
}
