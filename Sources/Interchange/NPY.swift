/// Reads where the rows of an `.npy` file (NumPy enhancement proposal 1) are.
///
/// | offset | size | |
/// | --- | --- | --- |
/// | 0 | 6 | `93 4E 55 4D 50 59`: `\x93NUMPY` |
/// | 6 | 2 | version: 1.0, 2.0 or 3.0 |
/// | 8 | 2 (version 1) or 4 | h, the length of the header, little-endian |
/// | 10 or 12 | h | a Python dictionary in Latin-1 (version 3: UTF-8), padded with spaces, ended by `\n` |
/// | 10 + h or 12 + h | | the numbers, as the header says |
///
/// The dictionary has `descr` (`<f4`, `<f2` and `<f8` are read), `fortran_order` (`False`) and `shape`
/// (two numbers).
func npyLayout(_ file: InputFile) throws(InterchangeError) -> VectorLayout {
    func failure(_ problem: VectorFileProblem) -> InterchangeError {
        .vectors(file: file.path, problem: problem)
    }
    let start = try file.read(at: 0, count: 12)
    guard start.count >= 10, start.starts(with: npyMagic) else {
        throw failure(
            .notThisFormat(format: ".npy", reason: "it does not begin with the bytes 93 'NUMPY'")
        )
    }
    let headerStart: Int
    let headerByteCount: Int
    switch (start[6], start[7]) {
    case (1, 0):
        headerStart = 10
        headerByteCount = Int(UInt16(littleEndian: start.span.bytes.load(at: 8)))
    case (2, 0), (3, 0):
        guard start.count == 12 else {
            throw failure(.wrongLength(expected: 12, found: start.count))
        }
        headerStart = 12
        headerByteCount = Int(UInt32(littleEndian: start.span.bytes.load(at: 8)))
    case (let major, let minor):
        throw failure(.unsupportedVersion(major: major, minor: minor))
    }
    guard 1...maximumHeaderByteCount ~= headerByteCount else {
        throw failure(
            .invalidSize(
                what: "the header's length",
                found: headerByteCount,
                allowed: 1...maximumHeaderByteCount
            )
        )
    }
    let header = try file.read(at: headerStart, count: headerByteCount)
    guard header.count == headerByteCount else {
        throw failure(
            .wrongLength(expected: headerStart + headerByteCount, found: file.byteCount)
        )
    }
    var parser = NPYHeaderParser(header)
    let fields: NPYHeader
    do {
        fields = try parser.parse()
    } catch {
        throw failure(.brokenHeader(offset: headerStart + error.offset, reason: error.reason))
    }
    let element: VectorLayout.Element
    switch fields.type {
    case "<f4": element = .float32
    case "<f2": element = .float16
    case "<f8": element = .float64
    case "|b1": element = .bool
    default: throw failure(.unsupportedType(fields.type))
    }
    guard !fields.isFortranOrder else { throw failure(.fortranOrder) }
    guard fields.shape.count == 2 else { throw failure(.wrongShape(fields.shape)) }
    return try VectorLayout(
        count: fields.shape[0],
        dimension: fields.shape[1],
        element: element,
        offset: headerStart + headerByteCount
    ).checked(against: file)
}

let npyMagic: [UInt8] = [0x93] + Array("NUMPY".utf8)

/// NumPy itself writes a few hundred bytes at most for an array without named fields.
private let maximumHeaderByteCount = 1 << 20

/// The header that ``NPYWriter`` puts before `count` rows: always ``npyHeaderByteCount`` bytes, so that it
/// can be written again when the count is known.
func npyHeader(count: Int, dimension: Int) -> [UInt8] {
    let dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (\(count), \(dimension)), }"
    let padding = npyHeaderByteCount - 10 - dictionary.utf8.count - 1
    let length = UInt16(npyHeaderByteCount - 10)
    return npyMagic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(dictionary.utf8)
        + Array(repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
}

/// A multiple of 64, as NumPy aligns it, with room for the largest numbers.
let npyHeaderByteCount = 128
