import Indexes

/// Finds the documents of a segment that a filter holds of, by the orders of their fields; one by one where there are none.
struct FilterEvaluation {
    let segment: Segment

    /// The documents, as their metadata was when the segment was made.
    func documents(_ filter: BoundFilter) throws(StoreError) -> RowSet {
        switch filter {
        case .not(let filter): return try documents(filter).complement(below: count)
        case .all(let filters):
            var found = RowSet().complement(below: count)
            for filter in filters { found.formIntersection(try documents(filter)) }
            return found
        case .any(let filters):
            var found = RowSet(capacity: count)
            for filter in filters { found.formUnion(try documents(filter)) }
            return found
        case .comparison(let field, .notEqual, let value):
            return try documents(.comparison(field, .equal, value)).complement(below: count)
        case .comparison(let field, _, _), .isIn(let field, _), .contains(let field, _),
            .hasPrefix(let field, _), .isNull(let field), .exists(let field):
            return try documents(filter, field)
        }
    }

    private var count: Int { segment.documentCount }

    /// - Parameter filter: is about the one field.
    private func documents(_ filter: BoundFilter, _ field: UInt32) throws(StoreError) -> RowSet {
        guard segment.manifest.schema.fields.contains(where: { $0.id == field }) else {
            // Added later: nothing has a value.
            return RowSet(capacity: count)
        }
        guard let order = segment.order(of: field),
            let entries = try order.entries(for: filter)
        else { return try lookThrough(filter) }
        var words = [UInt64](repeating: 0, count: (count + 63) / 64)
        for entries in entries { try order.file.insert(entries, into: &words) }
        return RowSet(words: words)
    }

    private func lookThrough(_ filter: BoundFilter) throws(StoreError) -> RowSet {
        var found = RowSet(capacity: count)
        for document in 0..<count {
            let fields = try segment.unpatchedFields(of: document)
            let holds = try asDamage(of: segment.path) { () throws(ByteReader.Malformed) in
                try filter.matches(fields)
            }
            if holds { found.insert(UInt32(document)) }
        }
        return found
    }
}

extension SegmentFieldOrder {
    /// The entries whose documents a filter of this field holds of; `nil` if their order does not tell.
    func entries(for filter: BoundFilter) throws(StoreError) -> [Range<Int>]? {
        switch filter {
        case .comparison(_, let comparison, let value):
            guard comparison != .notEqual, value.type?.isList == false else { return nil }
            return [try entries(comparison, value)]
        case .isIn(_, let values):
            var found: [Range<Int>] = []
            for value in values {
                guard value.type?.isList == false else { return nil }
                found.append(try entries(.equal, value))
            }
            return found
        case .contains(_, let value): return [try entries(.equal, value)]
        case .hasPrefix(_, let prefix): return [try entries(prefix: prefix)]
        case .isNull: return [0..<file.nullCount]
        case .exists: return [0..<file.entryCount]
        case .not, .all, .any: return nil
        }
    }
}
