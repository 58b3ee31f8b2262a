import CKernels

/// One row on its way to disk: its bytes in a storage type, and what is kept beside them.
public struct StoredRow: Sendable {
    /// The row's numbers, `storage.bytesPerRow(dimension:)` bytes.
    public let bytes: [UInt8]
    /// The Euclidean norm of what is stored (after rounding to the storage type).
    public let norm: Float
    /// `int8`: what each stored number is multiplied with. 1 otherwise.
    public let scale: Float
    /// `float16`: the position of the first number that is too large for it.
    public let overflow: Int?

    /// The norm of a decoded row, as it is stored beside it.
    public static func norm(_ row: [Float]) -> Float {
        qk_norm(row, row.count)
    }

    /// Converts `row`, whose numbers must be finite; for `binary` they are 0 or 1, and a multiple of 8. Rounds to nearest, ties to even.
    public init(_ row: [Float], storage: Storage) {
        var overflow: Int?
        var scale: Float = 1
        switch storage {
        case .float32:
            bytes = row.withUnsafeBytes { Array($0) }
            norm = qk_norm(row, row.count)
        case .float16:
            var halves = [UInt16](repeating: 0, count: row.count)
            qk_float32_to_float16(row, &halves, row.count)
            overflow = halves.firstIndex { $0 & 0x7C00 == 0x7C00 }
            var decoded = row
            qk_float16_to_float32(halves, &decoded, row.count)
            bytes = halves.withUnsafeBytes { Array($0) }
            norm = qk_norm(decoded, decoded.count)
        case .int8:
            var steps = [Int8](repeating: 0, count: row.count)
            qk_quantize_int8(row, row.count, &steps, &scale)
            bytes = steps.withUnsafeBytes { Array($0) }
            let factor = scale
            let decoded = steps.map { Float($0) * factor }
            norm = qk_norm(decoded, decoded.count)
        case .binary:
            var bits = [UInt8](repeating: 0, count: row.count / 8)
            qk_pack_bits(row, row.count, &bits)
            bytes = bits
            norm = qk_norm(row, row.count)
        }
        self.scale = scale
        self.overflow = overflow
    }
}
