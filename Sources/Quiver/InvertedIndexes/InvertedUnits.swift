import Indexes
import TextIndex

/// Everything that a snapshot has of words and sparse vectors.
struct InvertedUnits: Sendable {
    let units: [InvertedUnit]
    /// By the field's number: of all units together, dead documents included until compaction drops them.
    let statistics: [UInt32: TextStatistics]
    /// Documents whose words are to be found in the last unit alone, because they were updated since the others were made.
    private let updated: [CollectionView.Part: RowSet]

    init(_ view: CollectionView) throws(StoreError) {
        var units: [InvertedUnit] = []
        for place in view.segments.indices where view.segments[place].hasLiveDocuments {
            let segment = view.segments[place].segment
            var indexes: [UInt32: InvertedIndex] = [:]
            for field in view.record.schema.invertedFields {
                indexes[field.id] = try segment.anyInvertedIndex(of: field)
            }
            units.append(
                InvertedUnit(
                    documents: .segment(place),
                    indexes: indexes,
                    name: SegmentName.directory(segment.id)
                )
            )
        }
        units += try view.tailInvertedIndexes.units(of: view)
        let hasTextsInFields = view.record.schema.invertedFields.contains {
            $0.id != StoredTextField.documentText
        }
        updated = hasTextsInFields ? try view.updatedDocuments() : [:]
        if !updated.isEmpty { units.append(try Self.unit(of: updated, in: view)) }
        var statistics: [UInt32: TextStatistics] = [:]
        for (field, index) in units.flatMap(\.indexes) {
            statistics[field] = (statistics[field] ?? TextStatistics()) + index.statistics
        }
        self.units = units
        self.statistics = statistics
    }

    private static func unit(
        of updated: [CollectionView.Part: RowSet],
        in view: CollectionView
    ) throws(StoreError) -> InvertedUnit {
        var keyed: [(key: Key, location: CollectionView.Location)] = []
        for (part, documents) in updated {
            try documents.forEach { (ordinal) throws(StoreError) in
                let location = CollectionView.Location(part, ordinal: Int(ordinal))
                keyed.append((try view.key(at: location), location))
            }
        }
        keyed.sort { $0.key < $1.key }
        let locations = keyed.map(\.location)
        var indexes: [UInt32: InvertedIndex] = [:]
        for field in view.record.schema.invertedFields {
            indexes[field.id] = try view.invertedIndex(of: locations[...], field)
        }
        return InvertedUnit(
            documents: .listed(locations.map { PackedLocation($0) }),
            indexes: indexes,
            name: "updated"
        )
    }

    /// Whether a document is to be found in that unit.
    func isCurrent(_ location: CollectionView.Location, in unit: Int) -> Bool {
        guard !updated.isEmpty else { return true }
        let isUpdated = updated[location.part]?.contains(UInt32(location.ordinal)) ?? false
        return isUpdated == (unit == units.count - 1)
    }
}

extension CollectionView.SegmentView {
    fileprivate var hasLiveDocuments: Bool { dead.count < segment.documentCount }
}

extension CollectionView {
    /// The live documents whose metadata was updated since their segment or commit was made.
    fileprivate func updatedDocuments() throws(StoreError) -> [Part: RowSet] {
        var updated: [Part: RowSet] = [:]
        for (place, part) in segments.enumerated() {
            var documents = RowSet()
            for ordinal in part.patches.keys { documents.insert(ordinal) }
            if let patches = part.segment.patches {
                for index in 0..<patches.count {
                    documents.insert(UInt32(clamping: try patches.ordinal(at: index)))
                }
            }
            documents.subtract(part.dead)
            if documents.count > 0 { updated[.segment(place)] = documents }
        }
        for (place, part) in tail.enumerated() where !part.patches.isEmpty {
            var documents = RowSet()
            for ordinal in part.patches.keys { documents.insert(ordinal) }
            documents.subtract(part.dead)
            if documents.count > 0 { updated[.tail(place)] = documents }
        }
        return updated
    }
}
