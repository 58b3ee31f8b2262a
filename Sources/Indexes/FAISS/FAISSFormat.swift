/// The bytes of a FAISS index of a segment, version 1. All numbers are little-endian.
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 8 | `QVINDEX` and a zero |
/// | 8 | 4 | version, 1 |
/// | 12 | 1 | the rows' metric: 0 l2, 1 innerProduct, 2 cosine |
/// | 13 | 1 | 1 if rows and queries are divided by their norms before FAISS has them |
/// | 14 | 2 | bytes of the factory string, f |
/// | 16 | 8 | rows |
/// | 24 | 4 | dimension |
/// | 28 | 4 | lists that a search visits unless it is told otherwise; 0 for a kind without lists |
/// | 32 | 8 | seed |
/// | 40 | 8 | bytes of the container |
/// | 48 | 16 | zero |
/// | 64 | f | the factory string, zeros to a multiple of 64 |
/// | … | | the container of the index (`Sources/CFAISS/container/format.hpp`), to the end |
///
/// The row added as the n-th has label n.
struct FAISSFormat: Equatable {
    static let magic: [UInt8] = Array("QVINDEX\0".utf8)
    static let version: UInt32 = 1
    static let headerByteCount = 64

    var metric: Metric
    var isNormalized: Bool
    var factory: String
    var rowCount: Int
    var dimension: Int
    var nprobe: Int
    var seed: UInt64
    var containerByteCount: Int

    var containerOffset: Int { Self.headerByteCount + (factory.utf8.count + 63) / 64 * 64 }

    /// What stands before the container.
    func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: containerOffset)
        bytes.replaceSubrange(0..<8, with: Self.magic)
        func put(_ number: some FixedWidthInteger, at offset: Int) {
            withUnsafeBytes(of: number.littleEndian) {
                bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
            }
        }
        put(Self.version, at: 8)
        put(metric.rawValue, at: 12)
        put(UInt8(isNormalized ? 1 : 0), at: 13)
        put(UInt16(factory.utf8.count), at: 14)
        put(UInt64(rowCount), at: 16)
        put(UInt32(dimension), at: 24)
        put(UInt32(nprobe), at: 28)
        put(seed, at: 32)
        put(UInt64(containerByteCount), at: 40)
        bytes.replaceSubrange(64..<64 + factory.utf8.count, with: factory.utf8)
        return bytes
    }

    /// Reads what stands before the container in `bytes`, which may be anything.
    init(header bytes: UnsafeRawBufferPointer) throws(IndexError) {
        guard bytes.count >= Self.headerByteCount else {
            throw .wrongLength(
                .faiss,
                expected: UInt64(Self.headerByteCount),
                found: UInt64(bytes.count)
            )
        }
        guard bytes.prefix(8).elementsEqual(Self.magic) else { throw .notAnIndex }
        func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
            Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        let version = number(UInt32.self, at: 8)
        guard version == Self.version else {
            throw .unsupportedVersion(.faiss, supported: Self.version, found: version)
        }
        guard let metric = Metric(rawValue: number(UInt8.self, at: 12)) else {
            throw .corrupt(.faiss, what: "the metric", offset: 12, found: UInt64(bytes[12]))
        }
        guard bytes[13] <= 1 else {
            throw .corrupt(.faiss, what: "the normalisation", offset: 13, found: UInt64(bytes[13]))
        }
        let rows = number(UInt64.self, at: 16)
        guard rows <= UInt64(Rows.countLimit) else {
            throw .corrupt(.faiss, what: "the number of rows", offset: 16, found: rows)
        }
        let textByteCount = Int(number(UInt16.self, at: 14))
        let offset = Self.headerByteCount + (textByteCount + 63) / 64 * 64
        let container = number(UInt64.self, at: 40)
        guard bytes.count >= offset, container == UInt64(bytes.count - offset) else {
            throw .wrongLength(
                .faiss,
                expected: UInt64(offset).addingReportingOverflow(container).partialValue,
                found: UInt64(bytes.count)
            )
        }
        for place in 48..<64 where bytes[place] != 0 {
            throw .corrupt(
                .faiss,
                what: "a reserved byte",
                offset: place,
                found: UInt64(bytes[place])
            )
        }
        for place in (64 + textByteCount)..<offset where bytes[place] != 0 {
            throw .corrupt(.faiss, what: "padding", offset: place, found: UInt64(bytes[place]))
        }
        let text = bytes[64..<64 + textByteCount]
        guard let factory = String(validating: text, as: UTF8.self) else {
            throw .corrupt(.faiss, what: "the factory string", offset: 64, found: UInt64(bytes[64]))
        }
        self.init(
            metric: metric,
            isNormalized: bytes[13] == 1,
            factory: factory,
            rowCount: Int(rows),
            dimension: Int(number(UInt32.self, at: 24)),
            nprobe: Int(number(UInt32.self, at: 28)),
            seed: number(UInt64.self, at: 32),
            containerByteCount: Int(container)
        )
    }

    init(
        metric: Metric,
        isNormalized: Bool,
        factory: String,
        rowCount: Int,
        dimension: Int,
        nprobe: Int,
        seed: UInt64,
        containerByteCount: Int
    ) {
        self.metric = metric
        self.isNormalized = isNormalized
        self.factory = factory
        self.rowCount = rowCount
        self.dimension = dimension
        self.nprobe = nprobe
        self.seed = seed
        self.containerByteCount = containerByteCount
    }
}
