/// Where each live document of the tail is, for the writer, which asks for every key that it writes.
struct TailIndex: Sendable {
    /// The state that the index is of.
    private(set) var state: CollectionState
    private(set) var places: [EncodedKey: CollectionView.Location] = [:]

    init(_ view: CollectionView) {
        state = view.state
        for (index, tail) in view.tail.enumerated() {
            let keys = tail.commit.keys
            for ordinal in 0..<keys.count where !tail.dead.contains(UInt32(ordinal)) {
                places[keys.withKey(at: ordinal) { EncodedKey(bytes: Array($0)) }] = .tail(
                    index,
                    ordinal: ordinal
                )
            }
        }
    }

    /// Takes in the last commit of the tail of `view`, which is the only one that it does not know yet.
    mutating func apply(_ view: CollectionView, _ batch: PreparedBatch) {
        state = view.state
        for delete in batch.deletes { places[delete.key] = nil }
        for case .tail(let place, let ordinal) in batch.chosen {
            let key = view.tail[place].commit.keys.withKey(at: ordinal) { Array($0) }
            places[EncodedKey(bytes: key)] = nil
        }
        for (ordinal, document) in batch.documents.enumerated() {
            places[document.key] = .tail(view.tail.count - 1, ordinal: ordinal)
        }
    }
}
