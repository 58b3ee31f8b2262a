public import Indexes

/// What a collection holds.
public struct CollectionConfiguration: Sendable, Hashable {
    /// The vector fields, at most `maximumVectorFieldCount`.
    public var vectorFields: [VectorField]
    /// The typed metadata fields, at most `maximumFieldCount`.
    public var fields: [Field]
    /// The texts that are searched by their words: unless said otherwise the documents' own.
    public var textFields: [TextField]
    /// What makes it a cache; `nil` if nothing may be forgotten. A cache has two metadata fields of its own, `cache.model` and
    /// `cache.used`.
    public var cache: CacheSettings?
    /// The share of the true nearest rows that searches are to find on average where they do not say themselves, above 0 to 1:
    /// `SearchRequest.recall`.
    public var recall: Double?

    /// A collection of these fields.
    public init(
        vectorFields: [VectorField],
        fields: [Field] = [],
        textFields: [TextField] = [TextField()],
        cache: CacheSettings? = nil
    ) {
        self.vectorFields = vectorFields
        self.fields = fields
        self.textFields = textFields
        self.cache = cache
    }

    /// A collection with one unnamed vector field.
    public init(
        dimension: Int,
        metric: Metric = .cosine,
        storage: Storage = .float32,
        index: IndexSpecification = .automatic,
        fields: [Field] = [],
        textFields: [TextField] = [TextField()]
    ) {
        self.init(
            vectorFields: [
                VectorField(dimension: dimension, metric: metric, storage: storage, index: index)
            ],
            fields: fields,
            textFields: textFields
        )
    }

    /// The most vector fields of a collection.
    public static let maximumVectorFieldCount = 100
    /// The most metadata fields of a collection.
    public static let maximumFieldCount = 1_000
}

extension CollectionConfiguration {
    /// The vector field of a name; `nil` stands for the only one.
    ///
    /// - Parameters:
    ///   - name: of the field.
    ///   - collection: whose schema it is, for the error.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`.
    public func vectorField(
        _ name: String?,
        ofCollection collection: String
    ) throws(StoreError) -> VectorField {
        guard let name else {
            guard let only = vectorFields.first, vectorFields.count == 1 else {
                throw .ambiguousVectorField(
                    collection: collection,
                    fields: vectorFields.map(\.name)
                )
            }
            return only
        }
        guard let field = vectorFields.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        else {
            throw .unknownVectorField(name, collection: collection)
        }
        return field
    }

    /// Throws `invalidConfiguration`, `unsupportedIndex` or `invalidName` unless a collection can be made of it.
    public func check() throws(StoreError) {
        guard vectorFields.count <= Self.maximumVectorFieldCount else {
            throw .tooLarge(
                what: "number of vector fields",
                found: vectorFields.count,
                limit: Self.maximumVectorFieldCount
            )
        }
        guard fields.count <= Self.maximumFieldCount else {
            throw .tooLarge(
                what: "number of fields",
                found: fields.count,
                limit: Self.maximumFieldCount
            )
        }
        if let cache, cache.byteLimit < CacheSettings.minimumByteLimit {
            throw .invalidConfiguration(
                reason:
                    "a cache holds at least \(CacheSettings.minimumByteLimit) bytes, not \(cache.byteLimit)"
            )
        }
        if let recall {
            guard recall > 0, recall <= 1 else {
                throw .invalidConfiguration(reason: "a recall is above 0 to 1, not \(recall)")
            }
        }
        try checkUnique(vectorFields.map(\.name), what: "vector field")
        try checkUnique(fields.map(\.name), what: "field")
        for field in vectorFields { try field.checkDefinition() }
        for field in fields { try checkName(field.name, of: "field") }
        try checkTextFields()
    }
}

extension VectorField {
    /// Throws unless a collection can have the field.
    func checkDefinition() throws(StoreError) {
        guard (1...Self.maximumDimension).contains(dimension) else {
            throw .invalidConfiguration(
                reason: "a dimension is 1…\(Self.maximumDimension), not \(dimension)"
            )
        }
        guard (metric == .hamming) == (storage == .binary) else {
            throw .invalidConfiguration(
                reason: "the metric hamming and the storage binary go together, and with no others"
            )
        }
        guard storage != .binary || dimension.isMultiple(of: 8) else {
            throw .invalidConfiguration(
                reason: "a dimension of rows of bits is a multiple of 8, not \(dimension)"
            )
        }
        if !name.isEmpty { try checkName(name, of: "vector field") }
        guard rowColumns.count <= Self.maximumRowColumnCount else {
            throw .tooLarge(
                what: "number of row columns",
                found: rowColumns.count,
                limit: Self.maximumRowColumnCount
            )
        }
        try checkUnique(rowColumns.map(\.name), what: "row column")
        for column in rowColumns { try checkName(column.name, of: "row column") }
        try checkIndex()
    }
}

/// Throws if two of `names` are the same, be it in other spellings of Unicode: a dictionary could not hold both.
private func checkUnique(_ names: [String], what: String) throws(StoreError) {
    var known: Set<String> = []
    for name in names where !known.insert(name).inserted {
        throw .invalidConfiguration(
            reason: name.isEmpty
                ? "two \(what)s have no name" : "two \(what)s are named \"\(name)\""
        )
    }
}

/// Throws unless `name` can be that of a `what`.
func checkName(_ name: String, of what: String) throws(StoreError) {
    guard !name.isEmpty else {
        throw .invalidName(name, reason: "a \(what)'s name may not be empty")
    }
    guard name.utf8.count <= Store.maximumNameByteCount else {
        throw .invalidName(
            name,
            reason: "a \(what)'s name has at most \(Store.maximumNameByteCount) bytes"
        )
    }
    guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        throw .invalidName(name, reason: "a \(what)'s name may not hold control characters")
    }
}
