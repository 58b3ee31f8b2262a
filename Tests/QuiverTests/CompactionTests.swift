import Files
import Glibc
import Quiver
import Synchronization
import TestSupport
import Testing

@Suite struct CompactionTests {
    private let directory = TemporaryDirectory()

    /// Keys that are hard to order by their first bytes alone: long common beginnings, zeros, and one the beginning of the other.
    private static func awkwardKeys(
        _ count: Int,
        _ generator: inout SplitMix64
    ) -> Set<Key> {
        let beginnings = ["", "a", "0123456789abcd", "0123456789abcde", "0123456789abcdef", "é\0"]
        let pieces = ["", "\0", "\0\0", "a", "b", "\u{7f}", "é", "\u{10ffff}"]
        var keys: Set<Key> = []
        while keys.count < count {
            guard Int.random(in: 0..<10, using: &generator) > 0 else {
                let number = generator.next()
                keys.insert(.integer(Bool.random(using: &generator) ? number : number % 50))
                continue
            }
            var name = beginnings[Int.random(in: beginnings.indices, using: &generator)]
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                name += pieces[Int.random(in: pieces.indices, using: &generator)]
            }
            if !name.isEmpty { keys.insert(.string(name)) }
        }
        return keys
    }

    @Test(arguments: [1, 2])
    func `documents of many segments are merged in the order of their keys`(
        threadCount: Int
    ) throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("documents of many segments: seed \(seed)")
        var generator = SplitMix64(seed: seed)
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(
                        name: "many",
                        dimension: 2,
                        rowColumns: [RowColumn(name: "page", type: .int16)]
                    ),
                    VectorField(name: "seldom", dimension: 3, isOptional: true),
                ],
                fields: [Field(name: "number", type: .int64)]
            )
        )
        var kept: [Key: Document] = [:]
        for key in Self.awkwardKeys(600, &generator).shuffled(using: &generator) {
            let number = Int64(truncatingIfNeeded: generator.next())
            let rowCount = Int.random(in: 1...3, using: &generator)
            var document = Document(
                key: key,
                text: kept.count % 3 == 0 ? nil : "text \(number)",
                vectors: [:]
            )
            document.fields["number"] = .int64(number)
            document.vectors["many"] = (0..<(2 * rowCount)).map { Float($0) + Float(kept.count) }
            document.columns["many"] = ["page": .int16((0..<rowCount).map { Int16($0) })]
            if kept.count % 5 == 0 { document.vectors["seldom"] = [1, 2, Float(kept.count)] }
            kept[key] = document
            var batch = WriteBatch()
            batch.upsert(document)
            try collection.write(batch)
            if kept.count % 70 == 0 { try collection.seal() }
        }
        for key in kept.keys.sorted() where generator.next() % 3 == 0 {
            var batch = WriteBatch()
            batch.delete(key)
            try collection.write(batch)
            kept[key] = nil
        }
        try expect(collection, kept, "seed \(seed)")
        let summary = try collection.compact(
            CompactionOptions(maximumSegmentDocumentCount: 150, threadCount: threadCount)
        )
        #expect(summary.documentCount == kept.count)
        #expect(summary.addedSegmentCount == (kept.count + 149) / 150)
        try expect(collection, kept, "seed \(seed)")
        #expect(try Store.verify(at: directory.file("store")).damage == [])
    }

    /// A scan gives exactly `kept`, in order, whole, and finds each by its key.
    private func expect(
        _ collection: Collection,
        _ kept: [Key: Document],
        _ comment: Comment
    ) throws {
        let snapshot = try collection.snapshot()
        var found: [Key] = []
        try snapshot.scan(contents: .all) { document in
            found.append(document.key)
            let expected = kept[document.key]
            if document.text != expected?.text || document.fields != expected?.fields
                || document.vectors != expected?.vectors
                || document.columns != expected?.columns
            {
                Issue.record("\(document) is not \(String(describing: expected)); \(comment)")
            }
            return true
        }
        #expect(found == kept.keys.sorted(), comment)
        #expect(try snapshot.documents(found, contents: []).allSatisfy { $0 != nil }, comment)
    }

    @Test func `two threads write the same bytes as one`() throws {
        var written: [[String: [UInt8]]] = []
        for threadCount in 1...2 {
            let path = directory.file("store-of-\(threadCount)")
            let store = try Store.create(at: path)
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(
                    vectorFields: [
                        VectorField(
                            name: "a",
                            dimension: 2,
                            storage: .int8,
                            rowColumns: [RowColumn(name: "page", type: .float32)]
                        ),
                        VectorField(name: "b", dimension: 4, storage: .float16, isOptional: true),
                    ],
                    fields: [Field(name: "number", type: .int64)]
                )
            )
            for number in 0..<200 {
                var document = Document(
                    key: number % 2 == 0 ? .integer(UInt64(number)) : .string("\(number)"),
                    text: "text \(number)",
                    vectors: ["a": [1, Float(number), 2, 3]]
                )
                document.columns["a"] = ["page": .float32([Float(number), 1])]
                document.fields["number"] = .int64(Int64(number))
                try collection.upsert([document])
                if number % 60 == 59 { try collection.seal() }
            }
            var batch = WriteBatch()
            for number in 0..<100 {
                batch.update(
                    DocumentUpdate(key: .integer(UInt64(2 * number)), fields: ["number": .null])
                )
            }
            try collection.write(batch)
            try collection.compact(CompactionOptions(threadCount: threadCount))
            store.close()
            var files: [String: [UInt8]] = [:]
            let segments = try directoryEntries("\(path)/segments")
            try #require(segments.count == 1)
            for name in try directoryEntries("\(path)/segments/\(segments[0])") {
                let file = try MappedFile(path: "\(path)/segments/\(segments[0])/\(name)")
                files[name] = file.withUnsafeBytes { Array($0) }
            }
            written.append(files)
        }
        #expect(written[0].count == 13)
        #expect(written[0] == written[1])
    }

    @Test func `progress goes up to the end, and can be ended at any of its calls`() throws {
        var patience = 0
        var told: [Progress]?
        while told == nil {
            patience += 1
            try #require(patience < 200)
            told = try compactedProgress(patience: patience)
        }
        let steps = told?.filter { $0.stage == .compacting } ?? []
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.completed <= $1.completed })
        #expect(steps.last?.completed == 10_000 && steps.last?.total == 10_000)
        #expect(patience > 8)
    }

    /// What is told of a compaction that its handler ends after `patience` calls; `nil` if that is before its end.
    private func compactedProgress(patience: Int) throws -> [Progress]? {
        let path = directory.file("store-\(patience)")
        let store = try Store.create(at: path)
        defer { store.close() }
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(name: "a", dimension: 1, index: .exact),
                    VectorField(name: "b", dimension: 1, index: .exact),
                ],
                fields: [Field(name: "number", type: .int64)]
            )
        )
        for first in [UInt64(0), 5_000] {
            let documents = (first..<first + 5_000).map {
                Document(
                    key: .integer($0),
                    fields: ["number": .int64(Int64($0))],
                    vectors: ["a": [1], "b": [Float($0 + 1)]]
                )
            }
            try collection.upsert(documents)
            try collection.seal()
        }
        let calls = Countdown(patience)
        let seen = Mutex<[Progress]>([])
        var isCancelled = false
        do throws(StoreError) {
            try collection.compact(CompactionOptions(threadCount: 2)) { now in
                seen.withLock { $0.append(now) }
                return calls.next()
            }
        } catch {
            guard case .cancelled = error else { throw error }
            isCancelled = true
        }
        let told = seen.withLock { $0 }
        guard isCancelled else { return told }
        #expect(try directoryEntries("\(path)/staging") == [], "call \(patience)")
        #expect(try collection.statistics().liveCount == 10_000)
        #expect(told.count <= patience + 2)
        return nil
    }

    @Test func `whatever stops one of two threads stops the compaction and loses nothing`() throws {
        var calls = 0
        while true {
            calls += 1
            try #require(calls < 500)
            let path = directory.file("store-\(calls)")
            // Fails the so-manieth write, in whichever thread it is.
            let left = Countdown(calls - 1)
            let hasFailed = Atomic<Bool>(false)
            let isArmed = Atomic<Bool>(false)
            var files = FileSystem.system
            files.pwrite = { descriptor, bytes, offset in
                if isArmed.load(ordering: .relaxed), !left.next() {
                    hasFailed.store(true, ordering: .relaxed)
                    errno = ENOSPC
                    return -1
                }
                return FileSystem.system.pwrite(descriptor, bytes, offset)
            }
            let store = try Store.create(at: path, options: Store.Options(), fileSystem: files)
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(
                    vectorFields: [
                        VectorField(name: "a", dimension: 2), VectorField(name: "b", dimension: 2),
                    ],
                    fields: [Field(name: "number", type: .int64)]
                )
            )
            for number in UInt64(0)..<20 {
                var document = Document(key: .integer(number), text: "text", vectors: [:])
                document.vectors = ["a": [1, Float(number)], "b": [2, Float(number)]]
                document.fields["number"] = .int64(Int64(number))
                try collection.upsert([document])
                if number % 10 == 9 { try collection.seal() }
            }
            isArmed.store(true, ordering: .relaxed)
            do throws(StoreError) {
                try collection.compact(CompactionOptions(threadCount: 2))
            } catch {
                guard case .file(.system(_, _, ENOSPC)) = error else {
                    Issue.record("write \(calls) ended in \(error)")
                    return
                }
                let isOurs = hasFailed.load(ordering: .relaxed)
                #expect(isOurs)
            }
            isArmed.store(false, ordering: .relaxed)
            #expect(try directoryEntries("\(path)/staging") == [], "write \(calls)")
            #expect(try collection.statistics().liveCount == 20)
            try collection.compact(CompactionOptions(threadCount: 2))
            #expect(try collection.statistics().segmentCount == 1)
            store.close()
            let report = try Store.verify(at: path)
            #expect(report.damage == [] && report.documentCount == 20, "write \(calls)")
            if !hasFailed.load(ordering: .relaxed) { break }
        }
        #expect(calls > 10)
    }
}
