import LMDB

/// What a catalog still says that may be damaged or missing: of each key the newest value whose checksum is its own.
///
/// Has it all in memory, the tail included.
struct SalvagedCatalog {
    typealias Entry = (key: [UInt8], value: [UInt8])

    /// What is wrong with the file.
    private(set) var damage: [String] = []
    /// In the order of their keys.
    private let entries: [KeySpace: [Entry]]

    /// Reads the catalog of the store in the directory `store`. Nobody may write to it meanwhile.
    init(store: String) throws(StoreError) {
        let path = "\(store)/\(Catalog.fileName)"
        var found = Found()
        do throws(LMDBError) {
            try found.collect(path, alsoOlder: false)
            // What is lost of the last transaction may be there in the one before.
            if found.strayCount > 0 { try found.collect(path, alsoOlder: true) }
        } catch {
            switch error {
            case .notFound, .notARegularFile: found.damage = ["is missing or is not a file"]
            default: throw .catalog(error)
            }
        }
        damage = found.damage
        entries = found.values.mapValues { values in
            values.map { (key: $0.key, value: $0.value) }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }
        if value(.settings, CatalogKey.store) == nil {
            damage.append("has no record of the store")
        }
    }

    func value(_ space: KeySpace, _ key: [UInt8]) -> [UInt8]? {
        entries(space, prefix: key).first { $0.key == key }?.value
    }

    /// The entries whose keys begin with `prefix`, in the order of their keys.
    func entries(_ space: KeySpace, prefix: [UInt8] = []) -> ArraySlice<Entry> {
        guard let all = entries[space] else { return [] }
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].key.lexicographicallyPrecedes(prefix) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return all[low...].prefix { $0.key.starts(with: prefix) }
    }

    /// Entries as they are found.
    private struct Found {
        var values: [KeySpace: [[UInt8]: [UInt8]]] = [:]
        var damage: [String] = []
        var strayCount = 0

        mutating func collect(_ path: String, alsoOlder: Bool) throws(LMDBError) {
            var values: [KeySpace: [[UInt8]: [UInt8]]] = [:]
            var older: [KeySpace: [[UInt8]: [UInt8]]] = [:]
            var newest: UInt64?
            var strays = 0
            let report = try DataFileCheck.salvage(path: path, alsoOlder: alsoOlder) {
                (database: [UInt8], key: RawSpan, value: RawSpan, transaction: UInt64) in
                guard let space = KeySpace(rawValue: String(decoding: database, as: UTF8.self))
                else { return }
                key.withUnsafeBytes { key in
                    value.withUnsafeBytes { value in
                        guard let opened = space.opened(value, key: key) else {
                            strays += 1
                            return
                        }
                        // The last transaction comes first.
                        if newest == nil { newest = transaction }
                        if transaction == newest {
                            values[space, default: [:]][Array(key)] = Array(opened)
                        } else {
                            older[space, default: [:]][Array(key)] = Array(opened)
                        }
                    }
                }
            }
            // A meta page that is damaged says nothing of the pages that the other leads to: what these have is a state by
            // itself, and the one before would bring back what has gone since.
            if strays > 0 || report.damage.contains(where: { $0.page > 1 }) {
                for (space, entries) in older {
                    values[space, default: [:]].merge(entries) { newer, _ in newer }
                }
            }
            self.values = values
            strayCount = strays
            damage = report.damage.map(\.description)
            if strays > 0 {
                damage.append("holds \(strays) values that do not match their checksums")
            }
        }
    }
}
