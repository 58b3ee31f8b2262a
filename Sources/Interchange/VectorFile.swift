import Quiver

/// Rows of float32 numbers from an `.npy`, `.fvecs` or `.fbin` file.
///
/// Everything that the header promises is checked against the file's length on opening; rows are read
/// on demand, so that memory is what the rows asked for take.
public final class VectorFile {
    /// The file's path.
    public let path: String
    /// Rows in the file.
    public let count: Int
    /// Numbers in a row.
    public let dimension: Int
    /// The file's length.
    public var byteCount: Int { file.byteCount }

    private let file: InputFile
    private let layout: VectorLayout

    /// Opens `path` as its name says: `.npy`, `.fvecs` or `.fbin`.
    public init(path: String) throws(InterchangeError) {
        let readLayout: (InputFile) throws(InterchangeError) -> VectorLayout
        if path.hasSuffix(".npy") {
            readLayout = npyLayout
        } else if path.hasSuffix(".fvecs") {
            readLayout = fvecsLayout
        } else if path.hasSuffix(".fbin") {
            readLayout = fbinLayout
        } else {
            throw .unknownFormat(file: path)
        }
        file = try InputFile(path: path)
        layout = try readLayout(file)
        self.path = path
        count = layout.count
        dimension = layout.dimension
    }

    /// The rows of `range`: `[range.count × dimension]`, row-major.
    ///
    /// - Precondition: `range` lies within `0..<count`.
    /// - Throws: `vectors` where the file has become shorter, a row contradicts the first, or a float64
    ///   does not fit; NaN and infinities of float32 are passed on.
    public func rows(_ range: Range<Int>) throws(InterchangeError) -> [Float] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "rows \(range) of \(count)"
        )
        let bytes = try file.read(
            at: layout.offset + range.lowerBound * layout.stride,
            count: range.count * layout.stride
        )
        guard bytes.count == range.count * layout.stride else {
            throw failure(.truncatedRow(row: range.lowerBound + bytes.count / layout.stride))
        }
        var numbers: [Float] = []
        numbers.reserveCapacity(range.count * dimension)
        let span = bytes.span.bytes
        for row in range {
            var offset = (row - range.lowerBound) * layout.stride
            if layout.hasRowDimension {
                let found = Int(Int32(littleEndian: span.load(at: offset)))
                guard found == dimension else {
                    throw failure(.rowDimension(row: row, expected: dimension, found: found))
                }
                offset += 4
            }
            try decodeRow(
                row,
                span.extracting(offset..<offset + dimension * layout.element.size),
                into: &numbers
            )
        }
        return numbers
    }

    private func decodeRow(
        _ row: Int,
        _ bytes: RawSpan,
        into numbers: inout [Float]
    ) throws(InterchangeError) {
        switch layout.element {
        case .float32:
            for position in 0..<dimension {
                let bits: UInt32 = bytes.load(at: position * 4)
                numbers.append(Float(bitPattern: UInt32(littleEndian: bits)))
            }
        case .float16:
            for position in 0..<dimension {
                let bits: UInt16 = bytes.load(at: position * 2)
                numbers.append(Float(Float16(bitPattern: UInt16(littleEndian: bits))))
            }
        case .bool:
            for position in 0..<dimension {
                let byte: UInt8 = bytes.load(at: position)
                numbers.append(byte == 0 ? 0 : 1)
            }
        case .float64:
            for position in 0..<dimension {
                let bits: UInt64 = bytes.load(at: position * 8)
                let wide = Double(bitPattern: UInt64(littleEndian: bits))
                let number = Float(wide)
                guard number.isFinite || !wide.isFinite else {
                    throw failure(.outOfRange(row: row, position: position, value: wide))
                }
                numbers.append(number)
            }
        }
    }

    private func failure(_ problem: VectorFileProblem) -> InterchangeError {
        .vectors(file: path, problem: problem)
    }
}

/// Where the rows of a file are, checked against its length.
struct VectorLayout {
    enum Element {
        case float16, float32, float64, bool

        var size: Int {
            switch self {
            case .float16: 2
            case .float32: 4
            case .float64: 8
            case .bool: 1
            }
        }
    }

    var count: Int
    var dimension: Int
    var element = Element.float32
    /// Where the first row begins.
    var offset: Int
    /// Whether a row begins with its dimension, an int32.
    var hasRowDimension = false

    /// Bytes from one row to the next.
    var stride: Int { (hasRowDimension ? 4 : 0) + dimension * element.size }

    /// Checks the size of a row and that the file ends where the last one does.
    func checked(against file: InputFile) throws(InterchangeError) -> VectorLayout {
        let sizes = 1...VectorField.maximumDimension
        guard sizes ~= dimension else {
            throw .vectors(
                file: file.path,
                problem: .invalidSize(what: "the dimension", found: dimension, allowed: sizes)
            )
        }
        let counts = 0...Int.max / stride - offset
        guard counts ~= count else {
            throw .vectors(
                file: file.path,
                problem: .invalidSize(what: "the number of rows", found: count, allowed: counts)
            )
        }
        let expected = offset + count * stride
        guard expected == file.byteCount else {
            throw .vectors(
                file: file.path,
                problem: .wrongLength(expected: expected, found: file.byteCount)
            )
        }
        return self
    }
}

extension RawSpan {
    /// The number at `offset`, in the machine's byte order, aligned or not.
    func load<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number {
        precondition(offset >= 0 && offset <= byteCount - MemoryLayout<Number>.size)
        // In bounds, and every bit pattern is a number.
        return unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Number.self)
    }
}
