import Glibc
import Quiver
import Synchronization
import TestSupport
import Threads

/// Writers, readers and upkeep at the same time in one process, on one handle and on others of the same store.
///
/// Each writer has ten keys, all of which one batch sets to its number or removes: a reader must see ten of one number, or none.
struct ThreadsOnOneStore {
    let report: Report

    private static let writerCount = 3
    private static let readerCount = 3
    private static let keyCount = 10
    private static let collection = "shared"
    private static let cache = "remembered"

    func run(seconds: Int, seed: UInt64) {
        report.begin("threads on one store, seconds", total: seconds)
        Scratch.withFolder { folder in
            let path = "\(folder)/store"
            let findings = Mutex<[String]>([])
            let deadline = ContinuousClock.now + .seconds(seconds)
            do throws(StoreError) {
                var options = Store.Options()
                options.tailByteCount = 60_000
                let store = try Store.create(at: path, options: options)
                try store.createCollections([
                    (
                        Self.collection,
                        CollectionConfiguration(
                            vectorFields: [VectorField(dimension: 8, metric: .l2, index: .graph)],
                            fields: [Field(name: "number", type: .int64)]
                        )
                    ),
                    (
                        Self.cache,
                        CollectionConfiguration(
                            vectorFields: [VectorField(dimension: 8, metric: .l2, index: .exact)],
                            cache: CacheSettings(byteLimit: 65_536)
                        )
                    ),
                ])
                concurrently(Self.writerCount + Self.readerCount + 3) { thread in
                    var worker = Worker(
                        store: store,
                        thread: thread,
                        random: SplitMix64(seed: seed &+ UInt64(thread)),
                        report: report
                    )
                    do throws(StoreError) {
                        while ContinuousClock.now < deadline, findings.withLock({ $0.isEmpty }) {
                            let what =
                                switch thread {
                                case 0: try worker.keepUp()
                                case 1...Self.writerCount: try worker.write()
                                case Self.writerCount + 1: try worker.remember()
                                case Self.writerCount + 2: try worker.openAnew(path)
                                default: try worker.read(store)
                                }
                            if let what { findings.withLock { $0.append(what) } }
                        }
                    } catch {
                        findings.withLock { $0.append("thread \(thread): \(error)") }
                    }
                }
                store.close()
                let damage = try Store.verify(at: path).damage
                if !damage.isEmpty { findings.withLock { $0.append("\(damage)") } }
            } catch {
                findings.withLock { $0.append("\(error)") }
            }
            for what in findings.withLock({ $0 }) {
                report.find(what, command: "threads \(seconds) \(seed)")
            }
        }
    }

    /// What one thread does, again and again; each gives what is wrong, or nothing.
    private struct Worker {
        let store: Store
        let thread: Int
        var random: SplitMix64
        let report: Report
        private var number = 0
        private var isThere = false
        private var seen: [Int: Int] = [:]
        private var lastCommit: UInt64 = 0
        private var upkeepCount = 0

        init(store: Store, thread: Int, random: SplitMix64, report: Report) {
            self.store = store
            self.thread = thread
            self.random = random
            self.report = report
        }

        private func key(_ writer: Int, _ place: Int) -> Key {
            .integer(UInt64(writer * 1_000 + place))
        }

        private mutating func vector(_ first: Int) -> [Float] {
            [Float(first)] + (1..<8).map { _ in Float.random(in: -1...1, using: &random) }
        }

        mutating func write() throws(StoreError) -> String? {
            number += 1
            let collection = try store.collection(ThreadsOnOneStore.collection)
            var batch = WriteBatch()
            let removes = isThere && Int.random(in: 0..<8, using: &random) == 0
            for place in 0..<ThreadsOnOneStore.keyCount {
                let key = key(thread, place)
                if removes {
                    batch.delete(key)
                } else if isThere, Int.random(in: 0..<3, using: &random) == 0 {
                    batch.update(
                        DocumentUpdate(key: key, fields: ["number": .int64(Int64(number))])
                    )
                } else {
                    batch.upsert(
                        Document(
                            key: key,
                            text: "of \(thread)",
                            fields: ["number": .int64(Int64(number))],
                            vector: vector(thread)
                        )
                    )
                }
            }
            let receipt = try collection.write(batch)
            isThere = !removes
            guard receipt.commit > lastCommit else { return "commit \(receipt.commit) comes twice" }
            lastCommit = receipt.commit
            report.count("batches of threads")
            // What is acknowledged is seen.
            let documents = try collection.documents([key(thread, 0)], contents: .fields)
            let found = documents[0]?.fields["number"]
            guard found == (removes ? nil : .int64(Int64(number))) else {
                return "writer \(thread) wrote \(number) and reads \(String(describing: found))"
            }
            return nil
        }

        mutating func read(_ store: Store) throws(StoreError) -> String? {
            let snapshot = try store.collection(ThreadsOnOneStore.collection).snapshot()
            guard snapshot.commit >= lastCommit else { return "a snapshot goes back in time" }
            lastCommit = snapshot.commit
            var numbers: [Int: [Int64]] = [:]
            try snapshot.scan(contents: .fields) { document in
                guard case .integer(let key) = document.key,
                    case .int64(let number) = document.fields["number"]
                else { return false }
                numbers[Int(key / 1_000), default: []].append(number)
                return true
            }
            for (writer, found) in numbers {
                guard found.count == ThreadsOnOneStore.keyCount, Set(found).count == 1 else {
                    return "a torn batch of writer \(writer): \(found)"
                }
                guard Int(found[0]) >= seen[writer] ?? 0 else {
                    return "batch \(found[0]) of writer \(writer) after \(seen[writer] ?? 0)"
                }
                seen[writer] = Int(found[0])
            }
            guard let writer = numbers.keys.min() else { return nil }
            let query = SearchRequest(
                queries: [[Float(writer)] + [Float](repeating: 0, count: 7)],
                k: 5,
                mode: Bool.random(using: &random) ? .exact : .automatic,
                contents: .text
            )
            for hit in try snapshot.search(query)[0].hits {
                guard case .integer(let key) = hit.key, numbers[Int(key / 1_000)] != nil,
                    hit.text == "of \(key / 1_000)"
                else { return "a search finds \(hit.key), which is not there" }
            }
            let filter = try Filter(parsing: "number = \(numbers[writer]?[0] ?? 0)")
            guard try snapshot.count(filter) >= ThreadsOnOneStore.keyCount else {
                return "a filter does not find batch \(numbers[writer]?[0] ?? 0)"
            }
            report.count("views of threads")
            return nil
        }

        /// Readers with a handle of their own, which comes and goes.
        mutating func openAnew(_ path: String) throws(StoreError) -> String? {
            let other = try Store.open(at: path, access: .readOnly)
            defer { other.close() }
            for _ in 0..<5 {
                if let what = try read(other) { return what }
            }
            for snapshot in try other.snapshots() {
                do throws(StoreError) {
                    let named = try other.snapshot(
                        named: snapshot.name,
                        collection: ThreadsOnOneStore.collection
                    )
                    guard named.liveCount % ThreadsOnOneStore.keyCount == 0 else {
                        return "the snapshot \(snapshot.name) has part of a batch"
                    }
                } catch .unknownSnapshot {
                    // Dropped meanwhile.
                }
            }
            return nil
        }

        mutating func remember() throws(StoreError) -> String? {
            let cache = try Cache(try store.collection(ThreadsOnOneStore.cache), model: "m")
            let keys = (0..<8).map { _ in
                Key.integer(UInt64.random(in: 0..<2_000, using: &random))
            }
            let wanted = Array(Set(keys))
            let found = try cache.entries(wanted)
            var missing: [Document] = []
            for (key, entry) in zip(wanted, found) {
                guard let entry else {
                    missing.append(Document(key: key, text: "\(key)", vector: vector(1)))
                    continue
                }
                guard entry.text == "\(key)" else { return "the cache takes \(key) for another" }
            }
            try cache.store(missing)
            return nil
        }

        mutating func keepUp() throws(StoreError) -> String? {
            upkeepCount += 1
            let collection = try store.collection(ThreadsOnOneStore.collection)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: try collection.seal()
            case 1: try collection.maintain(threadCount: 2)
            case 2:
                try collection.compact(
                    CompactionOptions(maximumSegmentDocumentCount: 12, threadCount: 2)
                )
            case 3:
                try store.createSnapshot("s\(upkeepCount)")
                let names = try store.snapshots().map(\.name)
                if names.count > 2 { try store.dropSnapshot(names[0]) }
            case 4:
                try collection.alter([.addField(Field(name: "more", type: .string))])
                try collection.alter([.dropField("more")])
            default: usleep(2_000)
            }
            report.count("upkeep beside threads")
            return nil
        }
    }
}

/// Two threads that count on one number without asking each other, for `scripts/test-threads` to see that a race is found.
func race() {
    // What is unsafe is the point of it.
    nonisolated(unsafe) let number = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    number.initialize(to: 0)
    concurrently(2) { _ in
        for _ in 0..<1_000 { number.pointee += 1 }
    }
    say("counted to \(number.pointee)")
    number.deallocate()
}
