import Indexes

extension CollectionView {
    /// A segment or a commit of the tail, by its place in the view.
    enum Part: Hashable, Sendable {
        case segment(Int)
        case tail(Int)
    }

    /// All parts: the segments, then the commits of the tail.
    var parts: [Part] { segments.indices.map { .segment($0) } + tail.indices.map { .tail($0) } }

    /// The documents of a part, dead ones included, and which are dead.
    func documents(of part: Part) -> (count: Int, dead: RowSet) {
        switch part {
        case .segment(let place): (segments[place].segment.documentCount, segments[place].dead)
        case .tail(let place): (tail[place].commit.documentCount, tail[place].dead)
        }
    }

    /// The live documents of a part that a filter holds of.
    func documents(of part: Part, _ filter: BoundFilter) throws(StoreError) -> RowSet {
        switch part {
        case .segment(let place): try documents(ofSegment: place, filter)
        case .tail(let place): try documents(ofTail: place, filter)
        }
    }

    func rowMap(of part: Part, _ field: UInt32) -> RowMap {
        switch part {
        case .segment(let place): segments[place].segment.rows(of: field).map
        case .tail(let place): tail[place].commit.rows(of: field).map
        }
    }

    /// The number of a part's first row: rows are numbered through all parts, dead ones included.
    func firstRow(of part: Part, _ field: UInt32) -> Int {
        var first = 0
        for other in parts {
            if other == part { break }
            first += rowMap(of: other, field).rowCount
        }
        return first
    }

    /// The numbers of a row column; `nil` where the part is older than the column. Valid while the view lives.
    func withColumn<Result>(
        _ column: UInt32,
        of part: Part,
        _ field: UInt32,
        _ body: (UnsafeRawBufferPointer?) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        switch part {
        case .segment(let place):
            let segment = segments[place].segment
            defer { withExtendedLifetime(segment) {} }
            let rows = segment.rows(of: field)
            return try body(try rows.column(column)?.bytes(of: 0..<rows.count))
        case .tail(let place):
            guard let bytes = tail[place].commit.rows(of: field).columns[column] else {
                return try body(nil)
            }
            return try bytes.withBytes { (bytes) throws(StoreError) in try body(bytes) }
        }
    }

    /// The live documents of some keys, by their parts; keys without a document are left out.
    func parts(of keys: Set<Key>) throws(StoreError) -> [Part: RowSet] {
        var parts: [Part: RowSet] = [:]
        for key in keys {
            guard let location = try locate(try EncodedKey(key)) else { continue }
            parts[location.part, default: RowSet()].insert(UInt32(location.ordinal))
        }
        return parts
    }
}

extension CollectionView.Location {
    var part: CollectionView.Part {
        switch self {
        case .segment(let place, _): .segment(place)
        case .tail(let place, _): .tail(place)
        }
    }

    init(_ part: CollectionView.Part, ordinal: Int) {
        switch part {
        case .segment(let place): self = .segment(place, ordinal: ordinal)
        case .tail(let place): self = .tail(place, ordinal: ordinal)
        }
    }
}

extension Snapshot {
    /// The rows of a vector field, those of dead documents included: they are numbered 0…N−1 for as long as the snapshot lives.
    ///
    /// - Parameter vectorField: `nil` stands for the only one.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`.
    public func rowCount(of vectorField: String? = nil) throws(StoreError) -> Int {
        view.rowCount(of: try view.vectorField(orOnly: vectorField).id)
    }

    /// The numbers of a document's rows in this snapshot, by which `SearchScope` names rows; `nil` if there is no such document.
    ///
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `invalidKey`, `damaged`, `usedAfterFork`, `file`.
    public func rowNumbers(
        of key: Key,
        vectorField: String? = nil
    ) throws(StoreError) -> Range<Int>? {
        try process.require()
        let field = try view.vectorField(orOnly: vectorField)
        guard let location = try view.locate(try EncodedKey(key)) else { return nil }
        let first = view.firstRow(of: location.part, field.id)
        let rows = try view.rows(at: location, of: field)
        return (first + rows.lowerBound)..<(first + rows.upperBound)
    }
}
