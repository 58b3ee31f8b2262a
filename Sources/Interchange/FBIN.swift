/// Reads where the rows of an `.fbin` file (Big ANN Benchmarks) are. All numbers are little-endian.
///
/// | offset | size | |
/// | --- | --- | --- |
/// | 0 | 4 | int32: n, the number of rows |
/// | 4 | 4 | int32: d, the dimension |
/// | 8 | 4nd | float32: the rows, one after the other |
func fbinLayout(_ file: InputFile) throws(InterchangeError) -> VectorLayout {
    let bytes = try file.read(at: 0, count: 8)
    guard bytes.count == 8 else {
        throw .vectors(
            file: file.path,
            problem: .notThisFormat(
                format: ".fbin",
                reason: "it is \(bytes.count) bytes long, its header alone takes 8"
            )
        )
    }
    let header = bytes.span.bytes
    return try VectorLayout(
        count: Int(Int32(littleEndian: header.load(at: 0))),
        dimension: Int(Int32(littleEndian: header.load(at: 4))),
        offset: 8
    ).checked(against: file)
}
