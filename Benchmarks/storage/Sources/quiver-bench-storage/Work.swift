import Glibc
import Quiver
import Synchronization

/// A row near one of 256 centres, as embeddings lie.
func row(_ number: UInt64, dimension: Int) -> [Float] {
    var random = Random(state: number &* 0x9E37 &+ 1)
    var centre = Random(state: random.next() % 256)
    return (0..<dimension).map { _ in
        Float(Int32(truncatingIfNeeded: centre.next())) / 0x1p31
            + Float(Int32(truncatingIfNeeded: random.next())) / 0x1p32
    }
}

func build(
    at path: String,
    rowCount: Int,
    dimension: Int,
    index: String,
    deadPercent: Int
) throws {
    let start = now()
    let store = try Store.create(at: path)
    let collection = try store.createCollection(
        "rows",
        CollectionConfiguration(
            vectorFields: [
                VectorField(
                    dimension: dimension,
                    metric: .l2,
                    index: try IndexSpecification(parsing: index)
                )
            ],
            fields: [Field(name: "number", type: .int64)]
        )
    )
    for first in stride(from: 0, to: rowCount, by: 2_000) {
        var batch = WriteBatch()
        for number in first..<min(first + 2_000, rowCount) {
            batch.upsert(
                Document(
                    key: .integer(UInt64(number)),
                    text: "document number \(number)",
                    fields: ["number": .int64(Int64(number))],
                    vector: row(UInt64(number), dimension: dimension)
                )
            )
        }
        try collection.write(batch)
    }
    try collection.seal()
    let written = now()
    var random = Random(state: 7)
    var batch = WriteBatch()
    for number in 0..<rowCount where random.next() % 100 < UInt64(deadPercent) {
        batch.delete(.integer(UInt64(number)))
    }
    try collection.write(batch)
    try collection.seal()
    answer([
        ("write_seconds", written - start), ("delete_seconds", now() - written),
        ("live", Double(try collection.statistics().liveCount)),
    ])
}

func measureOpening(of path: String) throws {
    let start = now()
    let store = try Store.open(at: path, access: .readOnly)
    let snapshot = try store.collection("rows").snapshot()
    let opened = now()
    let memory = anonymousMemory()
    let found = try snapshot.documents([.integer(12)], contents: .text)
    answer([
        ("open_milliseconds", (opened - start) * 1e3), ("anonymous_bytes", Double(memory)),
        ("first_document_milliseconds", (now() - opened) * 1e3),
        ("live", Double(snapshot.liveCount)),
        ("found", found[0] == nil ? 0 : 1),
    ])
}

func compact(_ path: String, memoryByteCount: Int, threadCount: Int) throws {
    let store = try Store.open(at: path)
    let collection = try store.collection("rows")
    let before = anonymousMemory()
    let watch = MemoryWatch()
    let start = now()
    let indexing = Mutex(0.0)
    let indexStart = Mutex<Double?>(nil)
    let summary = try collection.compact(
        CompactionOptions(memoryByteCount: memoryByteCount, threadCount: threadCount)
    ) { progress in
        // Time between the first and the last word of an index's building.
        indexStart.withLock { started in
            if progress.stage == .indexing {
                let begun = started ?? now()
                started = begun
            } else if let begun = started {
                indexing.withLock { $0 += now() - begun }
                started = nil
            }
        }
        return true
    }
    let end = now()
    if let begun = indexStart.withLock({ $0 }) { indexing.withLock { $0 += end - begun } }
    let peak = watch.finish()
    let counts = try collection.statistics().byteCounts
    answer([
        ("seconds", end - start), ("indexing_seconds", indexing.withLock { $0 }),
        ("peak_bytes", Double(peak)), ("before_bytes", Double(before)),
        ("documents", Double(summary.documentCount)),
        ("removed_segments", Double(summary.removedSegmentCount)),
        ("added_segments", Double(summary.addedSegmentCount)),
        ("vectors", Double(counts.vectors)), ("texts", Double(counts.texts)),
        ("fields", Double(counts.fields)), ("indexes", Double(counts.indexes)),
        ("keys", Double(counts.keys)), ("total", Double(counts.total)),
    ])
}

/// Copies the files that a compaction writes beside indexes: the limit of how fast it can be.
func copySegments(of path: String, to destination: String) throws {
    let start = now()
    var byteCount = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    mkdir(destination, 0o755)
    for segment in entries(of: "\(path)/segments") {
        for name in entries(of: "\(path)/segments/\(segment)")
        where !name.hasPrefix("graph-") && !name.hasPrefix("index-") {
            let source = open("\(path)/segments/\(segment)/\(name)", O_RDONLY)
            let target = open(
                "\(destination)/\(segment)-\(name)",
                O_WRONLY | O_CREAT | O_TRUNC,
                0o644
            )
            while true {
                let count = read(source, &buffer, buffer.count)
                guard count > 0 else { break }
                guard Glibc.write(target, buffer, count) == count else { break }
                byteCount += count
            }
            fsync(target)
            close(source)
            close(target)
        }
    }
    answer([("seconds", now() - start), ("bytes", Double(byteCount))])
}

private func entries(of path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names
}

func search(_ path: String, dimension: Int, seconds: Int) throws {
    let collection = try Store.open(at: path, access: .readOnly).collection("rows")
    var latencies: [Double] = []
    let end = now() + Double(seconds)
    var number: UInt64 = 1 << 40
    // The first one checks and maps what the others find mapped.
    _ = try collection.search(SearchRequest(queries: [row(number, dimension: dimension)]))
    while now() < end {
        number += 1
        let query = row(number, dimension: dimension)
        let start = now()
        let hits = try collection.snapshot().search(SearchRequest(queries: [query]))[0].hits
        latencies.append((now() - start) * 1e3)
        precondition(hits.count == 10, "too few hits")
    }
    latencies.sort()
    answer([
        ("searches", Double(latencies.count)), ("p50_milliseconds", percentile(latencies, 0.5)),
        ("p99_milliseconds", percentile(latencies, 0.99)),
        ("highest_milliseconds", latencies.last ?? 0),
    ])
}

func write(at path: String, threadCount: Int, seconds: Int, isRelaxed: Bool) throws {
    var options = Store.Options()
    options.durability = isRelaxed ? .relaxed : .full
    let store = try Store.create(at: path, options: options)
    let collection = try store.createCollection(
        "rows",
        CollectionConfiguration(dimension: 128, metric: .l2, index: .exact)
    )
    let count = Atomic<Int>(0)
    let end = now() + Double(seconds)
    var threads: [pthread_t] = []
    for thread in 0..<threadCount {
        let body = WriterThread { () in
            var number = UInt64(thread) << 40
            while now() < end {
                var batch = WriteBatch()
                batch.upsert(Document(key: .integer(number), vector: row(number, dimension: 128)))
                do {
                    try collection.write(batch)
                } catch {
                    print("failed: \(error)")
                    exit(1)
                }
                number += 1
                count.wrappingAdd(1, ordering: .relaxed)
            }
        }
        var handle = pthread_t()
        pthread_create(
            &handle,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<WriterThread>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            Unmanaged.passRetained(body).toOpaque()
        )
        threads.append(handle)
    }
    for thread in threads { pthread_join(thread, nil) }
    answer([("commits_per_second", Double(count.load(ordering: .relaxed)) / Double(seconds))])
}

private final class WriterThread: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

/// Writes, seals and compacts beside a snapshot that was taken before, and says what keeping it cost.
func hold(_ path: String, seconds: Int) throws {
    var options = Store.Options()
    options.tailByteCount = 4 << 20
    let store = try Store.create(at: path, options: options)
    let collection = try store.createCollection(
        "rows",
        CollectionConfiguration(dimension: 128, metric: .l2, index: .exact)
    )
    func upsert(_ range: Range<Int>, _ salt: UInt64) throws {
        var batch = WriteBatch()
        for number in range {
            batch.upsert(
                Document(
                    key: .integer(UInt64(number)),
                    vector: row(UInt64(number) &+ salt, dimension: 128)
                )
            )
        }
        try collection.write(batch)
    }
    for first in stride(from: 0, to: 50_000, by: 1_000) { try upsert(first..<first + 1_000, 0) }
    try collection.seal()
    let reader = try Store.open(at: path, access: .readOnly).collection("rows")
    let kept = try reader.snapshot()
    let live = kept.liveCount
    let start = now()
    var round: UInt64 = 0
    var commits = 0
    let before = anonymousMemory()
    while now() - start < Double(seconds) {
        round += 1
        for first in stride(from: 0, to: 50_000, by: 1_000) {
            try upsert(first..<first + 1_000, round << 32)
            commits += 1
        }
        if round % 4 == 0 { try collection.compact() }
    }
    try collection.compact()
    precondition(kept.liveCount == live, "the snapshot has changed")
    let statistics = try collection.statistics()
    answer([
        ("commits", Double(commits)), ("rounds", Double(round)),
        ("anonymous_growth_bytes", Double(anonymousMemory() - before)),
        ("store_bytes", Double(statistics.byteCount)),
    ])
}
