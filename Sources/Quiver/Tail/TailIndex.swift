/// Where each live document of the tail is, for the writer, which asks for every key that it writes.
struct TailIndex: Sendable {
    /// A document of the tail.
    struct Place: Sendable, Hashable {
        let commit: UInt64
        let ordinal: Int
    }

    /// The state that the index is of.
    private(set) var state: CollectionState
    private(set) var places: [EncodedKey: Place] = [:]

    init(_ snapshot: Snapshot) {
        state = snapshot.state
        for view in snapshot.tail {
            let keys = view.commit.keys
            for ordinal in 0..<keys.count where !view.dead.contains(UInt32(ordinal)) {
                places[keys.withKey(at: ordinal) { EncodedKey(bytes: Array($0)) }] = Place(
                    commit: view.commit.commit,
                    ordinal: ordinal
                )
            }
        }
    }

    /// Takes in a commit that has become durable.
    mutating func apply(
        _ state: CollectionState,
        documents: [PreparedDocument],
        deleted: [EncodedKey]
    ) {
        self.state = state
        for key in deleted { places[key] = nil }
        for (ordinal, document) in documents.enumerated() {
            places[document.key] = Place(commit: state.commit, ordinal: ordinal)
        }
    }
}
