import Indexes

/// The rows of one vector field of a segment, in the order of its documents; N are the rows.
///
/// | size | what |
/// | --- | --- |
/// | N × bytes a row | values, row-major, without padding |
/// | 0…63 | 0, to a multiple of 64 |
/// | 4 × N | float32 norms |
/// | 0…63 | 0, to a multiple of 64 |
/// | 4 × N, `int8` only | float32 scales |
struct VectorFile: Sendable {
    let file: SegmentFile
    let field: VectorField
    let count: Int

    private let normsOffset: Int
    private let scalesOffset: Int?

    static func align(_ offset: Int) -> Int { (offset + 63) & ~63 }

    init(_ file: SegmentFile, field: VectorField, count: Int) throws(StoreError) {
        self.file = file
        self.field = field
        self.count = count
        normsOffset = Self.align(count * field.storage.bytesPerRow(dimension: field.dimension))
        var end = normsOffset + 4 * count
        if field.storage == .int8 {
            scalesOffset = Self.align(end)
            end = Self.align(end) + 4 * count
        } else {
            scalesOffset = nil
        }
        guard file.payloadByteCount == end else {
            throw .damaged(
                file: file.path,
                reason:
                    "holds \(file.payloadByteCount) bytes for \(count) rows of \(field.dimension), expected \(end)"
            )
        }
    }

    /// All rows, checked; valid while the file lives.
    func rows() throws(StoreError) -> Rows {
        let base = try file.allBytes().baseAddress.unsafelyUnwrapped
        return view(base)
    }

    /// One row as float32.
    func row(_ ordinal: Int) throws(StoreError) -> [Float] {
        // Only what is read is checked: the values of the row and, for `int8`, its scale.
        let size = field.storage.bytesPerRow(dimension: field.dimension)
        let values = try file.bytes((ordinal * size)..<((ordinal + 1) * size))
        if let scalesOffset {
            _ = try file.bytes((scalesOffset + 4 * ordinal)..<(scalesOffset + 4 * ordinal + 4))
        }
        return view(values.baseAddress.unsafelyUnwrapped - ordinal * size).decoded(ordinal)
    }

    /// A row as it is stored, its norm, and its scale under `int8`; valid while the file lives.
    func storedRow(
        _ ordinal: Int
    ) throws(StoreError) -> (values: UnsafeRawBufferPointer, norm: Float, scale: Float?) {
        let size = field.storage.bytesPerRow(dimension: field.dimension)
        let values = try file.bytes((ordinal * size)..<((ordinal + 1) * size))
        func float(_ offset: Int) throws(StoreError) -> Float {
            try file.bytes((offset + 4 * ordinal)..<(offset + 4 * ordinal + 4)).loadUnaligned(
                as: Float.self
            )
        }
        return (
            values, try float(normsOffset),
            try scalesOffset.map { (offset) throws(StoreError) in try float(offset) }
        )
    }

    /// The values of rows that lie together; valid while the file lives.
    func values(of rows: Range<Int>) throws(StoreError) -> UnsafeRawBufferPointer {
        let size = field.storage.bytesPerRow(dimension: field.dimension)
        return try file.bytes((rows.lowerBound * size)..<(rows.upperBound * size))
    }

    private func view(_ base: UnsafeRawPointer) -> Rows {
        Rows(
            storage: field.storage,
            metric: field.metric,
            dimension: field.dimension,
            count: count,
            values: base,
            norms: (base + normsOffset).assumingMemoryBound(to: Float.self),
            scales: scalesOffset.map { (base + $0).assumingMemoryBound(to: Float.self) }
        )
    }
}
