import Quiver
import Synchronization
import TestSupport
import Testing

/// Neighbours whose writing ended in the middle, and goes on.
@Suite struct `Neighbours that are gone on with` {
    private static let seed = UInt64.random(in: 0..<1 << 32)
    private let fixture: NeighbourCollection
    private let request: NeighbourRequest
    private let path: String

    init() throws {
        fixture = try NeighbourCollection(seed: Self.seed)
        // With so little memory for so many neighbours, stretches are of some dozen queries.
        request = NeighbourRequest(k: 300, memoryByteCount: 1 << 20)
        path = fixture.file("n.npy")
    }

    private var part: String { "\(path).part" }
    private var log: String { "\(path).part.log" }

    private func whole() throws -> [UInt8] {
        let path = fixture.file("whole.npy")
        if !fileExists(path) { try fixture.snapshot.writeNeighbours(request, to: path) }
        return try fileBytes(path)
    }

    /// Ends the work when some queries are done.
    private func cancel(after count: Int) throws {
        #expect(throws: StoreError.cancelled, "seed \(Self.seed)") {
            try fixture.snapshot.writeNeighbours(request, to: path) { completed, _ in
                completed < count
            }
        }
        #expect(!fileExists(path))
    }

    private func resume(_ location: SourceLocation = #_sourceLocation) throws -> Int {
        let summary = try fixture.snapshot.writeNeighbours(request, to: path)
        #expect(try fileBytes(path) == whole(), "seed \(Self.seed)", sourceLocation: location)
        #expect(summary.queries == 0..<fixture.rowCount, sourceLocation: location)
        #expect(!fileExists(part) && !fileExists(log), sourceLocation: location)
        return summary.resumedCount
    }

    @Test(arguments: [100, 200, 300], [1, 3])
    func `after a cancel become the same`(count: Int, threadCount: Int) throws {
        try cancel(after: count)
        var other = request
        // Neither changes an answer.
        other.threadCount = threadCount
        other.memoryByteCount = 4 << 20
        let told = Mutex<[Int]>([])
        let summary = try fixture.snapshot.writeNeighbours(other, to: path) { completed, total in
            told.withLock { $0.append(completed) }
            return total == fixture.rowCount
        }
        #expect(try fileBytes(path) == whole(), "seed \(Self.seed)")
        #expect((1...count).contains(summary.resumedCount))
        let counts = told.withLock { $0 }
        #expect(counts.first == summary.resumedCount && counts.last == fixture.rowCount)
        #expect(counts == counts.sorted())
    }

    @Test func `after many cancels become the same`() throws {
        var random = SplitMix64(seed: Self.seed)
        var count = 0
        while count < fixture.rowCount {
            try cancel(after: count)
            count += .random(in: 1...60, using: &random)
        }
        #expect(try resume() > 0)
    }

    @Test func `after a cancel in the first stretch leave nothing`() throws {
        try cancel(after: 0)
        #expect(!fileExists(part) && !fileExists(log))
        // All there, and yet not finished.
        try cancel(after: fixture.rowCount)
        #expect(fileExists(part))
        #expect(try resume() == fixture.rowCount)
    }

    @Test func `with a torn log are taken up where it is whole`() throws {
        try cancel(after: 200)
        let (partBytes, logBytes) = (try fileBytes(part), try fileBytes(log))
        let head = try #require(String(decoding: logBytes, as: UTF8.self).firstRange(of: "\n\n"))
        let headCount = String(decoding: logBytes, as: UTF8.self)[..<head.upperBound].utf8.count
        var resumed: Set<Int> = []
        for end in stride(from: logBytes.count, through: headCount, by: -7) {
            try writeFile(partBytes, part)
            try writeFile(Array(logBytes[..<end]), log)
            resumed.insert(try resume())
            try removeFile(path)
        }
        #expect(resumed.contains(0) && resumed.count >= 3, "\(resumed)")
        // Without a head it cannot be told whose the file is.
        try writeFile(partBytes, part)
        try writeFile(Array(logBytes[..<(headCount - 2)]), log)
        #expect(throws: StoreError.alreadyExists(path: part)) {
            try fixture.snapshot.writeNeighbours(request, to: path)
        }
        #expect(try fileBytes(part) == partBytes)
    }

    @Test func `with a log alone are begun anew`() throws {
        try cancel(after: 200)
        let logBytes = try fileBytes(log)
        try removeFile(part)
        for bytes in [[], Array(logBytes[..<9]), Array(logBytes[..<40]), logBytes] {
            try writeFile(bytes, log)
            #expect(try resume() == 0)
            try removeFile(path)
        }
    }

    @Test func `with a damaged file are taken up in front of the damage`() throws {
        try cancel(after: 200)
        let (partBytes, logBytes) = (try fileBytes(part), try fileBytes(log))
        var random = SplitMix64(seed: Self.seed)
        for round in 0..<12 {
            var bytes = partBytes
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch round % 3 {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.removeSubrange(place...)
            default: bytes += Array(repeating: 7, count: place)
            }
            try writeFile(bytes, part)
            try writeFile(logBytes, log)
            let resumed = try resume()
            let kept = 128 + resumed * 12 * request.k
            #expect(round % 3 == 2 ? resumed > 0 : kept <= max(place, 128), "seed \(Self.seed)")
            try removeFile(path)
        }
    }

    @Test func `are of the same question only`() throws {
        try cancel(after: 200)
        let before = (try fileBytes(part), try fileBytes(log))
        func refused(
            _ what: String,
            asked: String,
            found: String,
            _ change: (inout NeighbourRequest) -> Void
        ) {
            var other = request
            change(&other)
            #expect(
                throws: StoreError.begunOtherwise(
                    path: part,
                    what: what,
                    asked: asked,
                    found: found
                )
            ) { try fixture.snapshot.writeNeighbours(other, to: path) }
        }
        refused("k", asked: "301", found: "300") { $0.k = 301 }
        refused("mode", asked: "exact", found: "automatic") { $0.mode = .exact }
        refused("shard", asked: "1 of 2", found: "0 of 1") { ($0.shard, $0.shardCount) = (1, 2) }
        refused("filter", asked: #""parity = 1""#, found: "none") {
            $0.filter = .comparison(field: "parity", .equal, .int64(1))
        }
        refused("queries", asked: #"3 vectors "a\nb""#, found: "own rows") {
            $0.queries = .vectors(name: "a\nb", count: 3) { _ in [] }
        }
        #expect(try fileBytes(part) == before.0 && fileBytes(log) == before.1)
        // Another store of the same shape.
        let other = try NeighbourCollection(seed: Self.seed + 1)
        #expect {
            try other.snapshot.writeNeighbours(request, to: path)
        } throws: { error in
            guard case .begunOtherwise(_, let what, _, _)? = error as? StoreError else {
                return false
            }
            return ["commit", "rows", "state"].contains(what)
        }
        // A snapshot is the same later on; the collection is not.
        try fixture.collection.upsert([Document(key: 1, vectors: ["v": [1, 2, 3, 4, 5, 6]])])
        #expect {
            try fixture.collection.snapshot().writeNeighbours(request, to: path)
        } throws: { error in
            guard case .begunOtherwise(_, "commit", _, _)? = error as? StoreError else {
                return false
            }
            return true
        }
        #expect(try resume() > 0)
    }

    @Test func `are written by one at a time`() throws {
        let outcome = Mutex<StoreError?>(nil)
        try fixture.snapshot.writeNeighbours(request, to: path) { completed, _ in
            if completed == 0 {
                do throws(StoreError) {
                    try fixture.snapshot.writeNeighbours(request, to: path)
                } catch {
                    outcome.withLock { $0 = error }
                }
            }
            return true
        }
        #expect(outcome.withLock { $0 } == .lockedByWriter(path: part, processID: 0))
        #expect(try fileBytes(path) == whole())
    }

}
