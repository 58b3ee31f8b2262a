import TextIndex

/// Documents that are searched by their inverted indexes as one: those of a segment, of some commits of the tail, or those that were updated
/// since the others were indexed.
struct InvertedUnit: Sendable {
    enum Documents: Sendable {
        /// Of the segment at that place, by their ordinals.
        case segment(Int)
        /// In the order of their keys.
        case listed([PackedLocation])
    }

    let documents: Documents
    /// By the field's number; of a field in which no document has a word or a weight there is none.
    let indexes: [UInt32: InvertedIndex]
    /// For the explanation.
    let name: String

    var count: Int {
        switch documents {
        case .segment: indexes.values.first?.documentCount ?? 0
        case .listed(let locations): locations.count
        }
    }

    func location(of number: UInt32) -> CollectionView.Location {
        switch documents {
        case .segment(let place): .segment(place, ordinal: Int(number))
        case .listed(let locations): locations[Int(number)].location
        }
    }
}

extension CollectionView {
    /// An index in memory of what documents have in one field; `nil` if none has a word or a weight.
    func invertedIndex(
        of documents: ArraySlice<Location>,
        _ field: InvertedField
    ) throws(StoreError) -> InvertedIndex? {
        try asStoreError(of: Catalog.fileName) {
            var builder = InvertedFieldBuilder(field)
            try builder.append(documents, of: self)
            guard !builder.isEmpty else { return nil }
            var bytes = TextIndexBytes()
            try builder.write(to: &bytes)
            return try InvertedIndex(TextIndexMemory(bytes))
        }
    }
}
