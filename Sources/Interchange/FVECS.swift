/// Reads where the rows of an `.fvecs` file (TEXMEX corpora) are. All numbers are little-endian.
///
/// | offset | size | |
/// | --- | --- | --- |
/// | r · (4 + 4d) | 4 | int32: d, the same in every row |
/// | r · (4 + 4d) + 4 | 4d | float32: row r |
///
/// There is no header, so a file without rows says nothing and is refused.
func fvecsLayout(_ file: InputFile) throws(InterchangeError) -> VectorLayout {
    let bytes = try file.read(at: 0, count: 4)
    guard bytes.count == 4 else {
        throw .vectors(
            file: file.path,
            problem: .notThisFormat(format: ".fvecs", reason: "it is \(bytes.count) bytes long")
        )
    }
    var layout = VectorLayout(
        count: 0,
        dimension: Int(Int32(littleEndian: bytes.span.bytes.load(at: 0))),
        offset: 0,
        hasRowDimension: true
    )
    if layout.dimension > 0 { layout.count = file.byteCount / layout.stride }
    if layout.dimension > 0, file.byteCount % layout.stride != 0 {
        // A wrong first number is likelier than a cut file where not even one row fits.
        throw .vectors(file: file.path, problem: .truncatedRow(row: layout.count))
    }
    return try layout.checked(against: file)
}
