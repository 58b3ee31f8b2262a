import LMDB

/// The store's LMDB file: the tail, the manifests of segments, tombstones and settings, each value checked.
final class Catalog: Sendable {
    static let fileName = "catalog.mdb"
    /// A catalog that is being made, and gets its name when it is whole.
    static let unfinishedFileName = "catalog.mdb-unfinished"

    let path: String
    let environment: Environment
    private let databases: [KeySpace: Database]
    /// Whether every key space is there that each version of the format has. Look at the format first: another one may have
    /// others.
    var isComplete: Bool {
        KeySpace.allCases.allSatisfy { databases[$0] != nil || $0.isMissingInOldFormats }
    }
    /// Whether the newest version of the format needs no other key space.
    var hasEveryKeySpace: Bool { databases.count == KeySpace.allCases.count }

    /// Opens the catalog in the store's directory.
    ///
    /// - Parameter creating: makes the file and its key spaces where they are missing.
    init(
        store: String,
        fileName: String = Catalog.fileName,
        readOnly: Bool,
        creating: Bool
    ) throws(StoreError) {
        path = "\(store)/\(fileName)"
        do {
            var options = Environment.Options()
            options.readOnly = readOnly
            let environment = try Environment.open(path: path, options: options)
            var databases: [KeySpace: Database] = [:]
            for space in KeySpace.allCases {
                do throws(LMDBError) {
                    databases[space] = try environment.database(space.rawValue, create: creating)
                } catch .databaseNotFound where space != .settings {
                    continue
                }
            }
            self.environment = environment
            self.databases = databases
        } catch {
            switch error {
            case .databaseNotFound: throw .notAStore(path: store)
            case .notAnEnvironment(let path, let reason): throw .damaged(file: path, reason: reason)
            default: throw .catalog(error)
            }
        }
    }

    /// Runs `body` with one unchanging view of the catalog. Keep it short: it holds a reader slot.
    func read<Result>(
        _ body: (borrowing ReadTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try environment.read(body)
    }

    /// The number of the last transaction that was committed, by whichever process.
    func lastTransaction() throws(StoreError) -> UInt64 {
        do { return try environment.lastTransaction() } catch { throw .catalog(error) }
    }

    /// Runs `body` and commits what it wrote, durably, or nothing of it if it throws.
    func write<Result>(
        _ durability: Durability = .full,
        _ body: (inout WriteTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try environment.write(durability: durability, body)
    }

    /// `nil` for a key space that the format of the store does not have yet: there is nothing in it.
    fileprivate func database(_ space: KeySpace) -> Database? {
        databases[space]
    }

    /// For writing: a writer has opened every key space.
    fileprivate func writableDatabase(_ space: KeySpace) throws(StoreError) -> Database {
        guard let database = databases[space] else {
            throw .damaged(file: path, reason: "has no key space `\(space)`")
        }
        return database
    }

    fileprivate func opened(
        _ value: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        in space: KeySpace
    ) throws(StoreError) -> UnsafeRawBufferPointer {
        guard let opened = space.opened(value, key: key) else {
            throw .damaged(
                file: path,
                reason:
                    "holds a value in `\(space)` that does not match its checksum (key \(hexadecimal(key)))"
            )
        }
        return opened
    }
}

extension Transaction where Self: ~Copyable {
    /// What is stored under `key`, its checksum compared, as `decode` reads it; `nil` if there is nothing.
    borrowing func record<Record>(
        _ space: KeySpace,
        _ key: [UInt8],
        of catalog: Catalog,
        _ decode: (UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> Record
    ) throws(StoreError) -> Record? {
        guard let database = catalog.database(space) else { return nil }
        return try withValue(for: key, in: database) { (value: RawSpan) throws(StoreError) in
            try value.withUnsafeBytes { (value) throws(StoreError) in
                try key.withBytes { (key) throws(StoreError) in
                    let value = try catalog.opened(value, key: key, in: space)
                    return try asDamage(of: catalog.path) { () throws(ByteReader.Malformed) in
                        try decode(value)
                    }
                }
            }
        }
    }

    /// The checksum that is stored with what is under `key`, compared with nothing: who knows what was there under the same one need not
    /// read it again. `nil` if there is nothing.
    borrowing func storedChecksum(
        _ space: KeySpace,
        _ key: [UInt8],
        of catalog: Catalog
    ) throws(StoreError) -> UInt64? {
        guard let database = catalog.database(space) else { return nil }
        return try withValue(for: key, in: database) {
            (value: RawSpan) throws(StoreError) -> UInt64? in
            value.withUnsafeBytes { value in
                let start = value.count - KeySpace.checksumByteCount
                guard start >= 0 else { return nil }
                return value.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            }
        } ?? nil
    }

    /// Each entry from `from` on whose key begins with `prefix`, in order, its checksum compared.
    borrowing func forEachRecord(
        _ space: KeySpace,
        prefix: [UInt8],
        from: [UInt8]? = nil,
        of catalog: Catalog,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(StoreError)
            -> Void
    ) throws(StoreError) {
        guard let database = catalog.database(space) else { return }
        try forEach(in: database, from: from, prefix: prefix) {
            (key: RawSpan, value: RawSpan) throws(StoreError) in
            try key.withUnsafeBytes { (key) throws(StoreError) in
                try value.withUnsafeBytes { (value) throws(StoreError) in
                    try body(key, try catalog.opened(value, key: key, in: space))
                }
            }
            return .continue
        }
    }
}

extension WriteTransaction {
    /// Stores the store's record. What this version writes is of its format.
    mutating func put(_ settings: StoreRecord, of catalog: Catalog) throws(StoreError) {
        var settings = settings
        settings.format = StoreRecord.formatVersion
        try put(.settings, CatalogKey.store, settings.encoded(), of: catalog)
    }

    /// Stores `value` under `key` with its checksum.
    mutating func put(
        _ space: KeySpace,
        _ key: [UInt8],
        _ value: [UInt8],
        of catalog: Catalog
    ) throws(StoreError) {
        let seed = key.withBytes { space.seed(key: $0) }
        let database = try catalog.writableDatabase(space)
        do {
            try put(
                key,
                byteCount: value.count + KeySpace.checksumByteCount,
                in: database
            ) { span in
                span.withUnsafeMutableBytes { destination in
                    value.withUnsafeBytes { source in
                        destination.copyMemory(from: source)
                        destination.storeBytes(
                            of: checksum(source, seed: seed).littleEndian,
                            toByteOffset: source.count,
                            as: UInt64.self
                        )
                    }
                }
            }
        } catch {
            throw .catalog(error)
        }
    }

    /// Removes `key`; one that is not there is not an error.
    mutating func remove(_ space: KeySpace, _ key: [UInt8], of catalog: Catalog) throws(StoreError)
    {
        let database = try catalog.writableDatabase(space)
        do {
            try delete(key, in: database)
        } catch {
            throw .catalog(error)
        }
    }

    /// Removes every entry whose key begins with `prefix` and comes before `below`.
    mutating func removeAll(
        _ space: KeySpace,
        prefix: [UInt8],
        below: [UInt8]? = nil,
        of catalog: Catalog
    ) throws(StoreError) {
        let database = try catalog.writableDatabase(space)
        do {
            try delete(in: database, below: below, prefix: prefix)
        } catch {
            throw .catalog(error)
        }
    }
}

/// The bytes as text, for messages about keys.
func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
