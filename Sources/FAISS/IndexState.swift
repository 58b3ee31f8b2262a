internal import CFAISS

/// What changes about an index, as it was last read off its handle.
struct IndexState: Sendable {
    private(set) var count: Int
    private(set) var nextLabel: Int64
    private(set) var isTrained: Bool
    /// The first change that FAISS gave up in the middle of, which may have left it inconsistent.
    private var failure: FAISSError?

    init(_ info: cfaiss_index_info) {
        count = Int(info.count)
        nextLabel = info.next_label
        isTrained = info.is_trained != 0
    }

    /// Throws if a change failed earlier: FAISS does not take back what it had done by then.
    func checkUsable() throws(FAISSError) {
        if let failure { throw .unusable(after: failure.description) }
    }

    /// Runs a change that ends with what the index is then. After a failure that may have stopped it in the middle the
    /// index is unusable.
    mutating func change(_ body: () throws(FAISSError) -> cfaiss_index_info) throws(FAISSError) {
        do throws(FAISSError) {
            self = IndexState(try body())
        } catch {
            // The others are found before anything changes.
            switch error {
            case .unsupported, .unknownLabel, .readOnly,
                .degenerate where isTrained:
                break
            default: failure = error
            }
            throw error
        }
    }
}
