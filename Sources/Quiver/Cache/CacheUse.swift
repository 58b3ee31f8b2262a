/// How large the entries of a cache are and when each was used, as the writing process knows it.
struct CacheUse: Sendable {
    struct Entry: Sendable {
        var used: Int64
        var byteCount: Int
    }

    /// What a `store` is going to do.
    struct Plan {
        let clock: Int64
        let touched: [(key: Key, used: Int64)]
        let evicted: [Key]
        let counters: CacheCounters
    }

    /// What an entry takes beside its contents: its place in several files, and its own metadata.
    static let entryByteCount = 128

    /// Since the last commit.
    var counters = CacheCounters()
    private(set) var isKnown = false
    private var entries: [Key: Entry] = [:]
    private var total = 0
    private var clock: Int64 = 0
    private var touched: [Key: Int64] = [:]

    mutating func touch(_ key: Key) {
        clock += 1
        touched[key] = clock
        entries[key]?.used = clock
    }

    mutating func forget(_ key: Key) {
        touched[key] = nil
        if let entry = entries.removeValue(forKey: key) { total -= entry.byteCount }
    }

    /// Takes in what is on disk; what was touched since the handle was opened is newer.
    mutating func learn(_ found: [Key: Entry]) {
        let newest = found.values.map(\.used).max() ?? 0
        clock += newest
        for key in touched.keys { touched[key, default: 0] += newest }
        entries = found
        total = found.values.reduce(0) { $0 + $1.byteCount }
        for (key, used) in touched { entries[key]?.used = used }
        isKnown = true
    }

    /// What has to go so that `sizes` have room: then a tenth of the room is free, so that not every call has to look.
    mutating func plan(adding sizes: [Key: Int], _ byteLimit: Int) -> Plan {
        clock += 1
        let replaced = sizes.keys.reduce(0) { $0 + (entries[$1]?.byteCount ?? 0) }
        var after = total - replaced + sizes.values.reduce(0, +)
        var evicted: [Key] = []
        if after > byteLimit {
            let oldest = entries.filter { sizes[$0.key] == nil }
                .sorted { ($0.value.used, $0.key) < ($1.value.used, $1.key) }
            for (key, entry) in oldest where after > byteLimit / 10 * 9 {
                evicted.append(key)
                after -= entry.byteCount
            }
        }
        let gone = Set(evicted)
        var counters = counters
        counters.evictions = UInt64(evicted.count)
        return Plan(
            clock: clock,
            touched: touched.filter { sizes[$0.key] == nil && !gone.contains($0.key) }
                .map { ($0.key, $0.value) },
            evicted: evicted,
            counters: counters
        )
    }

    /// A plan is durable.
    mutating func apply(_ plan: Plan, _ sizes: [Key: Int]) {
        for key in plan.evicted { forget(key) }
        for (key, byteCount) in sizes {
            forget(key)
            entries[key] = Entry(used: plan.clock, byteCount: byteCount)
            total += byteCount
        }
        for (key, used) in plan.touched where touched[key] == used { touched[key] = nil }
        counters.hits &-= plan.counters.hits
        counters.misses &-= plan.counters.misses
    }

    /// The entries as they are stored.
    static func sizes(in view: CollectionView) throws(StoreError) -> [Key: Entry] {
        var found: [Key: Entry] = [:]
        try view.forEachLiveDocument { (location) throws(StoreError) in
            var byteCount = entryByteCount
            byteCount += try view.withEncodedKey(at: location) { $0.count }
            byteCount += try view.withText(at: location) { $0?.count ?? 0 }
            byteCount += try view.withFields(at: location) { $0.count }
            for field in view.record.schema.vectorFields {
                byteCount +=
                    try view.rowCount(at: location, of: field)
                    * field.field.storage.bytesPerRow(dimension: field.field.dimension)
            }
            var used: Int64 = 0
            if case .int64(let clock) = try view.fields(at: location)[CacheSettings.usedField] {
                used = clock
            }
            found[try view.key(at: location)] = Entry(used: used, byteCount: byteCount)
        }
        return found
    }
}
