import CLMDB

/// What a walk does after an entry.
public enum Iteration: Sendable {
    /// Goes on to the next entry.
    case `continue`
    /// Ends.
    case stop
}

/// The direction of a walk.
public enum Order: Sendable {
    /// From the lowest key up.
    case ascending
    /// From the highest key down.
    case descending
}

extension Transaction where Self: ~Copyable {
    /// Calls `body` with each entry whose key is at least `from`, less than `below` and starts with `prefix`.
    ///
    /// A missing bound does not bind, and bounds need not be keys. O(log n) to start, then one step an entry.
    public borrowing func forEach<Failure: LMDBErrorConvertible>(
        in database: Database,
        from: [UInt8]? = nil,
        below: [UInt8]? = nil,
        prefix: [UInt8] = [],
        order: Order = .ascending,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(Failure) -> Iteration
    ) throws(Failure) {
        guard !database.hasIntegerKeys else {
            throw Failure(.wrongKeyKind(database: database.name, hasIntegerKeys: true))
        }
        let range = KeyRange(from: from, below: below, prefix: prefix)
        try handle.walk(database, range, order) { key, value throws(Failure) in
            try body(key.bytes, value.bytes)
        }
    }

    /// ``forEach(in:from:below:prefix:order:_:)`` for a body that throws nothing of its own.
    public borrowing func forEach(
        in database: Database,
        from: [UInt8]? = nil,
        below: [UInt8]? = nil,
        prefix: [UInt8] = [],
        order: Order = .ascending,
        _ body: (_ key: RawSpan, _ value: RawSpan) -> Iteration
    ) throws(LMDBError) {
        try forEach(in: database, from: from, below: below, prefix: prefix, order: order) {
            key,
            value throws(LMDBError) in body(key, value)
        }
    }

    /// Calls `body` with each entry of a database of integer keys whose key is in `range`.
    public borrowing func forEach<Failure: LMDBErrorConvertible>(
        in database: Database,
        integers range: ClosedRange<UInt64>,
        order: Order = .ascending,
        _ body: (_ key: UInt64, _ value: RawSpan) throws(Failure) -> Iteration
    ) throws(Failure) {
        guard database.hasIntegerKeys else {
            throw Failure(.wrongKeyKind(database: database.name, hasIntegerKeys: false))
        }
        try handle.walk(database, KeyRange(range), order) { key, value throws(Failure) in
            // A shorter key can only come from a damaged page.
            guard key.count == 8 else {
                throw Failure(
                    .corrupted(
                        path: handle.core.path,
                        page: nil,
                        reason: "an integer key of \(key.count) bytes"
                    )
                )
            }
            return try body(key.loadUnaligned(as: UInt64.self), value.bytes)
        }
    }

    /// ``forEach(in:integers:order:_:)`` for a body that throws nothing of its own.
    public borrowing func forEach(
        in database: Database,
        integers range: ClosedRange<UInt64>,
        order: Order = .ascending,
        _ body: (_ key: UInt64, _ value: RawSpan) -> Iteration
    ) throws(LMDBError) {
        try forEach(in: database, integers: range, order: order) { key, value throws(LMDBError) in
            body(key, value)
        }
    }

    /// A copy of the lowest key that starts with `prefix`, and of its value.
    public borrowing func first(
        in database: Database,
        prefix: [UInt8] = []
    ) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
        try end(of: database, prefix: prefix, order: .ascending)
    }

    /// A copy of the highest key that starts with `prefix`, and of its value.
    public borrowing func last(
        in database: Database,
        prefix: [UInt8] = []
    ) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
        try end(of: database, prefix: prefix, order: .descending)
    }

    /// The lowest key of a database of integer keys.
    public borrowing func firstInteger(in database: Database) throws(LMDBError) -> UInt64? {
        try endInteger(of: database, order: .ascending)
    }

    /// The highest key of a database of integer keys.
    public borrowing func lastInteger(in database: Database) throws(LMDBError) -> UInt64? {
        try endInteger(of: database, order: .descending)
    }

    private borrowing func end(
        of database: Database,
        prefix: [UInt8],
        order: Order
    ) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
        var found: (key: [UInt8], value: [UInt8])?
        try forEach(in: database, prefix: prefix, order: order) { key, value in
            found = (key.withUnsafeBytes { [UInt8]($0) }, value.withUnsafeBytes { [UInt8]($0) })
            return .stop
        }
        return found
    }

    private borrowing func endInteger(of database: Database, order: Order) throws(LMDBError)
        -> UInt64?
    {
        var found: UInt64?
        try forEach(in: database, integers: 0...UInt64.max, order: order) { key, _ in
            found = key
            return .stop
        }
        return found
    }
}

extension WriteTransaction {
    /// Removes the entries whose key is at least `from`, less than `below` and starts with `prefix`, and
    /// tells how many.
    @discardableResult
    public mutating func delete(
        in database: Database,
        from: [UInt8]? = nil,
        below: [UInt8]? = nil,
        prefix: [UInt8] = []
    ) throws(LMDBError) -> Int {
        try delete(in: database, from: from, below: below, prefix: prefix) { _, _ in true }
    }

    /// Removes the entries in a range (``Transaction/forEach(in:from:below:prefix:order:_:)``) that
    /// `isToGo` picks, and tells how many.
    @discardableResult
    public mutating func delete(
        in database: Database,
        from: [UInt8]? = nil,
        below: [UInt8]? = nil,
        prefix: [UInt8] = [],
        where isToGo: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(LMDBError) -> Int {
        guard !database.hasIntegerKeys else {
            throw .wrongKeyKind(database: database.name, hasIntegerKeys: true)
        }
        return try delete(in: database, KeyRange(from: from, below: below, prefix: prefix)) {
            key,
            value in
            isToGo(key.bytes, value.bytes)
        }
    }

    /// Removes the entries of a database of integer keys whose key is in `range`, and tells how many.
    @discardableResult
    public mutating func delete(
        in database: Database,
        integers range: ClosedRange<UInt64>
    ) throws(LMDBError) -> Int {
        guard database.hasIntegerKeys else {
            throw .wrongKeyKind(database: database.name, hasIntegerKeys: false)
        }
        return try delete(in: database, KeyRange(range)) { _, _ in true }
    }

    private mutating func delete(
        in database: Database,
        _ range: KeyRange,
        where isToGo: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) throws(LMDBError) -> Int {
        var cursor = try Cursor(handle, database)
        var count = 0
        var isThere = try cursor.start(at: range, .ascending)
        while isThere, range.isBelowLimit(cursor.key.bytes) {
            if isToGo(cursor.key.bytes, cursor.value.bytes) {
                try cursor.delete()
                count += 1
            }
            isThere = try cursor.move(MDB_NEXT)
        }
        return count
    }
}

extension TransactionHandle {
    fileprivate func walk<Failure: LMDBErrorConvertible>(
        _ database: Database,
        _ range: KeyRange,
        _ order: Order,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(Failure) -> Iteration
    ) throws(Failure) {
        var cursor = try converting(to: Failure.self) { () throws(LMDBError) in
            try Cursor(self, database)
        }
        var isThere = try converting(to: Failure.self) { () throws(LMDBError) in
            try cursor.start(at: range, order)
        }
        let step = order == .ascending ? MDB_NEXT : MDB_PREV
        while isThere {
            let key = cursor.key.bytes
            guard order == .ascending ? range.isBelowLimit(key) : range.isAtLeastLowest(key) else {
                return
            }
            guard try body(key, cursor.value.bytes) == .continue else { return }
            isThere = try converting(to: Failure.self) { () throws(LMDBError) in
                try cursor.move(step)
            }
        }
    }
}

extension Cursor {
    /// Moves to the end of `range` from which a walk in this order starts.
    fileprivate mutating func start(at range: KeyRange, _ order: Order) throws(LMDBError) -> Bool {
        switch order {
        case .ascending:
            guard let isThere = try seek(range.lowest) else { return try move(MDB_FIRST) }
            return isThere
        case .descending:
            guard let limit = range.limit, let isThere = try seek(limit) else {
                return try move(MDB_LAST)
            }
            return try move(isThere ? MDB_PREV : MDB_LAST)
        }
    }

    /// Moves to the first key that is not below `bound`; nil for the empty bound, which is no key.
    private mutating func seek(_ bound: [UInt8]) throws(LMDBError) -> Bool? {
        guard !bound.isEmpty else { return nil }
        let raw = bound.span
        return try raw.withUnsafeBytes { bytes throws(LMDBError) in try seek(bytes) }
    }
}
