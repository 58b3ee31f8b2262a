/// Float32 numbers of a given shape that never change: a view on a mapped file, or converted from one.
public struct FloatTensor: Sendable {
    /// Its dimensions, the last one contiguous.
    public let shape: [Int]
    /// Whether the numbers lie in the mapped file, so that they cost no memory of this process.
    public var isMapped: Bool { owned == nil }

    private let owned: [Float]?
    private let stored: StoredTensor?

    /// The numbers `values`, row-major.
    ///
    /// - Precondition: there are as many as `shape` needs.
    public init(shape: [Int], values: [Float]) {
        precondition(
            values.count == shape.reduce(1, *),
            "\(values.count) numbers for the shape \(shape)"
        )
        self.shape = shape
        owned = values
        stored = nil
    }

    /// The numbers of `tensor`: where they are, if the file has them as float32 on a multiple of four bytes,
    /// else a converted copy (float16, bfloat16, float64).
    ///
    /// - Parameter expected: the shape that they must have.
    public init(_ tensor: StoredTensor, expecting expected: [Int]) throws(TensorError) {
        guard tensor.shape == expected else {
            throw .shape(
                path: tensor.file.path,
                tensor: tensor.name,
                expected: expected,
                found: tensor.shape
            )
        }
        shape = expected
        // Pages are aligned, so the offset decides.
        if tensor.elementType == .float32,
            tensor.range.lowerBound % MemoryLayout<Float>.alignment == 0
        {
            owned = nil
            stored = tensor
        } else {
            owned = try Self.converted(tensor)
            stored = nil
        }
    }

    /// The numbers, row-major, valid during `body`.
    public func withUnsafeFloats<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let stored else { return try (owned ?? []).withUnsafeBufferPointer(body) }
        return try stored.withUnsafeBytes { bytes throws(Failure) in
            try body(bytes.assumingMemoryBound(to: Float.self))
        }
    }

    /// A copy of the numbers.
    public func copied() -> [Float] {
        owned ?? withUnsafeFloats { Array($0) }
    }

    private static func converted(_ tensor: StoredTensor) throws(TensorError) -> [Float] {
        guard let convert = conversion(from: tensor.elementType) else {
            throw .notFloats(path: tensor.file.path, tensor: tensor.name, found: tensor.elementType)
        }
        return tensor.withUnsafeBytes { bytes in
            let step = tensor.elementType.byteCount
            return Array(unsafeUninitializedCapacity: tensor.count) { values, count in
                for index in 0..<tensor.count {
                    values.initializeElement(at: index, to: convert(bytes, index * step))
                }
                count = tensor.count
            }
        }
    }

    private static func conversion(
        from elementType: ElementType
    ) -> ((UnsafeRawBufferPointer, Int) -> Float)? {
        switch elementType {
        case .float32:
            {
                Float(
                    bitPattern: UInt32(
                        littleEndian: $0.loadUnaligned(fromByteOffset: $1, as: UInt32.self)
                    )
                )
            }
        case .float64:
            {
                Float(
                    Double(
                        bitPattern: UInt64(
                            littleEndian: $0.loadUnaligned(fromByteOffset: $1, as: UInt64.self)
                        )
                    )
                )
            }
        case .bfloat16:
            {
                let bits = UInt16(
                    littleEndian: $0.loadUnaligned(fromByteOffset: $1, as: UInt16.self)
                )
                return Float(bitPattern: UInt32(bits) << 16)
            }
        case .float16:
            {
                let bits = UInt16(
                    littleEndian: $0.loadUnaligned(fromByteOffset: $1, as: UInt16.self)
                )
                return Float(Float16(bitPattern: bits))
            }
        default:
            nil
        }
    }
}
