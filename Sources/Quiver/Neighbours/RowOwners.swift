/// Whose the rows of a vector field are, as `Snapshot` numbers them.
struct RowOwners: Sendable {
    private let parts: [CollectionView.Part]
    private let places: [CollectionView.Part: Int]
    private let maps: [RowMap]
    /// The first row of each part, and the number of all rows.
    private let starts: [Int]

    var rowCount: Int { starts[starts.count - 1] }

    init(_ view: CollectionView, _ field: UInt32) {
        let parts = view.parts
        self.parts = parts
        places = Dictionary(uniqueKeysWithValues: zip(parts, parts.indices))
        maps = parts.map { view.rowMap(of: $0, field) }
        starts = maps.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rowCount) }
    }

    /// The part of a row, and its number there. Logarithmic in the number of parts.
    func place(of row: Int) -> (part: CollectionView.Part, row: Int) {
        precondition((0..<rowCount).contains(row), "row out of range")
        var low = 0
        var high = parts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= row { low = middle } else { high = middle - 1 }
        }
        return (parts[low], row - starts[low])
    }

    /// The document that a row is of, dead or not, and the row's place among the document's.
    func owner(
        of row: Int
    ) throws(StoreError) -> (document: CollectionView.Location, row: Int) {
        let (part, row) = place(of: row)
        let map = maps[places[part] ?? 0]
        let ordinal = try map.document(of: row)
        return (.init(part, ordinal: ordinal), row - (try map.rows(of: ordinal).lowerBound))
    }

    func number(of row: Int, in part: CollectionView.Part) -> Int {
        starts[places[part] ?? 0] + row
    }
}

/// Whose a row is.
public struct RowOwner: Sendable, Hashable {
    /// The document's key.
    public var key: Key
    /// Which of the document's rows it is, from 0 on, as `Hit.row`.
    public var row: Int

    /// A row of a document.
    public init(key: Key, row: Int) {
        self.key = key
        self.row = row
    }
}

extension Snapshot {
    /// Whose some rows are, as `SearchScope` and `writeNeighbours` number them: for each in turn the document's key and which of
    /// its rows it is; `nil` for rows of documents that are gone, and for −1, which files of neighbours have where there are
    /// fewer than k.
    ///
    /// What `rowNumbers` is for keys, the other way round. Each costs two binary searches and the reading of a key.
    ///
    /// - Parameters:
    ///   - rows: their numbers, in any order, the same ones again if need be.
    ///   - vectorField: `nil` stands for the only one.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `invalidSearch` for a number that no row has, `damaged`,
    ///   `usedAfterFork`, `file`.
    public func owners(
        ofRows rows: some Sequence<Int>,
        vectorField: String? = nil
    ) throws(StoreError) -> [RowOwner?] {
        try process.require()
        let owners = RowOwners(view, try view.vectorField(orOnly: vectorField).id)
        var found: [RowOwner?] = []
        found.reserveCapacity(rows.underestimatedCount)
        for row in rows {
            guard row != -1 else {
                found.append(nil)
                continue
            }
            guard (0..<owners.rowCount).contains(row) else {
                throw .invalidSearch(reason: "there is no row \(row) among \(owners.rowCount)")
            }
            let (document, own) = try owners.owner(of: row)
            let isDead = view.documents(of: document.part).dead.contains(UInt32(document.ordinal))
            found.append(isDead ? nil : RowOwner(key: try view.key(at: document), row: own))
        }
        return found
    }
}
