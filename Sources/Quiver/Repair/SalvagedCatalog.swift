import LMDB

/// What a catalog still says that may be damaged or missing: of each key the newest value whose checksum is its own.
///
/// Has it all in memory, the tail included.
struct SalvagedCatalog {
    /// What is wrong with the file.
    private(set) var damage: [String] = []
    private var values: [KeySpace: [[UInt8]: [UInt8]]] = [:]

    /// Reads the catalog of the store in the directory `store`. Nobody may write to it meanwhile.
    init(store: String) throws(StoreError) {
        let path = "\(store)/\(Catalog.fileName)"
        do throws(LMDBError) {
            try collect(path, alsoOlder: false)
            if values.isEmpty || !damage.isEmpty {
                // What is lost of the last transaction may be there in the one before.
                damage = []
                try collect(path, alsoOlder: true)
            }
        } catch {
            switch error {
            case .notFound, .notARegularFile: damage = ["is missing or is not a file"]
            default: throw .catalog(error)
            }
        }
        if value(.settings, CatalogKey.store) == nil {
            damage.append("has no record of the store")
        }
    }

    private mutating func collect(_ path: String, alsoOlder: Bool) throws(LMDBError) {
        var found: [KeySpace: [[UInt8]: [UInt8]]] = [:]
        var strays = 0
        let report = try DataFileCheck.salvage(path: path, alsoOlder: alsoOlder) {
            (database: [UInt8], key: RawSpan, value: RawSpan, _: UInt64) in
            guard let space = KeySpace(rawValue: String(decoding: database, as: UTF8.self)) else {
                return
            }
            key.withUnsafeBytes { key in
                value.withUnsafeBytes { value in
                    guard let opened = space.opened(value, key: key) else {
                        strays += 1
                        return
                    }
                    // The last transaction comes first.
                    let key = Array(key)
                    if found[space]?[key] == nil {
                        found[space, default: [:]][key] = Array(opened)
                    }
                }
            }
        }
        values = found
        damage = report.damage.map(\.description)
        if strays > 0 { damage.append("holds \(strays) values that do not match their checksums") }
    }

    func value(_ space: KeySpace, _ key: [UInt8]) -> [UInt8]? {
        values[space]?[key]
    }

    /// The entries whose keys begin with `prefix`, in the order of their keys.
    func entries(_ space: KeySpace, prefix: [UInt8] = []) -> [(key: [UInt8], value: [UInt8])] {
        (values[space] ?? [:]).filter { $0.key.starts(with: prefix) }
            .map { (key: $0.key, value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
