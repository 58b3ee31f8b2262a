import Indexes
import TestSupport
import Testing

/// What damage does: an error, or an index that can be searched without leaving its bytes.
private func validate(_ bytes: [UInt8], rowCount: Int, alignment: Int = 64) throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: bytes.count + 64,
        alignment: alignment
    )
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let slice = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<bytes.count])
    _ = try GraphIndex(validating: slice, rowCount: rowCount)
}

private func put(_ value: some FixedWidthInteger, at offset: Int, in bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) {
        bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
    }
}

private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
}

@Suite struct `The bytes of a graph` {
    let stored: StoredRows
    let bytes: [UInt8]
    let rowCount = 500

    init() throws {
        stored = StoredRows(
            clusteredVectors(count: rowCount, dimension: 8, seed: 81),
            storage: .float32,
            metric: .l2,
            dimension: 8
        )
        bytes = try GraphIndex.build(
            rows: stored.rows,
            parameters: GraphParameters(M: 4, efConstruction: 40, seed: 3)
        )
    }

    @Test func `begin as the table says`() {
        #expect(Array(bytes.prefix(8)) == Array("QVGRAPH\0".utf8))
        #expect(word(bytes, 8) == 1)
        #expect(word(bytes, 12) == 4)
        #expect(word(bytes, 16) == 8)
        #expect(word(bytes, 24) == UInt32(rowCount))
        #expect(word(bytes, 36) == 40)
        #expect(bytes.count % 64 == 0)
        #expect(word(bytes, 64) == UInt32(bytes.count))
    }

    @Test func `are refused for another number of rows`() {
        #expect(throws: IndexError.rowCountMismatch(.graph, expected: 499, found: 500)) {
            try validate(bytes, rowCount: 499)
        }
    }

    @Test func `are refused when they are short, long or none`() {
        for count in [0, 1, 8, 127, 128, 129, bytes.count - 64, bytes.count - 1] {
            #expect(throws: IndexError.self) {
                try validate(Array(bytes.prefix(count)), rowCount: rowCount)
            }
        }
        #expect(
            throws: IndexError.wrongLength(
                .graph,
                expected: UInt64(bytes.count),
                found: UInt64(bytes.count + 1)
            )
        ) {
            try validate(bytes + [0], rowCount: rowCount)
        }
        #expect(throws: IndexError.notAGraph) {
            try validate([UInt8](repeating: 7, count: 4_096), rowCount: rowCount)
        }
    }

    @Test func `of another version are refused by name`() {
        var newer = bytes
        put(UInt32(3), at: 8, in: &newer)
        #expect(throws: IndexError.unsupportedVersion(.graph, supported: 2, found: 3)) {
            try validate(newer, rowCount: rowCount)
        }
    }

    @Test func `must be aligned for their numbers`() {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: bytes.count + 1,
            alignment: 64
        )
        defer { memory.deallocate() }
        let shifted = UnsafeMutableRawBufferPointer(rebasing: memory[1...])
        shifted.copyBytes(from: bytes)
        #expect(throws: IndexError.misaligned(.graph, required: 4)) {
            try GraphIndex(validating: UnsafeRawBufferPointer(shifted), rowCount: rowCount)
        }
    }

    @Test func `with impossible header fields are refused`() {
        let fields: [(offset: Int, width: Int)] = [
            (12, 4), (16, 4), (20, 4), (24, 8), (32, 4), (48, 8), (56, 8), (64, 8), (72, 1),
            (127, 1),
        ]
        for (offset, width) in fields {
            for value in [UInt64.max, 1 << 62, 1 << 31, 0x7fff_ffff, 0, 1, 513] {
                var damaged = bytes
                if width == 8 { put(value, at: offset, in: &damaged) }
                if width == 4 { put(UInt32(truncatingIfNeeded: value), at: offset, in: &damaged) }
                if width == 1 { put(UInt8(truncatingIfNeeded: value), at: offset, in: &damaged) }
                if damaged == bytes { continue }
                // An entry point may be any row of the highest level; no other field has a second value.
                #expect(throws: IndexError.self, "offset \(offset), value \(value)") {
                    try validate(damaged, rowCount: rowCount)
                }
            }
        }
    }

    @Test func `with a link out of range are refused by its place`() {
        for value in [UInt32(rowCount), 0x7fff_ffff, 0xffff_fffe] {
            var damaged = bytes
            put(value, at: 128 + 4 * 8 * 77, in: &damaged)
            #expect(
                throws: IndexError.corrupt(
                    .graph,
                    what: "a link on level 0",
                    offset: 128 + 4 * 8 * 77,
                    found: UInt64(value)
                )
            ) {
                try validate(damaged, rowCount: rowCount)
            }
        }
    }

    @Test func `with a hole in a list are refused`() {
        var damaged = bytes
        put(UInt32.max, at: 128, in: &damaged)
        #expect(throws: IndexError.self) { try validate(damaged, rowCount: rowCount) }
    }

    /// Every region flipped, every section's bytes: refused, or walked safely to the end.
    @Test(arguments: [UInt64(82), 83])
    func `that were flipped are refused or harmless`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let query = Query([Float](repeating: 0.3, count: 8), metric: .l2)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        defer { memory.deallocate() }
        var refused = 0
        var searched = 0
        let places =
            Array(0..<128) + Array(bytes.count - 256..<bytes.count)
            + (0..<1_500).map { _ in Int.random(in: 128..<bytes.count, using: &random) }
            + Array(stride(from: 128 + rowCount * 32 - 64, to: bytes.count, by: 7))
        for place in places {
            memory.copyBytes(from: bytes)
            memory[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            do {
                let index = try GraphIndex(
                    validating: UnsafeRawBufferPointer(memory),
                    rowCount: rowCount
                )
                var scratch = GraphSearchScratch()
                var nearest = Nearest(k: 3)
                try index.search(
                    stored.rows,
                    query: query,
                    efSearch: 4,
                    scratch: &scratch,
                    into: &nearest
                )
                searched += 1
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0 && searched > 0)
    }
}
