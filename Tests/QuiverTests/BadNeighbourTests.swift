import Glibc
import Quiver
import TestSupport
import Testing

/// What cannot be asked: each is a named error and leaves no file.
@Suite struct `Neighbours that cannot be` {
    private let fixture: NeighbourCollection

    init() throws {
        fixture = try NeighbourCollection(seed: 5, documentCount: 40)
    }

    private func refused(
        _ error: StoreError,
        _ request: NeighbourRequest,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let path = fixture.file("n.npy")
        #expect(throws: error, sourceLocation: location) {
            try fixture.snapshot.writeNeighbours(request, to: path)
        }
        for path in [path, "\(path).part", "\(path).part.log"] {
            #expect(!fileExists(path), sourceLocation: location)
        }
    }

    @Test func `settings`() {
        refused(.invalidK(0), NeighbourRequest(k: 0))
        refused(.invalidK(-1), NeighbourRequest(k: -1))
        refused(
            .invalidSearch(reason: "k is 1 to 16384, not 16385"),
            NeighbourRequest(k: 16_385)
        )
        refused(
            .unknownVectorField("w", collection: "c"),
            NeighbourRequest(k: 1, vectorField: "w")
        )
        refused(
            .unknownField("colour", collection: "c"),
            NeighbourRequest(k: 1, filter: .isNull(field: "colour"))
        )
        for (shard, count) in [(0, 0), (1, 1), (-1, 3), (3, 3), (0, -1)] {
            refused(
                .invalidSearch(reason: "shard \(shard) of \(count) is none"),
                NeighbourRequest(k: 1, shard: shard, shardCount: count)
            )
        }
        var request = NeighbourRequest(k: 1)
        request.nprobe = 3
        refused(.unknownSearchSetting(.nprobe, index: "exact"), request)
        request.nprobe = 0
        refused(.invalidSearch(reason: "nprobe is at least 1, not 0"), request)
    }

    @Test func `memory that is not enough for one query`() throws {
        let least = NeighbourRequest.minimumMemoryByteCount
        refused(
            .tooLittleMemory(found: least - 1, minimum: least),
            NeighbourRequest(k: 1, memoryByteCount: least - 1)
        )
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "many",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        try collection.upsert(
            (0..<16_000).map { Document(key: .integer(UInt64($0)), vector: [Float($0)]) },
            batchCount: 16_000
        )
        var request = NeighbourRequest(k: 16_000, memoryByteCount: least)
        let path = directory.file("n.npy")
        do throws(StoreError) {
            try collection.snapshot().writeNeighbours(request, to: path) { _, _ in false }
            Issue.record("\(least) bytes for 16,000 candidates")
        } catch {
            guard case .tooLittleMemory(least, let minimum) = error else { throw error }
            #expect((2 * least)...(8 * least) ~= minimum)
            // What it says is enough: one gets as far as being asked whether to go on.
            request.memoryByteCount = minimum
        }
        #expect(throws: StoreError.cancelled) {
            try collection.snapshot().writeNeighbours(request, to: path) { _, _ in false }
        }
        #expect(!fileExists("\(path).part"))
    }

    private static let badVectors: [([Float], StoreError)] = [
        ([1, 2, 3, .nan, 5, 6], .notFinite(key: nil, field: "v", row: 3, position: 3)),
        ([-.infinity, 2, 3, 4, 5, 6], .notFinite(key: nil, field: "v", row: 3, position: 0)),
        ([1, 2, 3, 4, 5], .dimensionMismatch(key: nil, field: "v", expected: 6, found: 5)),
        ([0, 0, 0, 0, 0, 0], .zeroVector(key: nil, field: "v", row: 3)),
    ]

    @Test(arguments: badVectors)
    func `vectors`(bad: [Float], error: StoreError) throws {
        let fixture = try NeighbourCollection(seed: 5, metric: .cosine, documentCount: 10)
        let path = fixture.file("n.npy")
        let vectors = (0..<8).map { number in
            number == 3 || bad.count == 5 ? bad : [1, 2, 3, 4, 5, 6]
        }
        let request = NeighbourRequest(
            k: 1,
            of: .vectors(name: "some", count: 8) { range in vectors[range].flatMap(\.self) }
        )
        #expect(throws: error) { try fixture.snapshot.writeNeighbours(request, to: path) }
        #expect(!fileExists("\(path).part") && !fileExists("\(path).part.log"))
    }

    @Test func `what reading throws comes out`() {
        refused(
            .damaged(file: "mine", reason: "is not theirs"),
            NeighbourRequest(
                k: 1,
                of: .vectors(name: "some", count: 8) { _ throws(StoreError) in
                    throw .damaged(file: "mine", reason: "is not theirs")
                }
            )
        )
        refused(
            .invalidSearch(reason: "-1 query vectors"),
            NeighbourRequest(k: 1, of: .vectors(name: "some", count: -1) { _ in [] })
        )
    }

    @Test func `paths`() throws {
        let request = NeighbourRequest(k: 1)
        func error(_ path: String) -> StoreError? {
            do throws(StoreError) {
                try fixture.snapshot.writeNeighbours(request, to: path)
                return nil
            } catch {
                return error
            }
        }
        for path in ["", fixture.file("n") + "/", fixture.file("n\0m")] {
            #expect(
                error(path)
                    == .invalidSearch(
                        reason: "\(String(reflecting: path)) cannot be a file's path"
                    )
            )
        }
        #expect(
            error(fixture.file("none/n.npy"))
                == .file(
                    .system(
                        operation: "open",
                        path: fixture.file("none/n.npy.part.log"),
                        code: ENOENT
                    )
                )
        )
        try writeFile([1, 2, 3], fixture.file("there"))
        for path in [fixture.file("there"), fixture.directory.path] {
            #expect(error(path) == .alreadyExists(path: path))
        }
        // What is not this work's own is left as it is, whatever its name.
        try writeFile([1, 2, 3], fixture.file("other.npy.part"))
        #expect(
            error(fixture.file("other.npy")) == .alreadyExists(path: fixture.file("other.npy.part"))
        )
        #expect(try fileBytes(fixture.file("other.npy.part")) == [1, 2, 3])
        #expect(!fileExists(fixture.file("other.npy.part.log")))
        try writeFile(Array("my log\n".utf8), fixture.file("more.npy.part.log"))
        #expect(
            error(fixture.file("more.npy"))
                == .alreadyExists(path: fixture.file("more.npy.part.log"))
        )
        #expect(try fileBytes(fixture.file("more.npy.part.log")) == Array("my log\n".utf8))
        #expect(mkfifo(fixture.file("pipe.npy.part.log"), 0o600) == 0)
        guard case .file? = error(fixture.file("pipe.npy")) else {
            Issue.record("\(String(describing: error(fixture.file("pipe.npy"))))")
            return
        }
    }
}
