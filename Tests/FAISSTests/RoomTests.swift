import FAISS
import Glibc
import Testing

/// Zeros that take no memory, since nothing ever writes to them.
private final class Zeros {
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int

    init(byteCount: Int) throws {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        memory = try #require(mmap(nil, byteCount, PROT_READ, flags, -1, 0))
        try #require(memory != MAP_FAILED)
        self.byteCount = byteCount
    }

    func withSpan<Element: BitwiseCopyable, Failure: Error>(
        of type: Element.Type,
        _ body: (Span<Element>) throws(Failure) -> Void
    ) throws(Failure) {
        let count = byteCount / MemoryLayout<Element>.size
        let buffer = UnsafeBufferPointer(
            start: memory.bindMemory(to: type, capacity: count),
            count: count
        )
        try body(buffer.span)
    }

    deinit {
        munmap(memory, byteCount)
    }
}

/// Each asks for 2^46 bytes and more, where Swift's arrays would end the process.
@Suite struct `A result that memory cannot hold` {
    @Test func `is refused by a search`() throws {
        var index = try Index(dimension: 1, factory: "Flat", metric: .l2)
        try index.add([Float](repeating: 0, count: 1 << 16))
        let queries = try Zeros(byteCount: 1 << 30)
        #expect(throws: FAISSError.outOfMemory) {
            try queries.withSpan(of: Float.self) { queries throws(FAISSError) in
                _ = try index.search(queries, k: Int.max)
            }
        }
    }

    @Test func `is refused by a search of bits`() throws {
        var index = try BinaryIndex(dimension: 8, factory: "BFlat")
        try index.add([UInt8](repeating: 0, count: 1 << 16))
        let queries = try Zeros(byteCount: 1 << 28)
        #expect(throws: FAISSError.outOfMemory) {
            try queries.withSpan(of: UInt8.self) { queries throws(FAISSError) in
                _ = try index.search(queries, k: Int.max)
            }
        }
    }

    @Test func `is refused by reconstruction`() throws {
        var index = try Index(dimension: 65_536, factory: "Flat", metric: .l2)
        try index.add([Float](repeating: 0, count: 65_536))
        var bits = try BinaryIndex(dimension: 65_536, factory: "BFlat")
        try bits.add([UInt8](repeating: 0, count: 8_192))
        let labels = try Zeros(byteCount: 1 << 33)
        #expect(throws: FAISSError.outOfMemory) {
            try labels.withSpan(of: Int64.self) { labels throws(FAISSError) in
                _ = try index.reconstruct(labels)
            }
        }
        let more = try Zeros(byteCount: 1 << 36)
        #expect(throws: FAISSError.outOfMemory) {
            try more.withSpan(of: Int64.self) { labels throws(FAISSError) in
                _ = try bits.reconstruct(labels)
            }
        }
    }

    @Test func `is refused by a transform`() throws {
        let transform = try VectorTransform(dimension: 1, .padding(dimension: 65_536))
        let rows = try Zeros(byteCount: 1 << 30)
        #expect(throws: FAISSError.outOfMemory) {
            try rows.withSpan(of: Float.self) { rows throws(FAISSError) in
                _ = try transform.apply(rows)
            }
        }
    }
}
