/// Candidates in groups, in the order of the groups' best.
struct CandidateGroups {
    struct Group {
        /// That of the field, where there is one.
        let value: FieldValue?
        /// The best first, up to the number that a group has.
        var candidates: [Candidate]
    }

    private enum Name: Hashable {
        case document(CollectionView.Location)
        case value(FieldValue?)
    }

    private(set) var groups: [Group] = []
    private var places: [Name: Int] = [:]
    private let grouping: Grouping
    private let field: UInt32?
    private let view: CollectionView

    /// - Throws: `unknownField`.
    init(_ grouping: Grouping, in view: CollectionView) throws(StoreError) {
        self.grouping = grouping
        self.view = view
        switch grouping.basis {
        case .document: field = nil
        case .field(let name): field = try view.metadataField(name).id
        }
    }

    var count: Int { groups.count }

    mutating func take(_ candidate: Candidate) throws(StoreError) {
        var value: FieldValue?
        if let field { value = try view.value(of: field, at: candidate.location) }
        let name = field == nil ? Name.document(candidate.location) : .value(value)
        guard let place = places[name] else {
            places[name] = groups.count
            groups.append(Group(value: value, candidates: [candidate]))
            return
        }
        if groups[place].candidates.count < grouping.count {
            groups[place].candidates.append(candidate)
        }
    }
}

extension CandidateGroups.Group {
    /// What holds of the members of the group alone.
    func scope(
        _ grouping: Grouping,
        in view: CollectionView
    ) throws(StoreError) -> SearchScope {
        switch grouping.basis {
        case .document: return SearchScope(keys: [try view.key(at: candidates[0].location)])
        case .field(let name):
            guard let value else {
                return SearchScope(
                    filter: .any([.isNull(field: name), .not(.exists(field: name))])
                )
            }
            return SearchScope(filter: .comparison(field: name, .equal, value))
        }
    }
}

extension CollectionView {
    func metadataField(_ name: String) throws(StoreError) -> StoredMetadataField {
        guard
            let field = record.schema.fields.first(where: {
                $0.field.name.utf8.elementsEqual(name.utf8)
            })
        else { throw .unknownField(name, collection: record.name) }
        return field
    }

    /// The value of a metadata field; `nil` for none and for null.
    func value(of field: UInt32, at location: Location) throws(StoreError) -> FieldValue? {
        try withFields(at: location) { (fields) throws(StoreError) in
            let value = try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                try EncodedFields.value(of: field, in: fields)
            }
            return value == .null ? nil : value
        }
    }
}
