/// The bytes of a graph index. All numbers are little-endian; every section starts at a multiple of
/// 64 bytes, the bytes between sections are zero.
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 8 | `QVGRAPH` and a zero |
/// | 8 | 4 | version: 1, or 2 if there are sketches |
/// | 12 | 4 | M |
/// | 16 | 4 | links a row on level 0, 2M |
/// | 20 | 4 | highest level, 0 if there are no rows |
/// | 24 | 8 | rows, n |
/// | 32 | 4 | entry point, a row; 0xFFFFFFFF if there are no rows |
/// | 36 | 4 | efConstruction |
/// | 40 | 8 | seed |
/// | 48 | 8 | rows on level 1 and above, u |
/// | 56 | 8 | upper lists, s: the highest levels of those u rows added up |
/// | 64 | 8 | bytes in all |
/// | 72 | 4 | numbers in a sketch, d; 0 if there are none |
/// | 76 | 52 | zero |
/// | 128 | n · 2M · 4 | **base**: each row's links on level 0, row numbers |
/// | … | u · 4 | **upper rows**: row numbers, ascending |
/// | … | (u + 1) · 4 | **upper starts**: the first upper list of each upper row, and s |
/// | … | s · M · 4 | **upper links**: list by list, a row's level 1 first |
/// | … | d · 4 | **origin**: float32; this and the next two only if there are sketches (`GraphSketches`) |
/// | … | n · 4 | **scales**: of each sketch the factor, float32 |
/// | … | n · d | **sketches**: int8 |
///
/// A list is filled from its start; unused places hold 0xFFFFFFFF, which is cheaper than a count: with M = 16 a
/// row's links on level 0 are exactly two cache lines. Upper links are not row numbers but places in **upper
/// rows**, so that the descent never has to look a row up.
struct GraphFormat: Equatable {
    static let magic: [UInt8] = Array("QVGRAPH\0".utf8)
    /// Without sketches, and with them.
    static let versions: ClosedRange<UInt32> = 1...2
    static let headerByteCount = 128
    static let alignment = 64
    /// What a level may be: M is at least 2, so even 2^31 rows stay below level 32 or so.
    static let levelLimit = 63

    var M: Int
    var rowCount: Int
    var topLevel: Int
    var entryPoint: UInt32
    var efConstruction: UInt32
    var seed: UInt64
    var upperRowCount: Int
    var upperListCount: Int
    /// 0 if there are no sketches.
    var sketchDimension = 0

    var version: UInt32 { sketchDimension == 0 ? 1 : 2 }
    var baseWidth: Int { 2 * M }
    var baseOffset: Int { Self.headerByteCount }
    var upperRowsOffset: Int { Self.aligned(baseOffset + rowCount * baseWidth * 4) }
    var upperStartsOffset: Int { Self.aligned(upperRowsOffset + upperRowCount * 4) }
    var upperLinksOffset: Int { Self.aligned(upperStartsOffset + (upperRowCount + 1) * 4) }
    var originOffset: Int { Self.aligned(upperLinksOffset + upperListCount * M * 4) }
    var scalesOffset: Int { Self.aligned(originOffset + sketchDimension * 4) }
    var sketchesOffset: Int {
        Self.aligned(scalesOffset + (sketchDimension == 0 ? 0 : rowCount * 4))
    }
    var byteCount: Int { Self.aligned(sketchesOffset + rowCount * sketchDimension) }

    private static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }
}

// MARK: - Writing

extension GraphFormat {
    /// Lays links out, and room for sketches behind them. O(bytes).
    static func encode(
        _ links: GraphLinks,
        _ parameters: GraphParameters,
        sketchDimension: Int
    ) -> (format: GraphFormat, bytes: [UInt8]) {
        let format = GraphFormat(
            M: links.M,
            rowCount: links.rowCount,
            topLevel: links.upperLevels.max() ?? 0,
            entryPoint: links.entryPoint ?? GraphLinks.none,
            efConstruction: UInt32(parameters.efConstruction),
            seed: parameters.seed,
            upperRowCount: links.upperRows.count,
            upperListCount: links.upperLevels.reduce(0, +),
            sketchDimension: sketchDimension
        )
        var places: [UInt32: UInt32] = [:]
        places.reserveCapacity(links.upperRows.count)
        for (place, row) in links.upperRows.enumerated() { places[row] = UInt32(place) }

        var bytes = [UInt8](repeating: 0, count: format.byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            format.writeHeader(to: bytes)
            func write(_ numbers: some Sequence<UInt32>, at offset: Int) {
                var offset = offset
                for number in numbers {
                    bytes.storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt32.self)
                    offset += 4
                }
            }
            write(links.base, at: format.baseOffset)
            write(links.upperRows, at: format.upperRowsOffset)
            var start: UInt32 = 0
            let starts = links.upperLevels.map { levels in
                defer { start += UInt32(levels) }
                return start
            }
            write(starts + [UInt32(format.upperListCount)], at: format.upperStartsOffset)
            write(
                links.upper.lazy.map { places[$0] ?? GraphLinks.none },
                at: format.upperLinksOffset
            )
        }
        return (format, bytes)
    }

    /// The same bytes without the room for sketches.
    static func dropSketches(_ format: GraphFormat, _ bytes: inout [UInt8]) {
        var bare = format
        bare.sketchDimension = 0
        bytes.removeLast(bytes.count - bare.byteCount)
        bytes.withUnsafeMutableBytes { bare.writeHeader(to: $0) }
    }

    private func writeHeader(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.copyBytes(from: Self.magic)
        func write(_ number: some FixedWidthInteger, at offset: Int) {
            withUnsafeBytes(of: number.littleEndian) {
                UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyMemory(from: $0)
            }
        }
        write(version, at: 8)
        write(UInt32(M), at: 12)
        write(UInt32(baseWidth), at: 16)
        write(UInt32(topLevel), at: 20)
        write(UInt64(rowCount), at: 24)
        write(entryPoint, at: 32)
        write(efConstruction, at: 36)
        write(seed, at: 40)
        write(UInt64(upperRowCount), at: 48)
        write(UInt64(upperListCount), at: 56)
        write(UInt64(byteCount), at: 64)
        write(UInt32(sketchDimension), at: 72)
    }
}

// MARK: - Reading

extension GraphFormat {
    /// Reads the header of `bytes`, which may be anything, and checks each field by itself and against the
    /// number of bytes.
    init(header bytes: UnsafeRawBufferPointer) throws(IndexError) {
        guard bytes.count >= Self.headerByteCount else {
            throw .wrongLength(
                .graph,
                expected: UInt64(Self.headerByteCount),
                found: UInt64(bytes.count)
            )
        }
        guard bytes.prefix(8).elementsEqual(Self.magic) else { throw .notAGraph }
        let version = Self.word(bytes, at: 8)
        guard Self.versions.contains(version) else {
            throw .unsupportedVersion(.graph, supported: Self.versions.upperBound, found: version)
        }
        let rows = try Self.field(
            bytes,
            at: 24,
            "the number of rows",
            in: 0...UInt64(Rows.countLimit)
        )
        let entry = Self.word(bytes, at: 32)
        guard rows == 0 ? entry == GraphLinks.none : UInt64(entry) < rows else {
            throw .corrupt(.graph, what: "the entry point", offset: 32, found: UInt64(entry))
        }
        let M = try Self.narrowField(
            bytes,
            at: 12,
            "M",
            in: UInt32(
                GraphParameters.allowedM.lowerBound
            )...UInt32(GraphParameters.allowedM.upperBound)
        )
        _ = try Self.narrowField(bytes, at: 16, "the links on level 0", in: 2 * M...2 * M)
        let topLevel = try Self.narrowField(
            bytes,
            at: 20,
            "the highest level",
            in: 0...(rows == 0 ? 0 : UInt32(Self.levelLimit))
        )
        let upperRows = try Self.field(
            bytes,
            at: 48,
            "the number of upper rows",
            in: 0...(topLevel == 0 ? 0 : rows)
        )
        let sketchDimension = try Self.narrowField(
            bytes,
            at: 72,
            "the numbers in a sketch",
            in: version == 1 ? 0...0 : 1...(1 << 24)
        )
        // Each upper row has at least one list and no more than there are levels.
        let upperLists = try Self.field(
            bytes,
            at: 56,
            "the number of upper lists",
            in: upperRows...upperRows * UInt64(topLevel)
        )
        self.init(
            M: Int(M),
            rowCount: Int(rows),
            topLevel: Int(topLevel),
            entryPoint: entry,
            efConstruction: Self.word(bytes, at: 36),
            seed: Self.wide(bytes, at: 40),
            upperRowCount: Int(upperRows),
            upperListCount: Int(upperLists),
            sketchDimension: Int(sketchDimension)
        )
        // The ranges above keep every product below 2^56.
        guard bytes.count == byteCount else {
            throw .wrongLength(.graph, expected: UInt64(byteCount), found: UInt64(bytes.count))
        }
        _ = try Self.field(
            bytes,
            at: 64,
            "the number of bytes",
            in: UInt64(byteCount)...UInt64(byteCount)
        )
        for offset in 76..<Self.headerByteCount where bytes[offset] != 0 {
            throw .corrupt(
                .graph,
                what: "a reserved byte",
                offset: offset,
                found: UInt64(bytes[offset])
            )
        }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func wide(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func field(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        _ what: String,
        in allowed: @autoclosure () -> ClosedRange<UInt64>
    ) throws(IndexError) -> UInt64 {
        let found = wide(bytes, at: offset)
        guard allowed().contains(found) else {
            throw .corrupt(.graph, what: what, offset: offset, found: found)
        }
        return found
    }

    private static func narrowField(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        _ what: String,
        in allowed: ClosedRange<UInt32>
    ) throws(IndexError) -> UInt32 {
        let found = word(bytes, at: offset)
        guard allowed.contains(found) else {
            throw .corrupt(.graph, what: what, offset: offset, found: UInt64(found))
        }
        return found
    }
}
