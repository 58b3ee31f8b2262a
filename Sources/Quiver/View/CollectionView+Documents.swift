import Indexes

extension CollectionView {
    func key(at location: Location) throws(StoreError) -> Key {
        try withEncodedKey(at: location) { (bytes) throws(StoreError) in
            try asDamage(of: path(of: location)) { () throws(ByteReader.Malformed) in
                try EncodedKey.decode(bytes)
            }
        }
    }

    /// A document's key as it is stored, during `body`.
    func withEncodedKey<Result>(
        at location: Location,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        switch location {
        case .segment(let index, let ordinal):
            let segment = segments[index].segment
            defer { withExtendedLifetime(segment) {} }
            return try body(try segment.keys.key(at: ordinal))
        case .tail(let index, let ordinal):
            return try tail[index].commit.keys.withKey(at: ordinal) { (key) throws(StoreError) in
                try body(key)
            }
        }
    }

    /// The commit that last wrote or updated the document.
    func version(at location: Location) throws(StoreError) -> UInt64 {
        switch location {
        case .segment(let index, let ordinal):
            if let patch = segments[index].patches[UInt32(ordinal)] { return patch.version }
            return try segments[index].segment.version(of: ordinal)
        case .tail(let index, let ordinal):
            return tail[index].patches[UInt32(ordinal)]?.version ?? tail[index].commit.commit
        }
    }

    func textHash(at location: Location) throws(StoreError) -> UInt64 {
        switch location {
        case .segment(let index, let ordinal):
            try segments[index].segment.documents.entry(at: ordinal).textHash
        case .tail(let index, let ordinal): tail[index].commit.textHashes[ordinal]
        }
    }

    /// A document's text in UTF-8, during `body`; `nil` if it has none.
    func withText<Result>(
        at location: Location,
        _ body: (UnsafeRawBufferPointer?) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        switch location {
        case .segment(let index, let ordinal):
            let segment = segments[index].segment
            defer { withExtendedLifetime(segment) {} }
            return try body(try segment.text(of: try segment.documents.entry(at: ordinal)))
        case .tail(let index, let ordinal):
            return try tail[index].commit.withText(of: ordinal, body)
        }
    }

    func text(at location: Location) throws(StoreError) -> String? {
        try withText(at: location) { (bytes) throws(StoreError) in
            bytes.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// A document's metadata (`EncodedFields`), during `body`.
    func withFields<Result>(
        at location: Location,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        switch location {
        case .segment(let index, let ordinal):
            if let patch = segments[index].patches[UInt32(ordinal)] {
                return try patch.fields.withBytes(body)
            }
            let segment = segments[index].segment
            defer { withExtendedLifetime(segment) {} }
            return try body(try segment.fields(of: ordinal))
        case .tail(let index, let ordinal):
            if let patch = tail[index].patches[UInt32(ordinal)] {
                return try patch.fields.withBytes(body)
            }
            return try tail[index].commit.withFields(of: ordinal, body)
        }
    }

    /// A document's metadata by name, of the fields that the collection has now.
    func fields(at location: Location) throws(StoreError) -> [String: FieldValue] {
        guard !record.schema.fields.isEmpty else { return [:] }
        return try withFields(at: location) { (bytes) throws(StoreError) in
            try record.schema.named(bytes, file: path(of: location))
        }
    }

    /// How many rows of a vector field the document has.
    func rowCount(at location: Location, of field: StoredField) throws(StoreError) -> Int {
        try rows(at: location, of: field).count
    }

    /// The document's rows, numbered as its segment or commit has them.
    func rows(at location: Location, of field: StoredField) throws(StoreError) -> Range<Int> {
        switch location {
        case .segment(let index, let ordinal):
            try segments[index].segment.rows(of: field.id).map.rows(of: ordinal)
        case .tail(let index, let ordinal):
            try tail[index].commit.rows(of: field.id).map.rows(of: ordinal)
        }
    }

    /// One of the document's rows as float32; `row` counts from its first.
    func row(_ row: Int, at location: Location, of field: StoredField) throws(StoreError) -> [Float]
    {
        let first = try rows(at: location, of: field).lowerBound
        switch location {
        case .segment(let index, _):
            return try segments[index].segment.rows(of: field.id).row(first + row)
        case .tail(let index, _):
            guard let (block, place) = tail[index].commit.rows(of: field.id).block(of: first + row)
            else { return [] }
            return block.withRows(of: field.field) { $0.decoded(place) }
        }
    }

    /// From a query to one of the document's rows; `row` counts from its first.
    func distance(
        from query: Query,
        toRow row: Int,
        at location: Location,
        of field: StoredField
    ) throws(StoreError) -> Float {
        let number = try rows(at: location, of: field).lowerBound + row
        switch location {
        case .segment(let index, _):
            guard let rows = try segments[index].segment.rows(of: field.id).rows() else {
                return .nan
            }
            return try asIndexed { () throws(IndexError) in
                try rows.distance(from: query, to: number)
            }
        case .tail(let index, _):
            guard let (block, place) = tail[index].commit.rows(of: field.id).block(of: number)
            else { return .nan }
            return try asIndexed { () throws(IndexError) in
                try block.withRows(of: field.field) { (rows) throws(IndexError) in
                    try rows.distance(from: query, to: place)
                }
            }
        }
    }

    private func asIndexed(_ body: () throws(IndexError) -> Float) throws(StoreError) -> Float {
        do {
            return try body()
        } catch {
            throw .index(error)
        }
    }

    /// All of the document's rows as float32, one after the other.
    func vectors(at location: Location, of field: StoredField) throws(StoreError) -> [Float] {
        var vectors: [Float] = []
        for row in 0..<(try rowCount(at: location, of: field)) {
            let numbers = try self.row(row, at: location, of: field)
            if vectors.isEmpty { vectors = numbers } else { vectors += numbers }
        }
        return vectors
    }

    /// The stored numbers of a row column, one a row of the document, during `body`; none where the segment is older than the
    /// column.
    func withColumn<Result>(
        _ id: UInt32,
        _ type: RowColumn.NumberType,
        at location: Location,
        of field: StoredField,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let rows = try rows(at: location, of: field)
        switch location {
        case .segment(let index, _):
            let segment = segments[index].segment
            defer { withExtendedLifetime(segment) {} }
            let column = segment.rows(of: field.id).column(id)
            return try body(
                try column?.bytes(of: rows) ?? UnsafeRawBufferPointer(start: nil, count: 0)
            )
        case .tail(let index, _):
            let bytes = tail[index].commit.rows(of: field.id).columns[id] ?? []
            let size = type.byteCount
            return try bytes.withBytes { (bytes) throws(StoreError) in
                guard bytes.count >= rows.upperBound * size else {
                    return try body(UnsafeRawBufferPointer(start: nil, count: 0))
                }
                return try body(
                    UnsafeRawBufferPointer(
                        rebasing: bytes[(rows.lowerBound * size)..<(rows.upperBound * size)]
                    )
                )
            }
        }
    }

    /// The document's row columns of a field by name.
    func columns(
        at location: Location,
        of field: StoredField
    ) throws(StoreError) -> [String: RowColumnValues] {
        var columns: [String: RowColumnValues] = [:]
        for (id, column) in field.columns {
            columns[column.name] = try withColumn(id, column.type, at: location, of: field) {
                (bytes) throws(StoreError) in
                RowColumnValues(column.type, stored: bytes)
            }
        }
        return columns
    }

    /// The file that is damaged if the document's bytes make no sense.
    private func path(of location: Location) -> String {
        switch location {
        case .segment(let index, _): segments[index].segment.path
        case .tail: Catalog.fileName
        }
    }
}
