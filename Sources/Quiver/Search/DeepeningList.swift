/// The list of one source, as long as it turned out to be needed.
///
/// Of what is longer the beginning stays as it was, whatever an index finds that looks harder: so the pages of a list neither repeat an
/// entry nor miss one.
struct DeepeningList {
    private(set) var candidates: [Candidate] = []
    /// There are no more.
    private(set) var isExhausted = false
    private var depth = 0
    private let firstDepth: Int
    private let search: (_ count: Int) throws(StoreError) -> [Candidate]

    /// - Parameters:
    ///   - firstDepth: the length that is looked for first; then twice that, and so on.
    ///   - search: gives the best so many.
    init(
        firstDepth: Int,
        search: @escaping (_ count: Int) throws(StoreError) -> [Candidate]
    ) {
        self.firstDepth = max(1, firstDepth)
        self.search = search
    }

    /// A list that is what it is.
    init(_ candidates: [Candidate]) {
        self.candidates = candidates
        firstDepth = 1
        isExhausted = true
        search = { _ in [] }
    }

    /// Makes the list longer, if it can be.
    mutating func deepen() throws(StoreError) {
        guard !isExhausted else { return }
        let next = depth == 0 ? firstDepth : depth > Int.max / 2 ? .max : 2 * depth
        let found = try search(next)
        if depth == 0 {
            candidates = found
        } else {
            var known = Set(candidates.map(CandidatePlace.init))
            for candidate in found where known.insert(CandidatePlace(candidate)).inserted {
                candidates.append(candidate)
            }
        }
        isExhausted = found.count < next
        depth = next
    }
}
