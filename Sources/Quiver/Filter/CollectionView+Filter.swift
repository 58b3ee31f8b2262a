import Indexes

extension CollectionView {
    /// The live documents of a segment that `filter` holds of.
    func documents(ofSegment place: Int, _ filter: BoundFilter) throws(StoreError) -> RowSet {
        let part = segments[place]
        let segment = part.segment
        var found = try segment.filtered.documents(filter) { () throws(StoreError) in
            try FilterEvaluation(segment: segment).documents(filter)
        }
        // What was updated since the segment was made stands elsewhere.
        if let patches = segment.patches {
            for index in 0..<patches.count {
                let ordinal = try patches.ordinal(at: index)
                guard ordinal < segment.documentCount, part.patches[UInt32(ordinal)] == nil else {
                    continue
                }
                let fields = try patches.fields(at: index)
                let holds = try asDamage(of: patches.file.path) {
                    () throws(ByteReader.Malformed) in
                    try filter.matches(fields)
                }
                found.set(UInt32(ordinal), holds)
            }
        }
        try apply(part.patches, filter, to: &found)
        found.subtract(part.dead)
        return found
    }

    /// The live documents of a commit of the tail that `filter` holds of.
    func documents(ofTail place: Int, _ filter: BoundFilter) throws(StoreError) -> RowSet {
        let part = tail[place]
        let commit = part.commit
        var found = try commit.filtered.documents(filter) { () throws(StoreError) in
            var found = RowSet(capacity: commit.documentCount)
            for ordinal in 0..<commit.documentCount {
                let holds = try commit.withFields(of: ordinal) { (fields) throws(StoreError) in
                    try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                        try filter.matches(fields)
                    }
                }
                if holds { found.insert(UInt32(ordinal)) }
            }
            return found
        }
        try apply(part.patches, filter, to: &found)
        found.subtract(part.dead)
        return found
    }

    private func apply(
        _ patches: [UInt32: DocumentPatch],
        _ filter: BoundFilter,
        to found: inout RowSet
    ) throws(StoreError) {
        for (ordinal, patch) in patches {
            let holds = try patch.fields.withBytes { (fields) throws(StoreError) in
                try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                    try filter.matches(fields)
                }
            }
            found.set(ordinal, holds)
        }
    }
}

extension RowSet {
    fileprivate mutating func set(_ row: UInt32, _ isIn: Bool) {
        if isIn { insert(row) } else { remove(row) }
    }
}
