import Indexes

/// Some documents of a snapshot that are read one after the other. Reads what it is asked for, when it is asked.
public struct DocumentBlock: Sendable {
    private let view: CollectionView
    /// The place of the first document in the reading.
    public let firstPosition: Int
    private let locations: [CollectionView.Location]

    init(view: CollectionView, firstPosition: Int, locations: [CollectionView.Location]) {
        self.view = view
        self.firstPosition = firstPosition
        self.locations = locations
    }

    /// The number of documents.
    public var count: Int { locations.count }

    /// The keys.
    public func keys() throws(StoreError) -> [Key] {
        var keys: [Key] = []
        for location in locations { keys.append(try view.key(at: location)) }
        return keys
    }

    /// The versions.
    public func versions() throws(StoreError) -> [UInt64] {
        var versions: [UInt64] = []
        for location in locations { versions.append(try view.version(at: location)) }
        return versions
    }

    /// The texts, `nil` where a document has none.
    public func texts() throws(StoreError) -> [String?] {
        var texts: [String?] = []
        for location in locations { texts.append(try view.text(at: location)) }
        return texts
    }

    /// The metadata.
    public func fields() throws(StoreError) -> [[String: FieldValue]] {
        var fields: [[String: FieldValue]] = []
        for location in locations { fields.append(try view.fields(at: location)) }
        return fields
    }

    /// How many rows of a vector field each document has.
    ///
    /// - Parameter vectorField: `nil` stands for the only one.
    public func rowCounts(of vectorField: String? = nil) throws(StoreError) -> [Int] {
        let field = try view.vectorField(orOnly: vectorField)
        var counts: [Int] = []
        for location in locations { counts.append(try view.rowCount(at: location, of: field)) }
        return counts
    }

    /// The rows of a vector field as float32, document after document: `[rows × dimension]`, row-major.
    public func rows(of vectorField: String? = nil) throws(StoreError) -> [Float] {
        let field = try view.vectorField(orOnly: vectorField)
        var rows: [Float] = []
        for location in locations {
            let vectors = try view.vectors(at: location, of: field)
            if rows.isEmpty { rows.reserveCapacity(vectors.count * locations.count) }
            rows += vectors
        }
        return rows
    }

    /// The numbers of a row column, row after row.
    ///
    /// - Throws: `unknownRowColumn`, `unknownVectorField`, …
    public func column(
        _ name: String,
        of vectorField: String? = nil
    ) throws(StoreError) -> RowColumnValues {
        let field = try view.vectorField(orOnly: vectorField)
        let (id, column) = try field.column(name)
        var bytes: [UInt8] = []
        for location in locations {
            try view.withColumn(id, column.type, at: location, of: field) {
                bytes.append(contentsOf: $0)
            }
        }
        return bytes.withUnsafeBytes { RowColumnValues(column.type, stored: $0) }
    }
}

extension StoredField {
    func column(_ name: String) throws(StoreError) -> (id: UInt32, column: RowColumn) {
        guard
            let found = columns.first(where: { $0.column.name.utf8.elementsEqual(name.utf8) })
        else { throw .unknownRowColumn(name, field: field.name) }
        return found
    }
}
